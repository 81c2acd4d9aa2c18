"""Compare free training: each twin trains on its own several times, and the distributions of accuracy are compared.

Training k (from 0) of twin t (legacy 0, modern 1) has the seed ``random_seed + 1 + 2 k + t``: no two trainings, nor the
lockstep training, share initial weights or batches. Each twin trains on the bottlenecks that it computed itself.

The result holds for these test photos and this split only; it does not decide the twins' parity.
"""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.judge.compare import statistics
from poets.migrate.judge.compare.statistics import Equivalence
from poets.migrate.task.photos.image_lists import ImageLists, of_split
from poets.migrate.task.stages import TWINS
from poets.migrate.task.training.schedule import schedule_of
from poets.migrate.task.training.settings import TrainingSettings

SEEDS = 2**32  # numpy's seeds are below this


class ClassScores(NamedTuple):
    label: str
    """The class's name."""
    photos: int
    """Number of test photos of this class."""
    precision: Dict[str, Optional[float]]
    """Twin -> 0..1; None if it never predicts the class."""
    recall: Dict[str, Optional[float]]
    """Twin -> 0..1; None if the class has no test photo."""


class Disagreement(NamedTuple):
    path: str
    truth: str
    """The class of the photo's folder."""
    legacy: str
    """The class that most of the twin's trainings predict."""
    modern: str
    """The same for the modern twin."""


class FreeTraining(NamedTuple):
    n: int
    """Test photos."""
    seeds: Dict[str, List[int]]
    """Twin -> the seed of each of its trainings."""
    accuracies: Dict[str, List[float]]
    """Twin -> one accuracy per seed, 0..1."""
    margin: float
    """Margin of accuracy for the equivalence test, 0..1."""
    equivalence: Optional[Equivalence]
    """None for a single seed, because it has no variance."""
    conclusion: str
    """What the test showed, a sentence."""
    vote_accuracy: Dict[str, float]
    """Twin -> accuracy, 0..1, of the class that most of its trainings predict."""
    only_right: Dict[str, int]
    """Twin -> number of test photos on which only this twin's vote is right."""
    mcnemar_p: float
    """p-value of McNemar's test on the votes' `only_right`."""
    classes: List[ClassScores]
    """One per class, of the votes."""
    disagreeing: List[Disagreement]
    """The test photos on which the twins' votes differ."""


def seeds_of(twin: str, random_seed: int, count: int) -> List[int]:
    """The seeds of a twin's trainings; the module's docstring explains them."""
    return [(random_seed + 1 + 2 * number + TWINS.index(twin)) % SEEDS for number in range(count)]


def train(
    workers: Dict[str, Any],
    training: TrainingSettings,
    lists: ImageLists,
    features: Dict[str, np.ndarray],
    count: int,
    advance: Callable[[int], None] = lambda count: None,
) -> Dict[str, np.ndarray]:
    """Train each twin ``count`` times: twin -> float32 [count, n, C], the probabilities of the n test photos.

    Args:
        workers: legacy, modern -> WorkerProcess, opened.
        training: TrainingSettings.
        lists: ImageLists.
        features: twin -> float32 [N, B], its own bottlenecks.
        count: int, 1 or more.
        advance: called with 1 after each training.
    """
    test = of_split(lists, "testing")
    found: Dict[str, List[np.ndarray]] = {twin: [] for twin in TWINS}
    for twin in TWINS:
        for seed in seeds_of(twin, training.random_seed, count):
            seeded = training._replace(random_seed=seed)
            schedule = schedule_of(seeded, lists, features[twin].shape[1])
            workers[twin].call(
                "train",
                {
                    "features": features[twin],
                    "train": schedule.train,
                    "weights": schedule.weights,
                    "biases": schedule.biases,
                },
                learning_rate=schedule.learning_rate,
            )
            answers = workers[twin].call(
                "stages", {"batch": features[twin][test]}, indices=test, after="bottleneck", until="probabilities"
            )[1]
            found[twin].append(answers["probabilities"])
            advance(1)
    return {twin: np.stack(answers) for twin, answers in found.items()}


def compare(probabilities: Dict[str, np.ndarray], lists: ImageLists, random_seed: int, margin: float) -> FreeTraining:
    """Compare what `train` gave.

    McNemar's test, the scores of the classes and the disagreeing photos use each twin's vote, one prediction per photo.
    The trainings of one twin predict alike, so counting photos once per training would not give independent samples,
    and pairing the k-th training of one twin with the k-th of the other would be arbitrary.

    Args:
        probabilities: twin -> float32 [K, n, C], n above 0.
        lists: ImageLists, with n test photos.
        random_seed: int, the settings' seed.
        margin: mean accuracies that differ by less are equivalent; 0..1.

    Raises:
        BrokenEnvironment: K is 2 or more and scipy is missing.
    """
    test = [lists.photos[index] for index in of_split(lists, "testing")]
    truth = np.array([photo.label for photo in test])
    named = {twin: probabilities[twin].argmax(axis=2) for twin in TWINS}
    accuracies = {twin: [float(share) for share in (named[twin] == truth).mean(axis=1)] for twin in TWINS}
    votes = {twin: vote(probabilities[twin]) for twin in TWINS}
    right = {twin: votes[twin] == truth for twin in TWINS}
    only = {
        "legacy": int((right["legacy"] & ~right["modern"]).sum()),
        "modern": int((right["modern"] & ~right["legacy"]).sum()),
    }
    seeds = {twin: seeds_of(twin, random_seed, len(named[twin])) for twin in TWINS}
    tested = (
        statistics.equivalence(accuracies["legacy"], accuracies["modern"], margin) if len(seeds["legacy"]) > 1 else None
    )
    apart = np.flatnonzero(votes["legacy"] != votes["modern"])
    return FreeTraining(
        len(test),
        seeds,
        accuracies,
        margin,
        tested,
        conclude(tested, margin),
        {twin: float(right[twin].mean()) for twin in TWINS},
        only,
        statistics.mcnemar(only["legacy"], only["modern"]),
        scores_of_classes(votes, truth, lists.labels),
        [
            Disagreement(
                test[place].path,
                lists.labels[truth[place]],
                lists.labels[votes["legacy"][place]],
                lists.labels[votes["modern"][place]],
            )
            for place in apart
        ],
    )


def conclude(tested: Optional[Equivalence], margin: float) -> str:
    """The result of the equivalence test, in words."""
    points = f"within {round(100 * margin, 6):g} point{'' if round(100 * margin, 6) == 1 else 's'}"
    if tested is None:
        return f"equivalence {points} not tested: it needs --seeds 2 or more"
    if tested.p_value < statistics.LEVEL:
        return "equivalent " + points
    return f"not shown to be equivalent {points}, which is not the same as different"


def vote(probabilities: np.ndarray) -> np.ndarray:
    """int [n]: the class that most of the K trainings predict; ties go to the highest mean probability.

    Args:
        probabilities: float [K, n, C].
    """
    classes = probabilities.shape[2]
    counts = np.stack([(probabilities.argmax(axis=2) == label).sum(axis=0) for label in range(classes)], axis=1)
    mean = probabilities.mean(axis=0, dtype=np.float64)
    return np.asarray(np.where(counts == counts.max(axis=1, keepdims=True), mean, -1.0).argmax(axis=1))


def scores_of_classes(votes: Dict[str, np.ndarray], truth: np.ndarray, labels: Sequence[str]) -> List[ClassScores]:
    """Precision and recall of every class.

    Args:
        votes: twin -> int [n], its predicted classes.
        truth: int [n].
        labels: str, one per class.
    """
    found = []
    for label, name in enumerate(labels):
        of_class = truth == label
        hits = {twin: int((of_class & (votes[twin] == label)).sum()) for twin in TWINS}
        said = {twin: int((votes[twin] == label).sum()) for twin in TWINS}
        found.append(
            ClassScores(
                name,
                int(of_class.sum()),
                {twin: hits[twin] / said[twin] if said[twin] else None for twin in TWINS},
                {twin: hits[twin] / int(of_class.sum()) if of_class.any() else None for twin in TWINS},
            )
        )
    return found
