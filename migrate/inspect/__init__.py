"""`poets inspect` and `poets bisect`: what a graph is, and where two graphs part. Nothing is ported here."""
