"""What training the final layer gives, the same for both twins."""

from typing import NamedTuple

import numpy as np


class Trained(NamedTuple):
    losses: np.ndarray
    """float32 [steps], cross entropy of each batch before its step."""
    weights: np.ndarray
    """float32 [B, C]."""
    biases: np.ndarray
    """float32 [C]."""
