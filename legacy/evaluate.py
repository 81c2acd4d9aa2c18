"""How often the new layer is right."""

from typing import Any, List, NamedTuple, Tuple

import numpy as np

from poets.legacy.head import Head
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.version1 import tf


class Evaluation(NamedTuple):
    accuracy: Any
    """float32 tensor []."""
    prediction: Any
    """int64 tensor [N]."""


def add_evaluation(head: Head) -> Evaluation:
    """Add the ops that compare the most probable class with the ground truth."""
    with tf.name_scope("accuracy"):
        with tf.name_scope("correct_prediction"):
            prediction = tf.argmax(head.probabilities, 1)
            correct = tf.equal(prediction, tf.argmax(head.ground_truth_input, 1))
        with tf.name_scope("accuracy"):
            accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    # study: this goes into a collection of the graph, where `merge_all` finds it.
    tf.summary.scalar("accuracy", accuracy)
    return Evaluation(accuracy, prediction)


def evaluate(
    session: Any, head: Head, fetches: List[Any], batch: Tuple[np.ndarray, np.ndarray], resources: Resources
) -> List[Any]:
    """What ``fetches`` are of one batch; where it does not fit, its logits are computed in parts and fed."""

    def at_once(size: int) -> List[Any]:
        feed = {head.bottleneck_input: batch[0], head.ground_truth_input: batch[1]}
        if size < len(batch[0]):
            parts = [
                session.run(head.logits, {head.bottleneck_input: batch[0][start : start + size]})
                for start in range(0, len(batch[0]), size)
            ]
            # study: the logits are no placeholder; a Session can be fed there all the same.
            feed = {head.logits: np.concatenate(parts), head.ground_truth_input: batch[1]}
        return session.run(fetches, feed)

    return resources.attempt("evaluation", len(batch[0]), at_once)
