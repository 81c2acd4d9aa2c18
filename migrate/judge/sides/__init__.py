"""The processes that the judge asks: starting, restarting and ending them, containers, versions."""
