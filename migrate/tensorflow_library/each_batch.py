"""A Keras metric that keeps its value for every batch: Keras's own are means over all batches so far."""

from typing import Any, Callable

import numpy as np

from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf


class EachBatch(keras.metrics.Metric):
    """The mean of a function of each batch, before the batch's training step.

    Args:
        function: (labels, predictions) -> a number per example, tensor [n].
        batches: how many there will be.
        name: in Keras's logs.
        dtype: of the means that are kept.
    """

    def __init__(
        self, function: Callable[[Any, Any], Any], batches: int, name: str = "batch_loss", dtype: str = "float32"
    ) -> None:
        super().__init__(name=name)
        self._function, self._kept_dtype = function, dtype
        # Plain variables of TensorFlow, in lists: a metric's own are set back to zero when `fit` begins.
        self._kept = [tf.Variable(tf.zeros([max(batches, 1)], dtype), trainable=False)]
        self._count = [tf.Variable(0, trainable=False, dtype=tf.int64)]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Keep the mean of one batch."""
        mean = tf.cast(tf.reduce_mean(self._function(y_true, y_pred)), self._kept_dtype)
        self._kept[0].scatter_nd_update([[self._count[0]]], [mean])
        self._count[0].assign_add(1)

    def result(self) -> Any:
        """The last batch's mean, tensor []."""
        return self._kept[0][tf.maximum(self._count[0] - 1, 0)]

    def reset_state(self) -> None:
        """Keep what was kept: one training may take several calls of `fit`."""

    if not KERAS_3:
        reset_states = reset_state

    def count(self) -> int:
        """Batches so far."""
        return int(self._count[0].numpy())

    def last(self) -> float:
        """The last batch's mean."""
        return float(self.result().numpy())

    def kept(self) -> np.ndarray:
        """[batches so far], the mean of each."""
        return self._kept[0].numpy()[: self.count()]


def cross_entropy(one_hot: Any, logits: Any) -> Any:
    """Of each example, tensor [n], from float32 [n, C] both."""
    return tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits)
