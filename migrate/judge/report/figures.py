"""Format figures, so that every report writes the same figure the same way."""

import math
from typing import Any, Optional, Sequence, Tuple

from poets.migrate.judge.compare.statistics import RatioInterval


def number(value: Optional[float]) -> str:
    """Format a difference with two digits."""
    if value is None:
        return "-"
    return "0" if value == 0 else f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def shown(form: str, value: Optional[float], missing: str = "-") -> str:
    """Format a figure, or return the sign for an unknown one."""
    return missing if value is None else form % value


def without_odd_numbers(value: Any) -> Any:
    """A record for JSON with None for NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {name: without_odd_numbers(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_odd_numbers(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def share(value: Optional[float]) -> str:
    """Format a share 0..1 as a percentage."""
    return shown("%.1f %%", None if value is None else 100 * value)


def share_with_interval(value: float, interval: Tuple[float, float]) -> str:
    """Format a share 0..1 and its interval as percentages."""
    return f"{share(value)} [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]"


def ratio_with_interval(ratio: Optional[float], interval: Optional[RatioInterval]) -> str:
    """Format a ratio, with its interval if there is one."""
    return shown("%.2fx", ratio) + (f" [{interval.low:.2f}, {interval.high:.2f}]" if interval else "")


def mean_of_shares(shares: Sequence[float]) -> str:
    """Format the mean [min...max] of shares 0..1 as percentages."""
    return f"{share(sum(shares) / len(shares))} [{100 * min(shares):.1f}...{100 * max(shares):.1f}]"
