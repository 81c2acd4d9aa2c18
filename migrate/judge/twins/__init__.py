"""`poets parity` and `poets judge` for the twins: what is run, compared, kept and shown."""
