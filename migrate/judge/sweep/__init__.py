"""`poets sweep`: the same task under many settings, each trained from several seeds, on features computed once."""
