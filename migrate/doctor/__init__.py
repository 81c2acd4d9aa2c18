"""`poets doctor`: what is wrong with a machine and its Pythons, and what to type against it.

Nothing here imports numpy or TensorFlow, nor anything that does: looking at what dies must not die of it. rich is only
imported to draw, and done without where it is missing.
"""
