"""Opening an old network, whatever it is kept in, as one graph with its roles. Nothing is written here."""
