"""`poets fuzz`: search for an input on which the twins differ, and shrink it."""
