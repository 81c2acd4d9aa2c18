"""The gate: a model is a program, and a found one is untrusted. What it may do is decided before any of it runs.

Nothing here loads or runs a model.
"""
