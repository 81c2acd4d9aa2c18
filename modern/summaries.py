"""TensorBoard curves, written where they are wanted, under the tags that legacy's graph gives them."""

import glob
import os
from typing import Any
from typing import Callable

from migrate.task import tags
from modern.tensorflow_v2 import tf


def open_writer(summaries_dir: str, part: str) -> Any:
    """The writer of the `train` or the `validation` curves; an earlier run's event files there are deleted."""
    for path in glob.glob(os.path.join(glob.escape(summaries_dir), part, "events.out.tfevents.*")):
        os.remove(path)
    return tf.summary.create_file_writer(os.path.join(summaries_dir, part))


def curve_writer(writer: Any, head: Any) -> Callable[..., None]:
    """A compiled function (step int64, accuracy, cross entropy, logits) that writes one evaluation of ``head``.

    study: TF1 collected summary ops in the graph (`merge_all`), ran them and wrote what came out. TF2 writes a
    value when told to, also from inside a `tf.function`; the tag is what is written here, not what a name scope
    makes of it.
    """
    scalar, histogram = tf.summary.scalar, tf.summary.histogram

    @tf.function
    def write(step: Any, accuracy: Any, loss: Any, logits: Any) -> None:
        with writer.as_default(step):
            for name, variable in zip(tags.VARIABLES, head.trainable_variables):
                values = tf.convert_to_tensor(variable)
                statistics = (tf.reduce_mean(values), tf.math.reduce_std(values),
                              tf.reduce_max(values), tf.reduce_min(values))
                for statistic, value in zip(tags.STATISTICS, statistics):
                    scalar(tags.statistic(name, statistic), value)
                histogram(tags.statistic(name, "histogram"), values)
            histogram(tags.PRE_ACTIVATIONS, logits)
            histogram(tags.ACTIVATIONS, tf.nn.softmax(logits))
            scalar(tags.CROSS_ENTROPY, loss)
            scalar(tags.ACCURACY, accuracy)

    return write
