"""`poets fuzz`: a search for an input on which the twins differ, made as small as it gets."""
