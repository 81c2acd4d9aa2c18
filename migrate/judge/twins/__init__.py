"""`poets parity` and `poets judge` for the twins: run, compare, keep and show."""
