"""How often the new layer is right."""

from typing import Any
from typing import Tuple

import numpy as np

from modern.tensorflow_v2 import tf


@tf.function
def _scores(head: Any, bottlenecks: Any, one_hot: Any) -> Tuple:
    logits = head(bottlenecks)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits))
    prediction = tf.argmax(logits, 1)
    accuracy = tf.reduce_mean(tf.cast(prediction == tf.argmax(one_hot, 1), tf.float32))
    return accuracy, prediction, loss, logits


def evaluate(head: Any, batch: Tuple[np.ndarray, np.ndarray]) -> Tuple[float, np.ndarray, float, np.ndarray]:
    """(accuracy 0..1, predicted classes int64 [N], cross entropy, logits float32 [N, C]) of one batch.

    study: no evaluation ops are added to a graph beforehand; a function is called.

    Args:
        head: model from `build_head`.
        batch: bottlenecks float32 [N, B] and one-hot labels float32 [N, C].
    """
    accuracy, prediction, loss, logits = _scores(head, tf.constant(batch[0]), tf.constant(batch[1]))
    return float(accuracy), prediction.numpy(), float(loss), logits.numpy()
