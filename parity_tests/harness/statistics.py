"""The few statistics of the report, each with its source."""

import math
from typing import Sequence
from typing import Tuple

import numpy as np

Z95 = 1.959963984540054  # the normal distribution's 97.5 % point


def wilson_interval(right: int, count: int) -> Tuple[float, float]:
    """95 % score interval of a proportion (Wilson 1927): (low, high), each 0..1.

    Args:
        right: int, how many of ``count`` were right.
        count: int, above 0.
    """
    share = right / count
    centre = share + Z95 ** 2 / (2 * count)
    spread = Z95 * math.sqrt(share * (1 - share) / count + Z95 ** 2 / (4 * count ** 2))
    scale = 1 + Z95 ** 2 / count
    # At 0 and at all right the bound is exactly 0 and 1; rounding must not take it past.
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def median(values: Sequence[float]) -> float:
    """The median as a plain float."""
    return float(np.median(np.asarray(values, np.float64)))
