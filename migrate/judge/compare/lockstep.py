"""Compare training in lockstep: both twins train from the same weights, on the same features, batch by batch."""

from typing import Any, Dict, NamedTuple, Optional

import numpy as np

from poets.migrate.judge.compare import tolerances
from poets.migrate.judge.compare.difference import Difference, measure, measure_most
from poets.migrate.task.training.schedule import Schedule


class Training(NamedTuple):
    steps: int
    """Number of steps of the schedule."""
    losses: Difference
    """Mean cross entropy of each step's batch, in nats."""
    weights: Difference
    """Biases included."""
    probabilities: Difference
    """Probabilities that the two final layers compute from the same features."""
    first_step: Optional[int]
    """The first step whose losses differ beyond tolerance."""
    passed: bool


def train(workers: Dict[str, Any], features: np.ndarray, schedule: Schedule) -> Dict[str, Dict[str, np.ndarray]]:
    """Train each worker by the schedule: twin -> ``losses`` [steps], ``weights`` [B, C], ``biases`` [C].

    ``features`` are float32 [N, B], of all photos.
    """
    arrays = {"features": features, "train": schedule.train, "weights": schedule.weights, "biases": schedule.biases}
    return {
        twin: worker.call("train", arrays, learning_rate=schedule.learning_rate)[1] for twin, worker in workers.items()
    }


def compare(legacy: Dict[str, np.ndarray], modern: Dict[str, np.ndarray], features: np.ndarray) -> Training:
    """Compare two trainings value by value, and by the final layers' outputs for ``features``, float32 [N, B]."""
    losses = measure_most(
        [legacy["losses"]],
        [modern["losses"]],
        tolerances.LOSSES,
        tolerances.LOSSES_SHARE,
        tolerances.LARGEST_LOSS,
    )
    weights = measure(
        [legacy["weights"], legacy["biases"]], [modern["weights"], modern["biases"]], tolerances.FINAL_WEIGHTS
    )
    answers = [softmax(features @ trained["weights"] + trained["biases"]) for trained in (legacy, modern)]
    probabilities = measure(answers[:1], answers[1:], tolerances.LOCKSTEP_PROBABILITIES)
    first = None
    if not losses.passed and legacy["losses"].shape == modern["losses"].shape:
        gap = np.abs(legacy["losses"] - modern["losses"])
        first = int(np.flatnonzero(~(gap <= tolerances.LOSSES))[0])  # NaN compares false
    passed = losses.passed and weights.passed and probabilities.passed
    return Training(len(legacy["losses"]), losses, weights, probabilities, first, passed)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax of float [..., C] over the last axis, as float64 of the same shape."""
    grown = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))
