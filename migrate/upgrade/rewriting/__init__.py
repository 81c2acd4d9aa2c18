"""Apply all rules to files and notebooks, and write them."""
