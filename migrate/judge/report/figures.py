"""How the reports write figures, so that the same figure reads the same in all of them."""

import re
from typing import Optional, Sequence, Tuple

from poets.migrate.judge.compare.statistics import RatioInterval

# What neither XML 1.0 nor HTML takes: control characters, and the surrogates of file names that are no UTF-8.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(value: Optional[float]) -> str:
    """A difference, with two digits."""
    if value is None:
        return "-"
    return "0" if value == 0 else f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def shown(form: str, value: Optional[float], missing: str = "-") -> str:
    """A figure in a format of its own, or what stands for an unknown one."""
    return missing if value is None else form % value


def share(value: Optional[float]) -> str:
    """A share 0..1 as a percentage."""
    return shown("%.1f %%", None if value is None else 100 * value)


def share_with_interval(value: float, interval: Tuple[float, float]) -> str:
    """A share 0..1 and its interval as percentages."""
    return f"{share(value)} [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]"


def ratio_with_interval(ratio: Optional[float], interval: Optional[RatioInterval]) -> str:
    """A ratio, with its interval where there is one."""
    return shown("%.2fx", ratio) + (f" [{interval.low:.2f}, {interval.high:.2f}]" if interval else "")


def mean_of_shares(shares: Sequence[float]) -> str:
    """Mean [min...max] of shares 0..1 as percentages."""
    return f"{share(sum(shares) / len(shares))} [{100 * min(shares):.1f}...{100 * max(shares):.1f}]"


def printable(text: str) -> str:
    """The text with a replacement character for each one that a report must not hold."""
    return UNPRINTABLE.sub("\ufffd", text)
