"""Mutants of the modern twin, one wrong number or order at a time, and how many of them the judge kills."""
