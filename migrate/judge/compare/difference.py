"""Measure how far two arrays are apart, and whether that is within a tolerance."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np


class Difference(NamedTuple):
    max_abs: Optional[float]
    """None if it is undefined: the shapes differ, or a value is NaN or infinite."""
    mean_abs: Optional[float]
    """Over all elements; None if undefined, like p99_abs."""
    p99_abs: Optional[float]
    """The 99th percentile."""
    required_tolerance: Optional[float]
    """The smallest tolerance that would have passed; None if none would."""
    tolerance: float
    """In units of the compared arrays, for the figure that is judged: the largest or the mean difference."""
    passed: bool
    why: str
    """What is wrong, in words; empty if it passed."""
    elements: int
    """Compared."""


def measure(
    legacy: Sequence[np.ndarray],
    modern: Sequence[np.ndarray],
    tolerance: float,
    sides: Tuple[str, str] = ("legacy", "modern"),
) -> Difference:
    """Compare arrays pairwise, element by element: every absolute difference must be within ``tolerance``.

    NaN, infinity, unequal shapes and empty input fail whatever the tolerance.

        Args: legacy: arrays of numbers. modern: the same number of arrays. tolerance: float, the largest absolute
        difference allowed. sides: names of the two sides, for messages.
    """
    if len(legacy) != len(modern):
        return _hopeless(tolerance, f"{sides[0]} gave {len(legacy)} arrays, {sides[1]} {len(modern)}")
    gaps: List[np.ndarray] = []
    for place, (ours, theirs) in enumerate(zip(legacy, modern)):
        if ours.shape != theirs.shape:
            return _hopeless(
                tolerance,
                f"shapes differ: {sides[0]} {list(ours.shape)}, {sides[1]} {list(theirs.shape)} (number {place})",
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
    """Like `measure`, but compare the mean absolute difference with ``tolerance`` instead of the largest.

    This is for the results of float32 training: sooner or later a ReLU opens on one side only, and from then on single
    values diverge even if the code is the same.
    """
    found = measure(legacy, modern, float("inf"))
    if not found.passed:  # NaN, infinity, unequal shapes or empty input
        return found._replace(tolerance=tolerance)
    value = found.mean_abs or 0.0
    passed = value <= tolerance
    return found._replace(
        tolerance=tolerance,
        passed=passed,
        required_tolerance=value,
        why="" if passed else f"{value:.3g} apart on average, {tolerance:.3g} allowed",
    )


def measure_most(
    legacy: Sequence[np.ndarray], modern: Sequence[np.ndarray], tolerance: float, share: float, largest: float
) -> Difference:
    """Like `measure`, but ``share`` of the values (0..1) must be within ``tolerance``, and all within ``largest``.

    This is for the many values of a run whose largest depends on the order of sums in a thread pool.
    """
    found = measure(legacy, modern, largest)
    if found.max_abs is None or not found.passed:
        return found
    gaps = np.concatenate(
        [np.abs(ours.astype(np.float64) - theirs).ravel() for ours, theirs in zip(legacy, modern) if ours.size]
    )
    value = float(np.sort(gaps)[int(np.ceil(share * gaps.size)) - 1])
    passed = value <= tolerance
    why = "" if passed else f"{100 * (1 - share):.2g} % more than {value:.3g} apart, {tolerance:.3g} allowed"
    return found._replace(tolerance=tolerance, required_tolerance=value, passed=passed, why=why)


def _hopeless(tolerance: float, why: str) -> Difference:
    return Difference(None, None, None, None, tolerance, False, why, 0)


def difference_as_json(difference: Difference) -> Dict[str, Any]:
    """The difference, under the report's keys."""
    return dict(difference._asdict())
