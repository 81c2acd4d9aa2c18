"""Decide whether a speed measurement is valid, and if not, why.

Reasons for INVALID are shown beside the figures; they do not affect the twins' parity.
"""

import math
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.judge.compare.statistics import median, ratio_interval

WIDEST = 0.25  # of a ratio, from it to an end of its interval
MOST_SCATTER = 2  # largest run / smallest run of one side
FEWEST_RUNS = 4  # per side: with 3 and 3, the Mann-Whitney p-value is 10 % at the least
MOST_DRIFT = 0.10  # of the median, from the first half of the runs to the second
HALF = 4  # runs at least: by noise alone, two halves of 4 do not overlap in 2 of 70 cases, halves of 2 in 1 of 3
MOST_OTHER_LOAD = 0.10  # share of the machine
MOST_SWAPPED_PAGES = 256  # 1 MB if a page is 4 KB


class Conditions(NamedTuple):
    runs: int
    """Runs per side, without the warm-up."""
    seconds: float
    """Seconds that the runs took."""
    overhead: float
    """Share of those seconds outside the workers: the judge's own code and the pipes."""
    other_load: Optional[float]
    """Share of the machine that other programs used; here and below, None means unknown."""
    load_average: Optional[float]
    """Load average of the minute before."""
    swapped_pages: Optional[int]
    """Pages that went to disk or came back during the runs."""
    clock_change: Optional[float]
    """Clock in the second half of the runs / clock in the first."""


def reasons(conditions: Conditions, runs: Dict[str, Dict[str, List[float]]]) -> List[str]:
    """The reasons why the measurement is INVALID, one line each, causes first; empty if it is VALID.

    An unknown load is not VALID; other unknown facts about the machine are ignored.

    Args:
        conditions: Conditions.
        runs: words of a metric -> twin -> one value per run, in order.
    """
    found = []
    if conditions.runs < FEWEST_RUNS:
        found.append(
            f"too few samples: {conditions.runs} runs per side; {FEWEST_RUNS} or more are needed (--rounds "
            f"{FEWEST_RUNS // 2})"
        )
    if conditions.clock_change is not None and conditions.clock_change < 1 - MOST_DRIFT:
        found.append(
            f"the processor's clock fell by {100 * (1 - conditions.clock_change):.0f} %: too hot, or saving power"
        )
    if conditions.other_load is None:
        found.append("unknown load: a side's machine does not say how busy other programs keep it")
    elif conditions.other_load > MOST_OTHER_LOAD:
        found.append(f"other load: other programs used {100 * conditions.other_load:.0f} % of the machine")
    if conditions.swapped_pages is not None and conditions.swapped_pages > MOST_SWAPPED_PAGES:
        found.append(f"swapping: {conditions.swapped_pages} pages went to disk or came back; memory is short")
    for words, of_twin in runs.items():
        odd = next(((side, values) for side, values in of_twin.items() if not all(map(is_positive, values))), None)
        if odd:
            found.append(f"{words}: {odd[0]} gave values that are no positive numbers")
            continue
        for side, values in of_twin.items():
            if values and max(values) > MOST_SCATTER * min(values):
                found.append(f"scatter: {side}, {words}: runs from {min(values):.3g} to {max(values):.3g}")
        found.extend(too_wide(words, of_twin))
        for side, values in dict(of_twin, both=of_both(of_twin)).items():
            change = drift(values)
            if change is not None:
                found.append(f"drift: {side}, {words}: {100 * change:+.0f} % in the second half of the runs")
    return found


def clock_reasons(clocks: Dict[str, Tuple[float, float]]) -> List[str]:
    """The sides whose own clock contradicts the judge's.

    No work takes longer than the call that asks for it; and beside a call there is the pipe, or a network, but not for
    three quarters of a time that is longer than a second.

    Args:
        clocks: side -> (seconds that its runs took by its own clock, by the judge's).
    """
    found = []
    for side, (own, judges) in clocks.items():
        if own > 1.05 * judges + 0.05 or (own < judges / 4 and judges - own > 1):
            found.append(f"clocks: {side} says its runs took {own:.3g} s, by the judge's clock it was {judges:.3g} s")
    return found


def too_wide(words: str, of_twin: Dict[str, List[float]]) -> List[str]:
    """The intervals of a metric's ratios to the first side that are too wide to say anything."""
    (_, first), *others = of_twin.items() or [("", [])]
    found = []
    for name, values in others:
        pairs = list(zip(first, values))
        interval = ratio_interval(pairs) if len(pairs) >= FEWEST_RUNS else None
        if interval and interval.high > (1 + WIDEST) * interval.estimate:  # as far down, since it is one of logarithms
            found.append(f"{words}: {name}'s ratio is between {interval.low:.2f} and {interval.high:.2f}")
    return found


def is_positive(value: float) -> bool:
    """Whether a value can be a rate or a time."""
    return math.isfinite(value) and value > 0


def of_both(of_twin: Dict[str, List[float]]) -> List[float]:
    """The runs of both twins as one time series, each divided by its twin's median."""
    relative = [[value / median(values) for value in values] for values in of_twin.values() if values]
    return [value for pair in zip(*relative) for value in pair]


def drift(values: Sequence[float]) -> Optional[float]:
    """The relative change from the first half of ``values`` to the second, or None if it may be noise.

    It counts if the medians of the halves differ by more than `MOST_DRIFT` and the halves do not overlap. A middle
    value belongs to neither half; halves smaller than `HALF` show no drift.
    """
    half = len(values) // 2
    first, second = list(values[:half]), list(values[len(values) - half :])
    if half < HALF or not (max(first) < min(second) or min(first) > max(second)):
        return None
    change = median(second) / median(first) - 1
    return change if abs(change) > MOST_DRIFT else None


def change_of_halves(values: Sequence[float]) -> Optional[float]:
    """Median of the second half of ``values`` / median of the first; None for fewer than two."""
    half = len(values) // 2
    return median(values[len(values) - half :]) / median(values[:half]) if half else None
