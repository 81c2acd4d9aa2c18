"""Logits, recovered from probabilities: they still differ where every probability is near 0 or 1.

The logarithm of a softmax is its logits, less a number per picture; the log-odds of a sigmoid are its logit.
"""

from typing import NamedTuple, Optional

import numpy as np

from poets.migrate.task.labelling.probabilities import OFF, are_probabilities

SMALLEST = 1e-37  # below it a float32 loses digits, and TFLite's softmax gives 0
STEP = float(np.finfo(np.float32).eps)
ROUNDING = 16 * STEP  # units in the last place of a logarithm near 1
SHARE = 5e-4
"""How far a logit may move, of the logits' standard deviation.

On natural, painted and faint pictures, the ports to Keras, TFLite and ONNX of 21 graphs moved one by at most 2.2e-4 of
it. BGR or another normalisation moved one by 0.01 or more in all graphs whose answers depend on the picture.
"""


class Logits(NamedTuple):
    values: np.ndarray
    """float64 [N, C], or [N, 1] for the one logit of two classes."""
    resolution: np.ndarray
    """The same shape: how far a logit may be off because float32 probabilities have no more digits."""

    @property
    def tolerance(self) -> float:
        """How far another implementation's logits may be from these, whatever their resolution."""
        return SHARE * float(self.values.std()) + ROUNDING


def logits_of(answers: np.ndarray, is_pair: bool = False) -> Logits:
    """The logits of answers float32 [N, C]: of a softmax, of independent sigmoids, or of what is no probability.

    Args:
        answers: float32 [N, C].
        is_pair: whether they are 1 - p and p of a single sigmoid.
    """
    found = np.asarray(answers, np.float64)
    if is_pair:
        return _log_odds(found[:, 1:])
    if are_probabilities(found):
        logs = np.log(np.maximum(found, SMALLEST))
        return Logits(logs - logs.mean(axis=1, keepdims=True), np.full(found.shape, 4 * STEP))
    if found.size and found.min() >= 0 and found.max() <= 1 + OFF:
        return _log_odds(found)
    return Logits(found, 4 * STEP * np.abs(found))


def _log_odds(found: np.ndarray) -> Logits:
    rest = np.maximum(1 - found, STEP / 2)
    kept = np.maximum(found, SMALLEST)
    return Logits(np.log(kept) - np.log(rest), 4 * STEP / rest)


def apart(answers: np.ndarray, expected: Logits, is_pair: bool = False) -> Optional[float]:
    """The largest difference of a logit beyond what float32 can tell; None if the shapes differ."""
    found = logits_of(answers, is_pair)
    if found.values.shape != expected.values.shape:
        return None
    return float(np.maximum(np.abs(found.values - expected.values) - expected.resolution, 0).max())
