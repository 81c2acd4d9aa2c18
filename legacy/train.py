"""The training loop: one `sess.run` a step, with a batch of bottlenecks in the feed_dict."""

from typing import Any, Callable, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np

from poets.legacy.device import run
from poets.legacy.head import Head
from poets.migrate.task.resources import Resources
from poets.migrate.task.training.schedule import Schedule, is_evaluation


class Trained(NamedTuple):
    losses: np.ndarray
    """float32 [steps], cross entropy of each batch before its step."""
    weights: np.ndarray
    """float32 [B, C]."""
    biases: np.ndarray
    """float32 [C]."""


class Descent(NamedTuple):
    inputs: List[Any]
    """Placeholders, rows of a batch each."""
    loss: Any
    """float32 tensor [], a mean over the rows."""
    gradients: List[Any]
    """Of the loss by each variable."""
    train_step: Any
    """op."""


Batch = Tuple[np.ndarray, np.ndarray]  # bottlenecks float32 [n, B], one-hot labels float32 [n, C]


def cached_batches(features: np.ndarray, labels: np.ndarray, classes: int, indices: np.ndarray) -> Iterator[Batch]:
    """The batches of a schedule, gathered from cached features.

    Args:
        features: float32 [N, B].
        labels: int [N].
        classes: int, C.
        indices: int [steps, batch].
    """
    one_hot = np.eye(classes, dtype=np.float32)
    for row in indices:
        yield features[row], one_hot[labels[row]]


def train(
    session: Any,
    head: Head,
    batches: Iterator[Batch],
    schedule: Schedule,
    resources: Resources,
    on_evaluation: Callable[[int, float, Batch], None] = lambda step, loss, batch: None,
    on_step: Callable[[int], None] = lambda step: None,
) -> Trained:
    """Run the training op once for every batch.

    study: every step leaves the graph's world and comes back: Python builds the batch, the feed_dict copies it
    in, `sess.run` returns. Keras runs many steps inside one call (`steps_per_execution`).

    Args:
        session: tf.Session whose variables are initialised.
        head: Head.
        batches: one for each step of the schedule.
        schedule: Schedule.
        resources: Resources.
        on_evaluation: called with (step, loss, batch) after steps 0, interval, ... and the last.
        on_step: called with the step just done.
    """
    steps = len(schedule.train)
    losses = np.zeros(steps, np.float32)
    for step, batch in enumerate(batches):
        losses[step] = resources.attempt(
            "training", len(batch[0]), lambda size: take_step(session, head, batch, size, resources)
        )
        if is_evaluation(step, steps, schedule.eval_step_interval):
            on_evaluation(step, float(losses[step]), batch)
        on_step(step)
    weights, biases = session.run([head.weights, head.biases])
    return Trained(losses, weights, biases)


def take_step(session: Any, head: Head, batch: Batch, at_once: int, resources: Resources) -> float:
    """One step of gradient descent; answers the cross entropy before it.

    study: any tensor of a TF1 graph can be fed. Where the batch does not fit, the gradients of its parts are fetched,
    their mean is fed back in their place, and the training op takes it for the whole batch's.
    """
    descent = Descent(
        [head.bottleneck_input, head.ground_truth_input], head.cross_entropy, head.gradients, head.train_step
    )
    return descend(session, descent, batch, at_once, resources, "training")


def descend(
    session: Any, descent: Descent, batch: Sequence[np.ndarray], at_once: int, resources: Resources, work: str
) -> float:
    """`take_step` for any loss: ``batch`` is what to feed, an array for each of the descent's inputs."""
    count = len(batch[0])
    if at_once >= count:
        return run(session, [descent.train_step, descent.loss], dict(zip(descent.inputs, batch)), resources, work)[1]
    means = [0.0] * (1 + len(descent.gradients))
    for start in range(0, count, at_once):
        some = [rows[start : start + at_once] for rows in batch]
        found = session.run([descent.loss] + descent.gradients, dict(zip(descent.inputs, some)))
        share = len(some[0]) / count
        means = [mean + share * np.asarray(part, np.float64) for mean, part in zip(means, found)]
    run(session, descent.train_step, dict(zip(descent.gradients, means[1:])), resources, work)
    return float(means[0])
