"""Open an old network of any format as one graph with its roles. Nothing is written here."""
