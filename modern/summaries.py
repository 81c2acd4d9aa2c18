"""TensorBoard curves, written where they are wanted, under the tags that legacy's graph gives them."""

import glob
import os
from typing import Any
from typing import Tuple

import numpy as np

from migrate.task import tags
from modern.tensorflow_v2 import tf


def open_writers(summaries_dir: str) -> Tuple[Any, Any]:
    """Writers for the training and the validation curves; an earlier run's event files there are deleted."""
    for part in ("train", "validation"):
        for path in glob.glob(os.path.join(glob.escape(summaries_dir), part, "events.out.tfevents.*")):
            os.remove(path)
    return (tf.summary.create_file_writer(os.path.join(summaries_dir, "train")),
            tf.summary.create_file_writer(os.path.join(summaries_dir, "validation")))


def write_curves(writer: Any, step: int, head: Any, accuracy: float, loss: float, logits: np.ndarray) -> None:
    """Write one evaluation's scalars and histograms.

    study: TF1 collected summary ops in the graph (`merge_all`), ran them and wrote what came out. TF2 writes a
    value when told to; the tag is what is written here, not what a name scope makes of it.
    """
    with writer.as_default(step):
        for name, values in zip(tags.VARIABLES, head.get_weights()):
            statistics = (values.mean(), values.std(), values.max(), values.min())
            for statistic, value in zip(tags.STATISTICS, statistics):
                tf.summary.scalar(tags.statistic(name, statistic), float(value))
            tf.summary.histogram(tags.statistic(name, "histogram"), values)
        tf.summary.histogram(tags.PRE_ACTIVATIONS, logits)
        tf.summary.histogram(tags.ACTIVATIONS, tf.nn.softmax(logits))
        tf.summary.scalar(tags.CROSS_ENTROPY, loss)
        tf.summary.scalar(tags.ACCURACY, accuracy)
