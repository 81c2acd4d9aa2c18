"""The contract that both twins implement: what the retraining task is, apart from any TensorFlow.

Nothing in this package imports TensorFlow; the standard library and numpy are enough.
"""
