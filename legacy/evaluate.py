"""How often the new layer is right."""

from typing import Any
from typing import NamedTuple
from typing import Tuple

import numpy as np

from legacy.head import Head
from legacy.tensorflow_v1 import tf

Evaluation = NamedTuple("Evaluation", [
    ("accuracy", Any),  # float32 tensor []
    ("prediction", Any),  # int64 tensor [N]
])


def add_evaluation(head: Head) -> Evaluation:
    """Add the ops that compare the most probable class with the ground truth."""
    with tf.name_scope("accuracy"):
        with tf.name_scope("correct_prediction"):
            prediction = tf.argmax(head.probabilities, 1)
            correct = tf.equal(prediction, tf.argmax(head.ground_truth_input, 1))
        with tf.name_scope("accuracy"):
            accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    tf.summary.scalar("accuracy", accuracy)
    return Evaluation(accuracy, prediction)


def evaluate(session: Any, head: Head, evaluation: Evaluation, batch: Tuple[np.ndarray, np.ndarray]) -> Tuple:
    """(accuracy as float 0..1, predicted classes as int64 [N]) of one batch."""
    feed = {head.bottleneck_input: batch[0], head.ground_truth_input: batch[1]}
    accuracy, prediction = session.run([evaluation.accuracy, evaluation.prediction], feed)
    return float(accuracy), prediction
