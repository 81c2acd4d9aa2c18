"""Pictures in tensors, for twins and ports; TensorFlow is imported late, with the settings of whoever calls."""
