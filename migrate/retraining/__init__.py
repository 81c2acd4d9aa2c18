"""What `retrain` does the same way in both twins: flags, survey, bottleneck cache, curve, records, outputs, progress.

No TensorFlow here: code that needs it is the lesson, and is in the twins.
"""
