"""`poets parity` and `poets judge` for the twins: run, compare, keep and show.

Models from elsewhere are compared in `poets.migrate.judge.models`.
"""
