"""How often each twin is right on the test photos, and how often they say the same."""

from typing import List, NamedTuple, Tuple

import numpy as np

from poets.migrate.judge.compare.statistics import wilson_interval


class Accuracy(NamedTuple):
    n: int
    """Test photos."""
    legacy: float
    """Share right, 0..1."""
    modern: float
    legacy_interval: Tuple[float, float]
    """95 %, Wilson's."""
    modern_interval: Tuple[float, float]
    top1_agreement: float
    """Share of photos on which both name the same class."""
    disagreeing: List[int]
    """Positions among the test photos."""
    passed: bool


def compare(legacy: np.ndarray, modern: np.ndarray, truth: np.ndarray, tolerance: float) -> Accuracy:
    """Compare the twins' answers on the test photos.

    They pass where both name the same class for every photo. A photo whose two best classes lie within
    twice ``tolerance`` of each other on either side may be named differently: its answer is a tie.

    Args:
        legacy: float32 [n, C] probabilities.
        modern: float32 [n, C].
        truth: int [n], the photos' classes.
        tolerance: float, by how much a probability may differ.
    """
    ours, theirs = legacy.argmax(axis=1), modern.argmax(axis=1)
    count = len(truth)
    apart = np.flatnonzero(ours != theirs)
    tied = (_margin(legacy) <= 2 * tolerance) | (_margin(modern) <= 2 * tolerance)
    right = [int((guess == truth).sum()) for guess in (ours, theirs)]
    return Accuracy(
        count,
        right[0] / count,
        right[1] / count,
        wilson_interval(right[0], count),
        wilson_interval(right[1], count),
        float(np.mean(ours == theirs)),
        [int(place) for place in apart],
        bool(tied[apart].all()),
    )


def _margin(probabilities: np.ndarray) -> np.ndarray:
    best = np.sort(probabilities, axis=1)
    return best[:, -1] - best[:, -2]
