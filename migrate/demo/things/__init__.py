"""What is painted, one file per family of things. Flowers only as flower heads."""
