"""TensorBoard curves, computed by summary ops in the graph."""

import glob
import os
from typing import Optional

from poets.migrate.tensorflow_library.types import Graph, Variable, Writer
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


def open_writer(summaries_dir: str, part: str, graph: Optional[Graph] = None) -> Writer:
    """Open the writer of the `train`, `validation` or `fine_tuning` curves, and write ``graph``.

    Deletes an earlier run's event files only; retrain.py deleted the whole folder.
    """
    for path in glob.glob(os.path.join(glob.escape(summaries_dir), part, "events.out.tfevents.*")):
        os.remove(path)
    return tf.summary.FileWriter(os.path.join(summaries_dir, part), graph)


def write_scalar(writer: Writer, tag: str, value: float, step: int) -> None:
    """Write a Python number; this needs no op."""
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value)]), step)
