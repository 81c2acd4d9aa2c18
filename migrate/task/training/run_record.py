"""The run record: what a retraining did and its results, as one JSON object for both twins."""

import platform
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np

from poets.migrate.task.photos.image_lists import SPLITS, ImageLists, of_split
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.resources import Resources
from poets.migrate.task.training.fine_tuning import Tuned


class Output(NamedTuple):
    key: str
    """In the record."""
    kind: str
    """In words."""
    path: str


class CurvePoint(NamedTuple):
    step: int
    """Number of the training step, from 0."""
    cross_entropy: float
    """On the training batch, after its step."""
    train_accuracy: float
    """0..1."""
    validation_accuracy: Optional[float]
    """0..1; None without validation photos."""


class Misclassified(NamedTuple):
    path: str
    label: str
    """The class of the photo's folder."""
    predicted: str
    """The class that the trained network predicts."""


class TrainingOutcome(NamedTuple):
    curve: List[CurvePoint]
    """One point per evaluation."""
    test_accuracy: Optional[float]
    """0..1; None without test photos."""
    test_photos: int
    """Number of photos tested."""
    misclassified: List[Misclassified]


def point_line(point: CurvePoint, count: int) -> str:
    """An evaluation as retrain.py logged it, in one line."""
    line = (
        f"Step {point.step}: Train accuracy = {point.train_accuracy * 100:.1f}%, Cross entropy = "
        f"{point.cross_entropy:f}"
    )
    if point.validation_accuracy is None:
        return line
    return line + f", Validation accuracy = {point.validation_accuracy * 100:.1f}% (N={count})"


def misclassified(lists: ImageLists, indices: np.ndarray, predicted: np.ndarray) -> List[Misclassified]:
    """The misclassified photos; ``indices`` into ``lists.photos`` and classes ``predicted`` are int [n]."""
    wrong = []
    for index, guess in zip(indices, predicted):
        photo = lists.photos[index]
        if photo.label != guess:
            wrong.append(Misclassified(photo.path, lists.labels[photo.label], lists.labels[int(guess)]))
    return wrong


def say_outcome(outcome: TrainingOutcome, print_misclassified: bool, say: Callable[[str], None]) -> None:
    """Report the final accuracy and, on request, the misclassified photos, as retrain.py logged them."""
    if outcome.test_accuracy is None:
        return
    say(f"Final test accuracy = {outcome.test_accuracy * 100:.1f}% (N={outcome.test_photos})")
    if print_misclassified:
        say("=== MISCLASSIFIED TEST IMAGES ===")
        for photo in outcome.misclassified:
            say(f"{photo.path!s:>70}  {photo.predicted}")


def of_retraining(
    twin: str,
    flags: Dict[str, Any],
    known: Survey,
    computed: int,
    outcome: TrainingOutcome,
    seconds: Dict[str, float],
    versions: Dict[str, str],
    outputs: Dict[str, str],
    resources: Resources,
    tuned: Optional[Tuned] = None,
) -> Dict[str, Any]:
    """The record of one `retrain`, JSON-serializable."""
    return {
        "schema_version": 1,
        "twin": twin,
        "flags": flags,
        "versions": dict(versions, python=platform.python_version()),
        "labels": known.lists.labels,
        "photos": {split: len(of_split(known.lists, split)) for split in SPLITS},
        "kinds": {kind: known.kinds.count(kind) for kind in sorted(set(known.kinds))},
        "bad_photos": known.bad,
        "bottlenecks_computed": computed,
        "curve": [point._asdict() for point in outcome.curve],
        "test_accuracy": outcome.test_accuracy,
        "test_photos": outcome.test_photos,
        "misclassified": [photo._asdict() for photo in outcome.misclassified],
        "fine_tuning": dict(tuned._asdict()) if tuned else None,
        "devices": resources.devices,
        "batches": resources.batches,
        "seconds": seconds,
        "outputs": outputs,
    }
