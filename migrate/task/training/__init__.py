"""The parts of training that need no TensorFlow: schedule, fine-tuning plan, TensorBoard tags, run record."""
