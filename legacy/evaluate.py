"""Accuracy of the new layer."""

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

    study: TF1 adds these ops to the graph before it sees the first batch. In TF2 evaluation is a function call.
    """
    with tf.name_scope("accuracy"):
        with tf.name_scope("correct_prediction"):
            prediction = tf.argmax(head.probabilities, 1)
            correct = tf.equal(prediction, tf.argmax(head.ground_truth_input, 1))
        with tf.name_scope("accuracy"):
            accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    # study: the summary op is registered in a collection of the graph, where `merge_all` finds it.
    tf.summary.scalar("accuracy", accuracy)
    return Evaluation(accuracy, prediction)
