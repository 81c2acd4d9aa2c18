"""A step of gradient descent in a Session on a batch that does not fit in memory: its parts' gradients, averaged."""

from typing import Any, Callable, List, NamedTuple, Sequence

import numpy as np

from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.session_device import run


class Descent(NamedTuple):
    inputs: List[Any]
    """Placeholders, rows of a batch each."""
    loss: Any
    """float32 tensor [], a mean over the rows."""
    gradients: List[Any]
    """Of the loss by each variable."""
    train_step: Any
    """The op that applies them."""


def descend(session: Any, descent: Descent, batch: Sequence[np.ndarray], resources: Resources, work: str) -> float:
    """One step on a batch, in as many parts as memory asks for; returns the loss before it.

    Args:
        session: tf.Session.
        descent: Descent.
        batch: what to feed, an array per input.
        resources: Resources: knows how many rows fit, and notes where the step ran.
        work: one of `resources.WORK`.
    """
    count = len(batch[0])

    def step(size: int) -> float:
        if size >= count:
            feed = dict(zip(descent.inputs, batch))
            return run(session, [descent.train_step, descent.loss], feed, resources, work)[1]
        return _in_parts(session, descent, batch, size, resources, work)

    return resources.attempt(work, count, step)


def _in_parts(
    session: Any, descent: Descent, batch: Sequence[np.ndarray], size: int, resources: Resources, work: str
) -> float:
    """Any tensor of a TF1 graph can be fed. The parts' gradients are fetched, and their mean, weighted by the parts'
    sizes, is fed back in their place: the training op takes it for the whole batch's.
    """
    count = len(batch[0])
    means: List[Any] = [0.0] * (1 + len(descent.gradients))
    for start in range(0, count, size):
        some = [rows[start : start + size] for rows in batch]
        found = session.run([descent.loss] + descent.gradients, dict(zip(descent.inputs, some)))
        share = len(some[0]) / count
        means = [mean + share * np.asarray(part, np.float64) for mean, part in zip(means, found)]
    run(session, descent.train_step, dict(zip(descent.gradients, means[1:])), resources, work)
    return float(means[0])


def step_in_parts(resources: Resources) -> Callable[[Any, Any, Sequence[np.ndarray]], float]:
    """The training step of a final layer, `take_step` of `legacy/train.py`, in as many parts as memory asks for.

    Args:
        resources: Resources.
    """

    def take_step(session: Any, head: Any, batch: Sequence[np.ndarray]) -> float:
        inputs = [head.bottleneck_input, head.ground_truth_input]
        descent = Descent(inputs, head.cross_entropy, head.gradients, head.train_step)
        return descend(session, descent, batch, resources, "training")

    return take_step


def evaluate(session: Any, head: Any, fetches: Any, batch: Sequence[np.ndarray], resources: Resources) -> Any:
    """``fetches`` of one batch; where it does not fit, its logits are computed in parts and fed.

    Args:
        session: tf.Session.
        head: the final layer.
        fetches: as for `session.run`; they depend on the logits alone.
        batch: (bottlenecks float32 [n, B], one-hot labels float32 [n, C]).
        resources: Resources.
    """
    bottlenecks, one_hot = batch

    def at_once(size: int) -> Any:
        feed = {head.bottleneck_input: bottlenecks, head.ground_truth_input: one_hot}
        if size < len(bottlenecks):
            starts = range(0, len(bottlenecks), size)
            parts = [session.run(head.logits, {head.bottleneck_input: bottlenecks[at : at + size]}) for at in starts]
            feed = {head.logits: np.concatenate(parts), head.ground_truth_input: one_hot}
        return session.run(fetches, feed)

    return resources.attempt("evaluation", len(bottlenecks), at_once)
