"""Statistics of the report, each with its source.

Only Welch's test and the Mann-Whitney test need scipy, which is imported when they are called; scipy 1.5, the last for
Python 3.6, is enough.
"""

import math
from typing import Any, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.task.errors import BrokenEnvironment

Z95 = 1.959963984540054  # the normal distribution's 97.5 % point
LEVEL = 0.05  # significance level of every test
ROUNDING = 1e-9  # shares of photos that differ by less are equal
INSTALL_SCIPY = "install poets-migrate[stats]"


class Equivalence(NamedTuple):
    difference: float
    """Mean of the second minus mean of the first."""
    interval: Tuple[float, float]
    """90 % interval of the difference; inside the margin if p_value is below 5 %."""
    p_value: float
    """Of the two one-sided tests: the larger of both."""


class RatioInterval(NamedTuple):
    pairs: int
    """Number of pairs of runs."""
    estimate: float
    """Geometric mean of the ratios of the pairs."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end."""


def wilson_interval(right: float, count: int) -> Tuple[float, float]:
    """95 % score interval of a proportion (Wilson 1927): (low, high), each 0..1.

    Args:
        right: int, how many of ``count`` were right.
        count: int, above 0.
    """
    share = right / count
    centre = share + Z95**2 / (2 * count)
    spread = Z95 * math.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    scale = 1 + Z95**2 / count
    # With none or all right, the bound is exactly 0 or 1; rounding must not exceed it.
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def median(values: Sequence[float]) -> float:
    """The median as a plain float."""
    return float(np.median(np.asarray(values, np.float64)))


def samples_needed(percentile: float) -> int:
    """The number of samples a percentile needs, so that with 99 % confidence two or more lie beyond it.

    The early stopping rule of MLPerf's loadgen: 64 samples for the 90th percentile, 662 for the 99th.

    Args:
        percentile: 0..100, above 0 and below 100.
    """
    share, count = percentile / 100, 2
    while share**count + count * (1 - share) * share ** (count - 1) > 0.01:
        count += 1
    return count


def percentile_if_enough(values: Sequence[float], percentile: float) -> Optional[float]:
    """A percentile, or None if there are fewer ``values`` than `samples_needed`."""
    if len(values) < samples_needed(percentile):
        return None
    return float(np.percentile(np.asarray(values, np.float64), percentile))


def student_quantile(degrees: int) -> float:
    """The 97.5 % point of Student's t for integer ``degrees`` of freedom, by bisection of its closed form.

    The closed form is Abramowitz and Stegun's 26.7.3 and 26.7.4 (1964).
    """
    low, high = 0.0, 13.0  # 12.7 is the point for one degree, the largest
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_within(middle, degrees) < 0.95 else (low, middle)
    return high


def _student_within(bound: float, degrees: int) -> float:
    """P(|t| <= bound)."""
    angle = math.atan(bound / math.sqrt(degrees))
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = term if degrees > 1 else 0.0
    for number in range(3 if odd else 2, degrees - 1, 2):
        term *= (number - 1) / number * math.cos(angle) ** 2
        total += term
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total


def ratio_interval(pairs: Sequence[Tuple[float, float]]) -> Optional[RatioInterval]:
    """The ratio second / first with its 95 % interval: Student's t (1908) on the logarithms of the pairs' ratios.

    It assumes that the logarithms are normal. It is valid for few pairs; a bootstrap is not, because it has too few
    values to draw from.

    Args:
        pairs: (first, second), each above 0, measured one after the other.

    Returns:
        RatioInterval, or None for fewer than two pairs.
    """
    if len(pairs) < 2:
        return None
    logs = np.log([second / first for first, second in pairs])
    centre = float(logs.mean())
    spread = student_quantile(len(logs) - 1) * float(logs.std(ddof=1)) / math.sqrt(len(logs))
    return RatioInterval(len(logs), math.exp(centre), math.exp(centre - spread), math.exp(centre + spread))


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> Optional[float]:
    """Two-sided p-value of the Mann-Whitney U test (1947) that neither tends to be larger; 1.0 if all are equal.

    Returns:
        float, or None if scipy is missing.
    """
    try:
        from scipy import stats
    except ImportError:
        return None
    if len(set(first) | set(second)) == 1:
        return 1.0  # scipy 1.5 raises
    return float(stats.mannwhitneyu(first, second, alternative="two-sided").pvalue)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p-value of McNemar's test (1947): by chance, discordant pairs favour either side equally.

    It is twice the binomial tail of the smaller count, at most 1, computed in integers and so exact for any count.

    Args:
        only_first: int, pairs in which only the first was right.
        only_second: int, pairs in which only the second was right.
    """
    count, fewer = only_first + only_second, min(only_first, only_second)
    ways, tail = 1, 0  # `ways` is count over k
    for k in range(fewer + 1):
        tail += ways
        ways = ways * (count - k) // (k + 1)
    return float(min(1.0, 2 * tail / 2**count))


def equivalence(first: Sequence[float], second: Sequence[float], margin: float) -> Equivalence:
    """TOST, whether two means are less than ``margin`` apart: two one-sided t-tests (Schuirmann 1987), Welch's (1947).

    The p-value is the larger of the two one-sided ones. It is below 5 % if the 90 % interval of the difference lies
    inside the margin. If the values of each side are all equal, there is no variance to estimate: the p-value is 0 or
    1.

    Args:
        first: float, two or more.
        second: float, two or more.
        margin: float, above 0.

    Raises:
        BrokenEnvironment: scipy is missing.
    """
    special = import_scipy_special()
    ours, theirs = (np.asarray(values, np.float64) for values in (first, second))
    difference = float(theirs.mean() - ours.mean())
    if max(np.ptp(ours), np.ptp(theirs)) < ROUNDING:
        return Equivalence(difference, (difference, difference), 0.0 if abs(difference) < margin else 1.0)
    parts = [values.var(ddof=1) / len(values) for values in (ours, theirs)]
    error = math.sqrt(sum(parts))
    degrees = sum(parts) ** 2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (ours, theirs)))
    spread = float(special.stdtrit(degrees, 1 - LEVEL)) * error
    p_value = float(special.stdtr(degrees, -(margin - abs(difference)) / error))
    return Equivalence(difference, (difference - spread, difference + spread), p_value)


def import_scipy_special() -> Any:
    """scipy's special functions.

    Raises:
        BrokenEnvironment: scipy is missing.
    """
    try:
        from scipy import special
    except ImportError:
        raise BrokenEnvironment("the equivalence test needs scipy: " + INSTALL_SCIPY)
    return special
