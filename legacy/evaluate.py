"""How often the new layer is right."""

from typing import NamedTuple

from poets.legacy.head import Head
from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version1 import tf


class Evaluation(NamedTuple):
    accuracy: Tensor
    """float32 [], 0..1."""
    prediction: Tensor
    """int64 [N]."""


def add_evaluation(head: Head) -> Evaluation:
    """Add the ops that compare the most probable class with the ground truth.

    study: these are ops of the graph, there before the first batch is. In TF2 it is a function to call.
    """
    with tf.name_scope("accuracy"):
        with tf.name_scope("correct_prediction"):
            prediction = tf.argmax(head.probabilities, 1)
            correct = tf.equal(prediction, tf.argmax(head.ground_truth_input, 1))
        with tf.name_scope("accuracy"):
            accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    # study: this goes into a collection of the graph, where `merge_all` finds it.
    tf.summary.scalar("accuracy", accuracy)
    return Evaluation(accuracy, prediction)
