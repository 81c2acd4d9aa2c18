"""How often the new layer is right."""

from typing import Any
from typing import Callable
from typing import NamedTuple

from modern.tensorflow_v2 import tf

Evaluation = NamedTuple("Evaluation", [
    ("accuracy", Any),  # float32 tensor [], 0..1
    ("prediction", Any),  # int64 tensor [N]
    ("cross_entropy", Any),  # float32 tensor []
    ("logits", Any),  # float32 tensor [N, C]
])


def evaluator(head: Any) -> Callable[..., Evaluation]:
    """A compiled function (bottlenecks float32 [N, B], one-hot labels float32 [N, C]) -> Evaluation.

    study: no evaluation ops are added to a graph beforehand; a function is called with the arrays.

    Args:
        head: model from `build_head`.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([None, None], tf.float32)])
    def evaluate(bottlenecks: Any, one_hot: Any) -> Evaluation:
        logits = head(tf.ensure_shape(bottlenecks, [None, head.inputs[0].shape[-1]]))
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits))
        prediction = tf.argmax(logits, 1)
        accuracy = tf.reduce_mean(tf.cast(prediction == tf.argmax(one_hot, 1), tf.float32))
        return Evaluation(accuracy, prediction, loss, logits)

    return evaluate
