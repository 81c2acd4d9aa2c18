"""The parts of training that need no TensorFlow: schedule, fine-tuning plan, TensorBoard tags, run record.

The training loops are not here but in the twins.
"""
