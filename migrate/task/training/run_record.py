"""The run record: what a retraining did and how it came out, as one JSON object for both twins."""

import argparse
import platform
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Sequence

from poets.migrate.task.photos.image_lists import SPLITS
from poets.migrate.task.photos.image_lists import ImageLists
from poets.migrate.task.photos.image_lists import of_split
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.resources import Resources
from poets.migrate.task.training.fine_tuning import Tuned

Point = NamedTuple("Point", [
    ("step", int),
    ("cross_entropy", float),  # of the training batch, after its step
    ("train_accuracy", float),  # 0..1
    ("validation_accuracy", Optional[float]),  # 0..1; None without validation photos
])

Misclassified = NamedTuple("Misclassified", [
    ("path", str),
    ("label", str),
    ("predicted", str),
])

Outcome = NamedTuple("Outcome", [
    ("curve", List[Point]),
    ("last_loss", List[float]),  # one value, or none after 0 steps
    ("test_accuracy", Optional[float]),  # 0..1; None without test photos
    ("test_photos", int),
    ("misclassified", List[Misclassified]),
])


def point_line(point: Point, count: int) -> str:
    """An evaluation as retrain.py logged it, in one line."""
    line = "Step %d: Train accuracy = %.1f%%, Cross entropy = %f" % (
        point.step, point.train_accuracy * 100, point.cross_entropy)
    if point.validation_accuracy is None:
        return line
    return line + ", Validation accuracy = %.1f%% (N=%d)" % (point.validation_accuracy * 100, count)


def misclassified(lists: ImageLists, indices: Sequence[int], predicted: Sequence[int]) -> List[Misclassified]:
    """The photos whose predicted class is not their own."""
    wrong = []
    for index, guess in zip(indices, predicted):
        photo = lists.photos[index]
        if photo.label != guess:
            wrong.append(Misclassified(photo.path, lists.labels[photo.label], lists.labels[int(guess)]))
    return wrong


def say_outcome(outcome: Outcome, print_misclassified: bool, say: Callable[[str], None]) -> None:
    """The final accuracy, and the photos behind it if asked for, as retrain.py logged them."""
    if outcome.test_accuracy is None:
        return
    say("Final test accuracy = %.1f%% (N=%d)" % (outcome.test_accuracy * 100, outcome.test_photos))
    if print_misclassified:
        say("=== MISCLASSIFIED TEST IMAGES ===")
        for photo in outcome.misclassified:
            say("%70s  %s" % (photo.path, photo.predicted))


def of_retraining(
    twin: str,
    flags: argparse.Namespace,
    known: Survey,
    computed: int,
    outcome: Outcome,
    seconds: Dict[str, float],
    versions: Dict[str, str],
    outputs: Dict[str, str],
    resources: Resources,
    tuned: Optional[Tuned] = None,
) -> Dict[str, Any]:
    """The record of one `retrain`, JSON-able."""
    return {
        "twin": twin,
        "flags": vars(flags),
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
