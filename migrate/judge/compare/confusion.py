"""Confusion matrices: which classes a twin mistakes for which."""

from typing import List, NamedTuple, Sequence

import numpy as np

MOST = 40  # classes in one table; a larger table is unreadable


class Confusion(NamedTuple):
    labels: List[str]
    """The C classes' names, in the order of both axes."""
    counts: np.ndarray
    """int [C, C]: number of photos of the row's class that the twin predicts as the column's."""


def count(truth: np.ndarray, named: np.ndarray, labels: Sequence[str]) -> Confusion:
    """Count the predictions.

    Args:
        truth: int [n].
        named: int [n], predicted classes.
        labels: str, one per class.
    """
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (truth, named), 1)
    return Confusion(list(labels), counts)


def most_confused(confusions: Sequence[Confusion], most: int = MOST) -> List[int]:
    """The classes to show, in order: all, or the ``most`` classes with the most errors by any twin."""
    wrong = np.zeros(len(confusions[0].labels), np.int64)
    for found in confusions:
        wrong += found.counts.sum(axis=0) + found.counts.sum(axis=1) - 2 * np.diag(found.counts)
    return sorted(int(label) for label in np.argsort(-wrong, kind="stable")[:most])


def only(found: Confusion, classes: Sequence[int]) -> Confusion:
    """The rows and columns of the given classes."""
    return Confusion([found.labels[label] for label in classes], found.counts[np.ix_(classes, classes)])
