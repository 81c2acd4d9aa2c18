"""The result of training the final layer, the same for both twins."""

from typing import NamedTuple, Tuple

import numpy as np

Batch = Tuple[np.ndarray, np.ndarray]  # bottlenecks float32 [n, B], one-hot labels float32 [n, C]


class Trained(NamedTuple):
    losses: np.ndarray
    """float32 [steps], cross entropy of each batch before its step."""
    weights: np.ndarray
    """float32 [B, C]."""
    biases: np.ndarray
    """float32 [C]."""
