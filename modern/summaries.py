"""TensorBoard curves, under the same tags as in the legacy twin."""

import glob
import os
from typing import Callable

import numpy as np

from poets.migrate.task.training import tensorboard_tags
from poets.migrate.tensorflow_library.histogram import histogram
from poets.migrate.tensorflow_library.keras_in_parts import logits_in_parts
from poets.migrate.tensorflow_library.types import Layer, Model, Tensor, Writer
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern.evaluate import Evaluation, evaluate


def variable_summaries(name: str, values: Tensor) -> None:
    """Write mean, standard deviation, extremes and a histogram of a float32 variable, under retrain.py's tags."""
    found = (tf.reduce_mean(values), tf.math.reduce_std(values), tf.reduce_max(values), tf.reduce_min(values))
    for statistic, value in zip(tensorboard_tags.STATISTICS, found):
        tf.summary.scalar(tensorboard_tags.statistic(name, statistic), value)
    histogram(tensorboard_tags.statistic(name, "histogram"), values)


def open_writer(summaries_dir: str, part: str) -> Writer:
    """Open the writer of the `train`, `validation` or `fine_tuning` curves; deletes an earlier run's event files."""
    for path in glob.glob(os.path.join(glob.escape(summaries_dir), part, "events.out.tfevents.*")):
        os.remove(path)
    return tf.summary.create_file_writer(os.path.join(summaries_dir, part))


def write_graph(writer: Writer, network: Layer, head: Model, size: int) -> None:
    """Write the graph of the network and the final layer for TensorBoard; its input is float32 [N, size, size, 3].

    study: a TF1 program has a graph, which is passed to the writer. In TF2 tracing creates one for this purpose.
    """
    spec = tf.TensorSpec([None, size, size, 3], tf.float32, "input")
    traced = tf.function(lambda images: head(network(images)), input_signature=[spec]).get_concrete_function()
    with writer.as_default(0):
        tf.summary.graph(traced.graph)


def curves(writer: Writer, head: Model) -> Callable[[int, np.ndarray, np.ndarray, int], Evaluation]:
    """A function that evaluates a batch and writes its curves: (step, bottlenecks, one-hot labels, how many at once).

    study: TF1 collects summary ops in the graph (`merge_all`), runs them and writes their results. In TF2 a call
    writes the value at once, also inside a `tf.function`, and does not change the tag to make it unique.
    """

    def write(step: Tensor, logits: Tensor, one_hot: Tensor) -> Evaluation:
        seen = evaluate(logits, one_hot)
        with writer.as_default(step):
            for name, variable in zip(tensorboard_tags.VARIABLES, head.trainable_variables):
                variable_summaries(name, tf.convert_to_tensor(variable))
            histogram(tensorboard_tags.PRE_ACTIVATIONS, logits)
            histogram(tensorboard_tags.ACTIVATIONS, tf.nn.softmax(logits))
            tf.summary.scalar(tensorboard_tags.CROSS_ENTROPY, seen.cross_entropy)
            tf.summary.scalar(tensorboard_tags.ACCURACY, seen.accuracy)
        return seen

    number, rows = tf.TensorSpec([], tf.int64), tf.TensorSpec([None, None], tf.float32)
    features = tf.TensorSpec([None, head.inputs[0].shape[-1]], tf.float32)
    of_logits = tf.function(write, [number, rows, rows], autograph=False)
    of_bottlenecks = tf.function(
        lambda step, some, one_hot: write(step, head(some), one_hot), [number, features, rows], autograph=False
    )

    def write_curves(step: int, bottlenecks: np.ndarray, one_hot: np.ndarray, at_once: int) -> Evaluation:
        if at_once >= len(bottlenecks):
            return of_bottlenecks(step, bottlenecks, one_hot)
        return of_logits(step, logits_in_parts(head, bottlenecks, at_once), one_hot)

    return write_curves
