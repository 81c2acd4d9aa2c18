"""Test accuracy of each twin, and how often their top-1 agrees."""

from typing import List, NamedTuple, Tuple

import numpy as np

from poets.migrate.judge.compare.statistics import wilson_interval


class Accuracy(NamedTuple):
    n: int
    """Test photos."""
    legacy: float
    """Accuracy, 0..1."""
    modern: float
    legacy_interval: Tuple[float, float]
    """Wilson's 95 % interval."""
    modern_interval: Tuple[float, float]
    top1_agreement: float
    """Share of photos on which both predict the same class, 0..1."""
    disagreeing: List[int]
    """Indices into the test photos."""
    passed: bool


def compare(legacy: np.ndarray, modern: np.ndarray, truth: np.ndarray, tolerance: float) -> Accuracy:
    """Compare the twins' predictions on the test photos.

    The comparison passes if both predict the same class for every photo. The predictions may differ on a photo whose
    two best classes are within twice ``tolerance`` of each other on either side: that photo is a tie.

    Args:
        legacy: float32 [n, C] probabilities.
        modern: float32 [n, C].
        truth: int [n], the photos' classes.
        tolerance: float, how far a probability may differ.
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
