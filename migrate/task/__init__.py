"""The contract that both twins implement: the retraining task, independent of any TensorFlow.

Nothing in this package imports TensorFlow; the standard library and numpy are enough.
"""
