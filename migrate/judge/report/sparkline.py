"""Draw a curve in one line of text, or several on one scale."""

from typing import Dict, Optional, Tuple

import numpy as np
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from poets.migrate.judge.report.figures import number

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII = ".:-=+*#@"  # for consoles without block characters
GAP = " "

WIDTH = 60

Span = Tuple[float, float]


def sparkline(values: np.ndarray, width: int = WIDTH, span: Optional[Span] = None, marks: str = BLOCKS) -> str:
    """Draw one mark per value, or per mean of neighbours if there are more than ``width``; NaN becomes a gap.

    Args:
        values: float [n].
        width: int, maximum number of characters.
        span: values of the lowest and the highest mark; default: the smallest and the largest mean.
        marks: str, from low to high.

    Returns:
        min(n, width) characters.
    """
    means = bucket_means(values, width)
    low, high = span or span_of(means)
    return "".join(_mark(mean, low, high, marks) for mean in means)


def bucket_means(values: np.ndarray, count: int) -> np.ndarray:
    """float64 [min(n, count)]: means of neighbours; NaN if one of them is NaN or infinite."""
    given = np.asarray(values, np.float64).ravel()
    given = np.where(np.isfinite(given), given, np.nan)
    parts = np.array_split(given, min(count, len(given))) if len(given) else []
    # halve first: the sum of large values would overflow
    return np.array([2 * np.mean(part / 2) if len(part) > 1 else part[0] for part in parts], np.float64)


def span_of(*curves: np.ndarray) -> Span:
    """The smallest and the largest finite value of the curves; (0, 0) if there is none."""
    every = np.concatenate([np.asarray(curve, np.float64).ravel() for curve in curves])
    every = every[np.isfinite(every)]
    return (float(every.min()), float(every.max())) if len(every) else (0.0, 0.0)


def _mark(value: float, low: float, high: float, marks: str) -> str:
    if not np.isfinite(value):
        return GAP
    if not low < high:
        return marks[len(marks) // 2]
    # halve a range that would overflow, but not a tiny one
    part = 1.0 if np.isfinite(float(high) - float(low)) else 0.5
    place = (value * part - low * part) / (high * part - low * part)
    return marks[int(min(max(place, 0.0), 1.0) * (len(marks) - 1) + 0.5)]


class Curves:
    """A rich renderable: blocks if the console can show them, else ASCII."""

    def __init__(self, losses: Dict[str, np.ndarray]) -> None:
        self.losses = losses  # twin -> float [steps]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        marks = ASCII if options.ascii_only else BLOCKS
        means = {twin: bucket_means(losses, WIDTH) for twin, losses in self.losses.items()}
        span = span_of(*means.values())
        for twin, curve in means.items():
            line = f"  {twin!s:<6} {sparkline(curve, WIDTH, span, marks)}"
            if len(curve):
                line += " to " + number(float(self.losses[twin][-1]))
            yield Text(line, no_wrap=True)
