"""The retraining task in TensorFlow 1 style: a graph, placeholders, a feed_dict and a Session.

Runs on TensorFlow 1.15 and, through `tf.compat.v1`, on TensorFlow 2.
"""
