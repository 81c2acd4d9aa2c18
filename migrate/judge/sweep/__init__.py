"""`poets sweep`: train the same task under many settings and seeds, on features computed once.

Training is not here: the twins' workers do it.
"""
