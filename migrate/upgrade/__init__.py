"""`poets upgrade`: carries TensorFlow 1 scripts over to TensorFlow 2, without importing either to look at them."""
