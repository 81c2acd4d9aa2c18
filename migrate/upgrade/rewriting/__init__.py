"""Whole files and notebooks through all the rules, and back to disk."""
