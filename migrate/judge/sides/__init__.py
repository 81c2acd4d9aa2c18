"""The judge's worker processes: start, restart and end them; containers; versions."""
