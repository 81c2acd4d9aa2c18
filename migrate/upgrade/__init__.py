"""`poets upgrade`: upgrade TensorFlow 1 scripts to TensorFlow 2, by static analysis."""
