"""The judge: starts each twin in its own interpreter, compares what they do, and reports it.

It imports neither TensorFlow nor a twin.
"""
