"""A Keras metric that keeps its value per batch; Keras's own metrics are means over all batches so far."""

from typing import Any, Callable

import numpy as np

from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf


class EachBatch(keras.metrics.Metric):
    """The mean of a function over each batch, taken before the batch's training step.

    Args:
        function: (labels, predictions) -> a number per example, tensor [n].
        batches: number of batches.
        name: the name in Keras's logs.
        dtype: dtype of the stored means.
    """

    def __init__(
        self, function: Callable[[Any, Any], Any], batches: int, name: str = "batch_loss", dtype: str = "float32"
    ) -> None:
        super().__init__(name=name)
        self._function, self._kept_dtype = function, dtype
        # Plain TensorFlow variables in lists, because `fit` resets a metric's own variables to zero when it begins.
        self._kept = [tf.Variable(tf.zeros([max(batches, 1)], dtype), trainable=False)]
        self._count = [tf.Variable(0, trainable=False, dtype=tf.int64)]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Store the mean of one batch."""
        mean = tf.cast(tf.reduce_mean(self._function(y_true, y_pred)), self._kept_dtype)
        self._kept[0].scatter_nd_update([[self._count[0]]], [mean])
        self._count[0].assign_add(1)

    def result(self) -> Any:
        """The last batch's mean, tensor []."""
        return self._kept[0][tf.maximum(self._count[0] - 1, 0)]

    def reset_state(self) -> None:
        """Do not reset: one training may take several calls of `fit`."""

    if not KERAS_3:
        reset_states = reset_state

    def count(self) -> int:
        """The number of batches so far."""
        return int(self._count[0].numpy())

    def last(self) -> float:
        """The last batch's mean."""
        return float(self.result().numpy())

    def kept(self) -> np.ndarray:
        """[batches so far], the mean per batch."""
        return self._kept[0].numpy()[: self.count()]


def cross_entropy(one_hot: Any, logits: Any) -> Any:
    """Per example, tensor [n]; labels and predictions are float32 [n, C]."""
    return tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits)
