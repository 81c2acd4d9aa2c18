"""TensorBoard curves, under the same tags as in the legacy twin."""

from typing import Tuple

from poets.migrate.retraining.watch import WriteCurves
from poets.migrate.task.resources import Resources
from poets.migrate.task.training import tensorboard_tags
from poets.migrate.task.training.trained import Batch
from poets.migrate.tensorflow_library.histogram import histogram
from poets.migrate.tensorflow_library.keras_in_parts import logits_in_parts
from poets.migrate.tensorflow_library.types import Model, Tensor, Writer
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern.evaluate import Evaluation, evaluate


def variable_summaries(name: str, values: Tensor) -> None:
    """Write mean, standard deviation, extremes and a histogram of a float32 variable, under retrain.py's tags."""
    found = (tf.reduce_mean(values), tf.math.reduce_std(values), tf.reduce_max(values), tf.reduce_min(values))
    for statistic, value in zip(tensorboard_tags.STATISTICS, found):
        tf.summary.scalar(tensorboard_tags.statistic(name, statistic), value)
    histogram(tensorboard_tags.statistic(name, "histogram"), values)


def curves(writer: Writer, head: Model, resources: Resources) -> WriteCurves:
    """A function that evaluates a batch after a step, and writes its curves.

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

    def write_curves(step: int, batch: Batch) -> Tuple[float, float]:
        bottlenecks, one_hot = batch

        def at_once(size: int) -> Evaluation:
            if size >= len(bottlenecks):
                return of_bottlenecks(step, bottlenecks, one_hot)
            return of_logits(step, logits_in_parts(head, bottlenecks, size), one_hot)

        seen = resources.attempt("evaluation", len(bottlenecks), at_once)
        return float(seen.cross_entropy), float(seen.accuracy)

    return write_curves
