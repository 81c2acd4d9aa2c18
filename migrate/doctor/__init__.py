"""`poets doctor`: what is wrong with a machine and its Pythons, and the commands that fix it.

Nothing here imports numpy or TensorFlow, directly or indirectly: a broken numpy must not crash the doctor. rich is
imported only to draw, and is optional.
"""
