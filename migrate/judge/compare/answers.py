"""How far two sides' answers may be apart, relative to how far the answers themselves spread.

An absolute tolerance cannot judge flat answers: two unrelated final layers with weights near 0 gave probabilities that
were 8.4e-5 apart. So a tolerance is never more than a thousandth of the answers' spread over the photos. Rounding
stays far below that: float32 features of TF 1.15.5 and 2.21 are 1e-5 of their spread apart, and a final layer's sums
make at most ten times that of it.
"""

from typing import Optional

import numpy as np

from poets.migrate.judge.compare.tolerances import STAGES, bottleneck_tolerance
from poets.migrate.task.labelling.probabilities import are_probabilities

SHARE_OF_SPREAD = 1e-3
ROUNDING = 16 * float(np.finfo(np.float32).eps)  # of the largest value, which no float32 sum can be held to
LEAST_PROBABILITY = 1e-30  # below this, float32's exponentials underflow


def spread_of(rows: np.ndarray) -> float:
    """How far answers, float [N, C], range over the photos: the widest class; of one photo, over its classes."""
    if not rows.size or not np.isfinite(rows).all():
        return 0.0
    values = rows.reshape(len(rows), -1).astype(np.float64)
    ranges = np.ptp(values, axis=0) if len(values) > 1 else np.ptp(values, axis=1)
    return float(ranges.max())


def tolerance_of(stage: str, rows: np.ndarray) -> float:
    """The tolerance of a stage, `bottleneck`, `logits` or `probabilities`, for the first side's rows, float [N, C]."""
    largest = float(np.abs(rows).max()) if rows.size and np.isfinite(rows).all() else 0.0
    absolute = bottleneck_tolerance(rows.size) if stage == "bottleneck" else STAGES[stage]
    return max(min(absolute, SHARE_OF_SPREAD * spread_of(rows)), ROUNDING * largest)


def logits_of(probabilities: np.ndarray) -> Optional[np.ndarray]:
    """The logits of softmax probabilities, float [N, C], except for a constant per photo; None if they are no softmax.

    They show what saturated or flat probabilities hide.
    """
    rows = probabilities.astype(np.float64)
    if rows.ndim != 2 or rows.shape[1] < 2 or not np.isfinite(rows).all() or not are_probabilities(rows):
        return None
    logs = np.log(np.maximum(rows, LEAST_PROBABILITY))
    return np.asarray(logs - logs.max(axis=1, keepdims=True))


def logits_tolerance(logits: np.ndarray) -> float:
    """The tolerance of `logits_of`: where a whole network differs in its order of sums, a thousandth of the spread.

    ``logits`` are float [N, C].
    """
    return max(SHARE_OF_SPREAD * spread_of(logits), ROUNDING * max(1.0, float(np.abs(logits).max())))
