"""Proving a port: the original in a Session against what was written, on pictures."""
