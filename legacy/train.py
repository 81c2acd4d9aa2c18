"""The training loop: one `sess.run` per step, with a batch of bottlenecks in the feed_dict."""

from typing import Callable, Iterator

import numpy as np

from poets.legacy.head import Head
from poets.migrate.task.training.trained import Batch, Trained
from poets.migrate.tensorflow_library.types import Session

Step = Callable[[Session, Head, Batch], float]


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


def take_step(session: Session, head: Head, batch: Batch) -> float:
    """Run one step of gradient descent; returns the cross entropy before it."""
    feed_dict = {head.bottleneck_input: batch[0], head.ground_truth_input: batch[1]}
    _, cross_entropy = session.run([head.train_step, head.cross_entropy], feed_dict)
    return cross_entropy


def train(
    session: Session,
    head: Head,
    batches: Iterator[Batch],
    steps: int,
    on_step: Callable[[int], None] = lambda step: None,
    step_of: Step = take_step,
) -> Trained:
    """Run the training op once per batch.

    study: every step returns to Python, which builds the next batch; the feed_dict then copies the batch into
    TensorFlow. Keras runs many steps inside one call (`steps_per_execution`).

    Args:
        session: tf.Session whose variables are initialised.
        head: Head.
        batches: one batch per step.
        steps: int.
        on_step: called with each finished step.
        step_of: runs one step. Defaults to `take_step`, which needs the whole batch in memory.
    """
    losses = np.zeros(steps, np.float32)
    for step, batch in enumerate(batches):
        losses[step] = step_of(session, head, batch)
        on_step(step)
    weights, biases = session.run([head.weights, head.biases])
    return Trained(losses, weights, biases)
