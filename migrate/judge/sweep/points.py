"""One training of a sweep, and what several of the same setting say together."""

from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare.statistics import wilson_interval

LATE = 0.1  # of the steps, at the end: what the training has come to
WORSE = 1.25  # times its best stretch: a training whose last stretch is that far above it is unsteady


class Setting(NamedTuple):
    twin: str
    architecture: str
    device: str
    """Cpu, gpu, or auto: as TensorFlow chooses."""
    steps: int
    learning_rate: float


class Point(NamedTuple):
    setting: Setting
    seed: int
    accuracy: float
    """Share of the test photos named rightly, 0..1."""
    seconds: float
    """Of the training alone."""
    last_loss: float
    """Mean cross entropy of the last stretch; not finite where the training broke down."""
    best_loss: float
    """Of the best stretch as long."""


class SweepRow(NamedTuple):
    setting: Setting
    accuracies: List[float]
    """One a seed."""
    interval: Tuple[float, float]
    """95 %, Wilson's, of the mean accuracy on that many test photos."""
    training_seconds: float
    """Mean."""
    extraction_seconds: float
    """Features of all photos, nothing cached."""
    verdict: str
    """Usable; usable, unsteady; not usable: why."""


def point_of(setting: Setting, seed: int, accuracy: float, seconds: float, losses: np.ndarray) -> Point:
    """A training's outcome; ``losses`` is float32 [steps]."""
    length = max(1, int(len(losses) * LATE))
    whole = len(losses) // length * length
    stretches = losses[len(losses) - whole :].astype(np.float64).reshape(-1, length).mean(axis=1)
    finite = bool(np.isfinite(losses).all())
    return Point(
        setting,
        seed,
        accuracy,
        seconds,
        float(stretches[-1]) if finite else float("inf"),
        float(stretches.min()) if finite else float("inf"),
    )


def row_of(points: Sequence[Point], photos: int, guessing: float, extraction_seconds: float) -> SweepRow:
    """All trainings of one setting.

    Args:
        points: Point, of one setting, one or more.
        photos: int, test photos.
        guessing: float, the share of them that the most frequent class has.
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


def verdict_of(points: Sequence[Point], interval: Tuple[float, float], guessing: float) -> str:
    """Whether the setting can be used: it must train, surely beat naming the most frequent class, and stay there."""
    if not all(np.isfinite(point.last_loss) for point in points):
        return "not usable: the loss is not finite"
    if interval[0] <= guessing:
        return "not usable: no better than guessing"
    unsteady = sum(point.last_loss > WORSE * point.best_loss for point in points)
    return "usable, unsteady" if unsteady > len(points) / 2 else "usable"


def point_as_json(point: Point) -> Dict[str, Any]:
    """A point, JSON-able; what is not finite is null."""
    found = dict(point._asdict(), setting=dict(point.setting._asdict()))
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in found.items()
    }


def point_of_json(found: Dict[str, Any]) -> Point:
    """The point that `point_as_json` wrote.

    Raises:
        KeyError, TypeError: it did not.
    """
    losses = {name: float("inf") if found[name] is None else float(found[name]) for name in ("last_loss", "best_loss")}
    return Point(Setting(**found["setting"]), found["seed"], found["accuracy"], found["seconds"], **losses)
