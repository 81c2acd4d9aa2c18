"""The retraining task in TensorFlow 1 style: a graph, placeholders, a feed_dict and a Session.

What both twins do alike is not here but in `poets.migrate.retraining` and `poets.migrate.task`.

Runs on TensorFlow 1.15 and, through `tf.compat.v1`, on TensorFlow 2.
"""
