"""How far two arrays are apart, and whether that is near enough."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np


class Difference(NamedTuple):
    max_abs: Optional[float]
    """None where it cannot be said: other shapes, NaN or infinity."""
    mean_abs: Optional[float]
    p99_abs: Optional[float]
    required_tolerance: Optional[float]
    """The least tolerance at which it would have passed; None: none would."""
    tolerance: float
    passed: bool
    why: str
    """In words, what is wrong; empty where it passed."""
    elements: int
    """Compared."""


def measure(
    legacy: Sequence[np.ndarray],
    modern: Sequence[np.ndarray],
    tolerance: float,
    sides: Tuple[str, str] = ("legacy", "modern"),
) -> Difference:
    """Compare arrays pairwise, element by element: every absolute difference must be within ``tolerance``.

    NaN and infinity fail whatever the tolerance; so do unequal shapes, and nothing at all to compare.

    Args:
        legacy: arrays of numbers.
        modern: as many arrays.
        tolerance: float, the largest absolute difference allowed.
        sides: what the two are called in words.
    """
    if len(legacy) != len(modern):
        return _hopeless(tolerance, f"{sides[0]} gave {len(legacy)} arrays, {sides[1]} {len(modern)}")
    gaps: List[np.ndarray] = []
    for place, (ours, theirs) in enumerate(zip(legacy, modern)):
        if ours.shape != theirs.shape:
            return _hopeless(
                tolerance,
                (f"shapes differ: {sides[0]} {list(ours.shape)}, {sides[1]} {list(theirs.shape)} (number {place})"),
            )
        if not ours.size:
            continue
        for name, array in zip(sides, (ours, theirs)):
            odd = int(np.size(array) - np.isfinite(array).sum())
            if odd:
                return _hopeless(tolerance, f"{name} has {odd} NaN or infinite of {array.size} values (number {place})")
        gaps.append(np.abs(ours.astype(np.float64) - theirs.astype(np.float64)).ravel())
    if not gaps:
        return _hopeless(tolerance, "nothing to compare")
    gap = np.concatenate(gaps)
    largest = float(gap.max())
    passed = largest <= tolerance
    why = "" if passed else f"{largest:.3g} apart, {tolerance:.3g} allowed"
    return Difference(
        largest, float(gap.mean()), float(np.percentile(gap, 99)), largest, tolerance, passed, why, int(gap.size)
    )


def measure_mean(legacy: Sequence[np.ndarray], modern: Sequence[np.ndarray], tolerance: float) -> Difference:
    """`measure`, with the mean of the absolute differences held against ``tolerance`` instead of the largest.

    For what a training in float32 has made: sooner or later one ReLU opens on one side only, and from there on single
    numbers part whatever the code.
    """
    found = measure(legacy, modern, float("inf"))
    if not found.passed:  # NaN, infinity, other shapes, nothing at all
        return found._replace(tolerance=tolerance)
    value = found.mean_abs or 0.0
    passed = value <= tolerance
    return found._replace(
        tolerance=tolerance,
        passed=passed,
        required_tolerance=value,
        why="" if passed else f"{value:.3g} apart in the mean, {tolerance:.3g} allowed",
    )


def _hopeless(tolerance: float, why: str) -> Difference:
    return Difference(None, None, None, None, tolerance, False, why, 0)


def difference_as_json(difference: Difference) -> Dict[str, Any]:
    """The difference under the report's keys."""
    return dict(difference._asdict())
