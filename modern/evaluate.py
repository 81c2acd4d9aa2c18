"""How often the new layer is right."""

from typing import Any, Callable, Dict, NamedTuple

from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.version2 import tf


class Evaluation(NamedTuple):
    accuracy: Any
    """float32 tensor [], 0..1."""
    prediction: Any
    """int64 tensor [N]."""
    cross_entropy: Any
    """float32 tensor []."""
    logits: Any
    """float32 tensor [N, C]."""


def evaluator(head: Any) -> Callable[..., Evaluation]:
    """A function (bottlenecks float32 [N, B], one-hot labels float32 [N, C]) -> Evaluation, compiled when called.

    study: no evaluation ops are added to a graph beforehand; a function is called with the arrays.

    Args:
        head: model from `build_head`.
    """

    compiled: Dict[int, Any] = {}  # by how many photos it computes at once

    def evaluate(bottlenecks: Any, one_hot: Any) -> Evaluation:
        logits = head.logits_of(tf.ensure_shape(bottlenecks, [None, head.inputs[0].shape[-1]]))
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits))
        prediction = tf.argmax(logits, 1)
        accuracy = tf.reduce_mean(tf.cast(prediction == tf.argmax(one_hot, 1), tf.float32))
        return Evaluation(accuracy, prediction, loss, logits)

    def evaluate_compiled(bottlenecks: Any, one_hot: Any) -> Evaluation:
        if head.at_once not in compiled:
            signature = [tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([None, None], tf.float32)]
            compiled[head.at_once] = tf.function(evaluate, input_signature=signature)
        return compiled[head.at_once](bottlenecks, one_hot)

    return evaluate_compiled


def evaluate_at_once(
    head: Any, evaluate: Callable[..., Evaluation], bottlenecks: Any, one_hot: Any, resources: Resources
) -> Evaluation:
    """``evaluate`` one batch; where it does not fit, its logits are computed in parts."""

    def at_once(size: int) -> Evaluation:
        head.at_once = size if size < len(bottlenecks) else 0
        return evaluate(bottlenecks, one_hot)

    return resources.attempt("evaluation", len(bottlenecks), at_once)
