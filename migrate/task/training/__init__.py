"""The training without TensorFlow: the schedule, the plan of fine-tuning, TensorBoard's tags, the run record."""
