"""The results of a beginner lab run: losses, curves and predictions, and one JSON record for both twins."""

import platform
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import numpy as np

from poets.migrate.lab.digits import Digits
from poets.migrate.lab.schedule import Lab, parameters, steps_per_epoch


class Epoch(NamedTuple):
    loss: float
    """Mean cross entropy over the epoch's images, each before its own step, dropout on."""
    accuracy: float
    """0..1, of the same."""
    test_loss: float
    """After the epoch's last step, no dropout."""
    test_accuracy: float
    """0..1, of the same."""


class LabTrained(NamedTuple):
    losses: np.ndarray
    """float64 [steps], mean cross entropy of each batch before its step."""
    weights: List[np.ndarray]
    """Of the lab's precision, as LabSchedule has them."""
    probabilities: np.ndarray
    """[T, 10], of the test images."""
    curve: List[Epoch]
    """One record per epoch."""


class LabWatch:
    """Collects a twin's training progress into a curve.

    Args:
        digits: Digits.
        lab: Lab.
        on_step: called after every step.
        on_epoch: called with (number from 1, Epoch) after every epoch.
    """

    def __init__(
        self,
        digits: Digits,
        lab: Lab,
        on_step: Callable[[], None] = lambda: None,
        on_epoch: Callable[[int, Epoch], None] = lambda number, epoch: None,
    ) -> None:
        self.losses: List[float] = []
        self.curve: List[Epoch] = []
        self._hits: List[float] = []
        self._digits, self._lab, self._on_step, self._on_epoch = digits, lab, on_step, on_epoch
        self._steps = steps_per_epoch(lab, len(digits.images))

    def step(self, loss: float, accuracy: float, answer: Callable[[], np.ndarray]) -> None:
        """Record a step just done.

        Args:
            loss: float, mean cross entropy of its batch before it.
            accuracy: float, 0..1, of the same.
            answer: returns the logits of all test images, [T, 10]; called when an epoch is over.
        """
        self.losses.append(float(loss))
        self._hits.append(float(accuracy))
        self._on_step()
        if len(self.losses) % self._steps:
            return
        count, size = len(self._digits.images), self._lab.batch_size
        shares = np.array([min(size, count - start) for start in range(0, count, size)]) / count
        epoch = Epoch(
            float(np.dot(shares, self.losses[-self._steps :])),
            float(np.dot(shares, self._hits[-self._steps :])),
            *score(answer(), self._digits.test_labels),
        )
        self.curve.append(epoch)
        self._on_epoch(len(self.curve), epoch)


def score(logits: np.ndarray, labels: np.ndarray) -> Tuple[float, float]:
    """(mean cross entropy, accuracy 0..1) of logits [T, 10], in float64."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return (
        float(np.mean(log_sums - shifted[np.arange(len(labels)), labels])),
        float(np.mean(logits.argmax(axis=1) == labels)),
    )


def epoch_line(number: int, epochs: int, epoch: Epoch) -> str:
    """An epoch in one line, similar to Keras's output."""
    return (
        f"Epoch {number}/{epochs}: loss {epoch.loss:.4f}, accuracy {100 * epoch.accuracy:.2f} %, test loss "
        f"{epoch.test_loss:.4f}, test accuracy {100 * epoch.test_accuracy:.2f} %"
    )


def of_lab(
    twin: str,
    lab: Lab,
    data: str,
    seed: int,
    digits: Digits,
    trained: LabTrained,
    seconds: Dict[str, float],
    versions: Dict[str, Any],
    outputs: List[str],
    used: Dict[str, Any],
) -> Dict[str, Any]:
    """The run's record."""
    accuracy = float(np.mean(trained.probabilities.argmax(axis=1) == digits.test_labels))
    return {
        "twin": twin,
        "task": "mnist",
        "data": data,
        "random_seed": seed,
        "settings": dict(lab._asdict()),
        "parameters": parameters(lab),
        "train_images": len(digits.images),
        "test_images": len(digits.test_images),
        "steps": len(trained.losses),
        "epochs": [dict(epoch._asdict()) for epoch in trained.curve],
        "test_accuracy": accuracy,
        "seconds": seconds,
        "outputs": outputs,
        "used": used,
        "versions": dict(versions, python=platform.python_version()),
    }
