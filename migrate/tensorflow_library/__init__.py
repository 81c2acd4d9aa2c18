"""What the twins and `port` share of TensorFlow. The lesson itself is in the twins, not here."""
