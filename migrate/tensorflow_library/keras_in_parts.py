"""Training in Keras if a batch does not fit in memory: a custom loop that averages the gradients of its parts."""

from typing import Any, Callable, List, Tuple

import numpy as np

from poets.migrate.task.resources import Resources
from poets.migrate.task.training.schedule import Schedule
from poets.migrate.task.training.trained import Trained
from poets.migrate.tensorflow_library.keras_device import device_of
from poets.migrate.tensorflow_library.version2 import keras, tf


def gradients_in_parts(
    gradients_of: Callable[..., Tuple[Any, List[Any]]], rows: List[Any], at_once: int
) -> Tuple[Any, List[Any]]:
    """The loss and gradients of a batch, ``at_once`` rows at a time: the parts' means, weighted by their sizes.

    Args:
        gradients_of: rows -> (mean loss, its gradient with respect to each variable).
        rows: arrays or tensors of n rows each.
        at_once: rows that fit.
    """
    count = len(rows[0])
    if at_once >= count:
        return gradients_of(*rows)
    means: List[Any] = []
    for start in range(0, count, at_once):
        some = [one[start : start + at_once] for one in rows]
        loss, gradients = gradients_of(*some)
        shares = [len(some[0]) / count * one for one in [loss] + gradients]
        means = [mean + one for mean, one in zip(means, shares)] if means else shares
    return means[0], means[1:]


def gradients_that_fit(
    gradients_of: Callable[..., Tuple[Any, List[Any]]], rows: List[Any], resources: Resources, work: str
) -> Tuple[Any, List[Any]]:
    """`gradients_in_parts`, with as many rows at a time as memory allows.

    Args:
        gradients_of: as of `gradients_in_parts`.
        rows: arrays or tensors of n rows each.
        resources: Resources: tracks how many rows fit and where they were computed.
        work: one of `resources.WORK`.
    """
    loss, gradients = resources.attempt(work, len(rows[0]), lambda size: gradients_in_parts(gradients_of, rows, size))
    resources.ran_on(work, loss.device)
    return loss, gradients


def logits_in_parts(head: Any, bottlenecks: np.ndarray, at_once: int) -> Any:
    """float32 tensor [n, C] of bottlenecks float32 [n, B], ``at_once`` at a time."""
    starts = range(0, len(bottlenecks), at_once)
    return tf.concat([head(bottlenecks[start : start + at_once]) for start in starts], 0)


def train_in_parts(
    train: Callable[..., Trained],
    head: Any,
    batches: Any,
    schedule: Schedule,
    resources: Resources,
    on_step: Callable[[int], None] = lambda step: None,
    **options: Any,
) -> Trained:
    """Run ``train``; if a batch runs out of memory, run the whole training again in smaller parts.

    Args:
        train: `train` of `modern/train.py`.
        head: the final layer's model, with its initial weights.
        batches: tf.data.Dataset of (bottlenecks, one-hot labels), one element per step.
        schedule: Schedule.
        resources: Resources: tracks how many photos fit and where the training ran.
        on_step: called with each step just done, or the last of several; never twice for the same step.
        options: further arguments of ``train``.
    """
    count = schedule.train.shape[1]
    start = head.get_weights()
    seen = -1

    def on_new_step(step: int) -> None:
        nonlocal seen
        if step > seen:
            seen = step
            on_step(step)

    def attempt(size: int) -> Trained:
        head.set_weights(start)
        if size >= count:
            return train(head, batches, schedule, on_new_step, **options)
        return _train(head, batches, schedule, size, on_new_step)

    trained = resources.attempt("training", count, attempt)
    if len(schedule.train):
        resources.ran_on("training", device_of(head))
    return trained


def _train(head: Any, batches: Any, schedule: Schedule, at_once: int, on_step: Callable[[int], None]) -> Trained:
    optimizer = keras.optimizers.SGD(schedule.learning_rate)
    variables = head.trainable_variables

    specs = [tf.TensorSpec([None, side], tf.float32) for side in schedule.weights.shape]

    @tf.function(input_signature=specs)
    def gradients_of(bottlenecks: Any, one_hot: Any) -> Tuple[Any, List[Any]]:
        with tf.GradientTape() as tape:
            losses = tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=head(bottlenecks, training=True))
            loss = tf.reduce_mean(losses)
        return loss, tape.gradient(loss, variables)

    losses = []
    for step, rows in enumerate(batches):
        loss, gradients = gradients_in_parts(gradients_of, list(rows), at_once)
        optimizer.apply_gradients(zip(gradients, variables))
        losses.append(float(loss))
        on_step(step)
    weights, biases = head.get_weights()
    return Trained(np.array(losses, np.float32), weights, biases)
