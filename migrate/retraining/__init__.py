"""What `retrain` does the same way in both twins: flags, survey, bottleneck cache, curve, records, outputs, progress.

No TensorFlow here: what needs it is the lesson, and stands in the twins.
"""
