"""Accuracy of the new layer."""

from typing import NamedTuple

from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version2 import tf


class Evaluation(NamedTuple):
    accuracy: Tensor
    """float32 [], 0..1."""
    prediction: Tensor
    """int64 [N]."""
    cross_entropy: Tensor
    """float32 []."""


def evaluate(logits: Tensor, one_hot: Tensor) -> Evaluation:
    """Compare the most probable class with the ground truth, both float32 [N, C].

    study: evaluation is a function call with arrays; TF1 had to add evaluation ops to the graph beforehand.
    """
    prediction = tf.argmax(logits, 1)
    correct = tf.equal(prediction, tf.argmax(one_hot, 1))
    cross_entropy = tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits)
    return Evaluation(tf.reduce_mean(tf.cast(correct, tf.float32)), prediction, tf.reduce_mean(cross_entropy))
