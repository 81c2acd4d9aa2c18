"""TensorFlow code that the twins and `port` share. The lesson itself is in the twins, not here."""
