"""What tells probabilities of classes from other answers."""

import numpy as np

OFF = 1e-3  # how far their sum may be from 1


def are_probabilities(rows: np.ndarray) -> bool:
    """Whether each row of answers, float [N, ...], is probabilities of classes: none negative, and their sum is 1."""
    if not rows.size or rows.min() < 0:
        return False
    return bool(np.abs(rows.reshape(len(rows), -1).sum(axis=1) - 1).max() < OFF)
