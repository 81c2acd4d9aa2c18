"""`poets inspect` and `poets bisect`: report what a graph is, and where two graphs differ. Nothing is ported here."""
