"""The judge: starts the twins in interpreters of their own, compares what they do, and says so.

It never imports TensorFlow, nor a twin.
"""
