"""`poets sweep`: train the same task under many settings and seeds, on features computed once."""
