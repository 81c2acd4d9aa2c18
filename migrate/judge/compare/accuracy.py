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
    """Accuracy, 0..1."""
    legacy_interval: Tuple[float, float]
    """Wilson's 95 % interval, (low, high), 0..1."""
    modern_interval: Tuple[float, float]
    """The same of the modern twin."""
    top1_agreement: float
    """Share of photos on which both predict the same class, 0..1."""
    disagreeing: List[int]
    """Indices into the test photos."""
    passed: bool
    """Whether the labels agree; ties, within limits, are excused. The accuracies themselves are not judged."""
    why: str = ""
    """Why it does not pass; empty if it does."""


def most_excused(count: int) -> int:
    """How many of ``count`` photos may be ties: 1 in 100, and 1 at least."""
    return max(1, count // 100)


def compare(
    legacy: np.ndarray, modern: np.ndarray, truth: np.ndarray, tolerance: float, any_top1: bool = False
) -> Accuracy:
    """Compare the twins' predictions on the test photos.

    The comparison passes if both predict the same class for every photo. The predictions may differ on a photo whose
    two best classes are within twice ``tolerance`` of each other on either side: that photo is a tie. Ties excuse at
    most `most_excused` photos.

    Args:
        legacy: float32 [n, C] probabilities.
        modern: float32 [n, C].
        truth: int [n], the photos' classes.
        tolerance: float, how far a probability may differ.
        any_top1: bool, whether photos may get another label (`--any_top1`); most photos may not in any case.
    """
    ours, theirs = legacy.argmax(axis=1), modern.argmax(axis=1)
    count = len(truth)
    apart = np.flatnonzero(ours != theirs)
    tied = (_margin(legacy) <= 2 * tolerance) | (_margin(modern) <= 2 * tolerance)
    others, ties = int((~tied[apart]).sum()), int(tied[apart].sum())
    why = ""
    if 2 * len(apart) > count or (others and not any_top1):
        why = f"{len(apart)} of {count} photos get another label"
    elif ties > most_excused(count) and not any_top1:
        why = f"{ties} of {count} photos are ties with another label; {most_excused(count)} may be"
    right = [int((guess == truth).sum()) for guess in (ours, theirs)]
    return Accuracy(
        count,
        right[0] / count,
        right[1] / count,
        wilson_interval(right[0], count),
        wilson_interval(right[1], count),
        float(np.mean(ours == theirs)),
        [int(place) for place in apart],
        not why,
        why,
    )


def _margin(probabilities: np.ndarray) -> np.ndarray:
    best = np.sort(probabilities, axis=1)
    return np.asarray(best[:, -1] - best[:, -2])
