"""Which classes a twin takes for which."""

from typing import List, NamedTuple, Sequence

import numpy as np

MOST = 40  # classes in one table: more cannot be read


class Confusion(NamedTuple):
    labels: List[str]
    counts: np.ndarray
    """int [C, C]: photos of the row's class that the twin names as the column's."""


def count(truth: np.ndarray, named: np.ndarray, labels: Sequence[str]) -> Confusion:
    """Count the answers.

    Args:
        truth: int [n].
        named: int [n], what the twin says.
        labels: str, one per class.
    """
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (truth, named), 1)
    return Confusion(list(labels), counts)


def most_confused(confusions: Sequence[Confusion], most: int = MOST) -> List[int]:
    """The classes to show, in order: all of them, or of many the ``most`` with the most wrong answers by any twin."""
    wrong = np.zeros(len(confusions[0].labels), np.int64)
    for found in confusions:
        wrong += found.counts.sum(axis=0) + found.counts.sum(axis=1) - 2 * np.diag(found.counts)
    return sorted(int(label) for label in np.argsort(-wrong, kind="stable")[:most])


def only(found: Confusion, classes: Sequence[int]) -> Confusion:
    """The rows and columns of some classes."""
    return Confusion([found.labels[label] for label in classes], found.counts[np.ix_(classes, classes)])
