"""poets: move the TensorFlow for Poets retraining task from TensorFlow 1 to TensorFlow 2, and prove it is the same."""

__version__ = "0.1.0"
