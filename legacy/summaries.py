"""TensorBoard curves, computed by summary ops in the graph."""

from poets.migrate.tensorflow_library.types import Variable
from poets.migrate.tensorflow_library.version1 import tf


def variable_summaries(variable: Variable) -> None:
    """Add mean, standard deviation, extremes and a histogram of a variable, under retrain.py's tags.

    study: the tag comes from the name scope, so a scope and a summary with the same name give `stddev_1`. TF2's
    `tf.summary.scalar` does not change tags to make them unique.
    """
    with tf.name_scope("summaries"):
        mean = tf.reduce_mean(variable)
        tf.summary.scalar("mean", mean)
        with tf.name_scope("stddev"):
            stddev = tf.sqrt(tf.reduce_mean(tf.square(variable - mean)))
        tf.summary.scalar("stddev", stddev)
        tf.summary.scalar("max", tf.reduce_max(variable))
        tf.summary.scalar("min", tf.reduce_min(variable))
        tf.summary.histogram("histogram", variable)
