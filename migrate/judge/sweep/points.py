"""One training of a sweep, and the summary of several trainings of one setting."""

from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare.statistics import wilson_interval

LATE = 0.1  # the last stretch, as a share of the steps
WORSE = 1.25  # times the loss of the best stretch: a training whose last stretch is above that is unsteady


class Setting(NamedTuple):
    twin: str
    """legacy or modern."""
    architecture: str
    """As in `--architecture`."""
    device: str
    """One of cpu, gpu and auto (TensorFlow chooses)."""
    steps: int
    """Number of training steps of the final layer."""
    learning_rate: float
    """Of gradient descent, constant."""


class SweepPoint(NamedTuple):
    setting: Setting
    seed: int
    """Seed of this training."""
    accuracy: float
    """Test accuracy, 0..1."""
    seconds: float
    """Seconds of the training alone."""
    last_loss: float
    """Mean cross entropy of the last stretch; not finite if the training diverged."""
    best_loss: float
    """Mean cross entropy of the best stretch of the same length."""


class SweepRow(NamedTuple):
    setting: Setting
    accuracies: List[float]
    """One per seed."""
    interval: Tuple[float, float]
    """Wilson's 95 % interval of the mean accuracy on that many test photos."""
    training_seconds: float
    """Mean."""
    extraction_seconds: float
    """Seconds for the features of all photos, nothing cached."""
    verdict: str
    """`usable`, `usable, unsteady`, or `not usable: ` and the reason."""


def point_of(setting: Setting, seed: int, accuracy: float, seconds: float, losses: np.ndarray) -> SweepPoint:
    """Summarize one training; ``losses`` is float32 [steps]."""
    length = max(1, int(len(losses) * LATE))
    whole = len(losses) // length * length
    stretches = losses[len(losses) - whole :].astype(np.float64).reshape(-1, length).mean(axis=1)
    finite = bool(np.isfinite(losses).all())
    return SweepPoint(
        setting,
        seed,
        accuracy,
        seconds,
        float(stretches[-1]) if finite else float("inf"),
        float(stretches.min()) if finite else float("inf"),
    )


def row_of(points: Sequence[SweepPoint], photos: int, guessing: float, extraction_seconds: float) -> SweepRow:
    """Summarize all trainings of one setting.

    Args:
        points: one or more Points of one setting.
        photos: int, number of test photos.
        guessing: float, share of the most frequent class among them.
        extraction_seconds: float.
    """
    accuracies = [point.accuracy for point in points]
    mean = sum(accuracies) / len(accuracies)
    interval = wilson_interval(mean * photos, photos)
    return SweepRow(
        points[0].setting,
        accuracies,
        interval,
        sum(point.seconds for point in points) / len(points),
        extraction_seconds,
        verdict_of(points, interval, guessing),
    )


def verdict_of(points: Sequence[SweepPoint], interval: Tuple[float, float], guessing: float) -> str:
    """Whether the setting is usable: it must train, beat guessing significantly, and stay there."""
    if not all(np.isfinite(point.last_loss) for point in points):
        return "not usable: the loss is not finite"
    if interval[0] <= guessing:
        return "not usable: no better than guessing"
    unsteady = sum(point.last_loss > WORSE * point.best_loss for point in points)
    return "usable, unsteady" if unsteady > len(points) / 2 else "usable"


def point_as_json(point: SweepPoint) -> Dict[str, Any]:
    """A point as JSON; values that are not finite become null."""
    found = dict(point._asdict(), setting=dict(point.setting._asdict()))
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in found.items()
    }


def point_of_json(found: Dict[str, Any]) -> SweepPoint:
    """The point that `point_as_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: `point_as_json` did not write it.
    """
    named = found["setting"]
    setting = Setting(
        str(named["twin"]),
        str(named["architecture"]),
        str(named["device"]),
        int(named["steps"]),
        finite(named["learning_rate"]),
    )
    losses = {name: float("inf") if found[name] is None else finite(found[name]) for name in ("last_loss", "best_loss")}
    accuracy, seconds = finite(found["accuracy"]), finite(found["seconds"])
    if not 0 <= accuracy <= 1 or seconds < 0:
        raise ValueError(f"accuracy {accuracy}, seconds {seconds}")
    return SweepPoint(setting, int(found["seed"]), accuracy, seconds, **losses)


def finite(value: Any) -> float:
    """A number from JSON, which may also say NaN and Infinity.

    Raises:
        TypeError, ValueError: it is no finite number.
    """
    if not np.isfinite(float(value)):
        raise ValueError(f"{value} is not finite")
    return float(value)
