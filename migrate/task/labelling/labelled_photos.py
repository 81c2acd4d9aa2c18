"""Some labelled photos of a folder with a folder per class, evenly from all classes."""

import os
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np

from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.calibration import MOST_PHOTOS, Calibration, calibrate
from poets.migrate.task.labelling.classes import columns_of
from poets.migrate.task.photos.survey import survey


class LabelledPhotos(NamedTuple):
    photos: List[List[str]]
    """[path, kind, the name of its class] of each."""
    folder: str
    """As typed."""


def labelled_photos(folder: str, on_bad_image: str, warn: Callable[[str], None]) -> LabelledPhotos:
    """At most MOST_PHOTOS photos, the first of every class, then the second, and so on. Their paths are absolute.

    Raises:
        BadInput: no folder, or no class with photos.
    """
    where = os.path.abspath(os.path.expanduser(folder))
    try:
        known = survey(where, 0, 0, on_bad_image, lambda reason: None)  # few photos of a class matter in training only
    except BadInput as error:
        raise BadInput(str(error).replace("--image_dir", "--calibrate"))
    for reason in known.bad.values():
        warn(reason + "; skipped")
    seen: Dict[int, int] = {}
    order = []
    for place, photo in enumerate(known.lists.photos):
        order.append((seen.get(photo.label, 0), place))
        seen[photo.label] = seen.get(photo.label, 0) + 1
    chosen = [place for _, place in sorted(order)[:MOST_PHOTOS]]
    photos = known.lists.photos
    return LabelledPhotos(
        [[photos[place].path, known.kinds[place], known.lists.labels[photos[place].label]] for place in chosen], folder
    )


def classes_of(found: LabelledPhotos, labels: Optional[List[str]], classes: Optional[int], path: str) -> np.ndarray:
    """int [n], the model's class of each photo.

    A model without names has the folders' classes in alphabetical order, as retrain.py gave them, if it has as many.

    Raises:
        BadInput: a folder is not a class of the model at ``path``.
    """
    folders = sorted({label for _, _, label in found.photos})
    if labels is None or all(label.isdigit() for label in labels):
        count = len(labels) if labels else classes
        if count != len(folders):
            raise BadInput(
                f"--calibrate: {path} has no labels, and {found.folder} has {len(folders)} classes of photos; give its "
                "--labels"
            )
        columns = list(range(len(folders)))
    else:
        columns = columns_of(labels, folders, path, "--calibrate")
    places = dict(zip(folders, columns))
    return np.array([places[label] for _, _, label in found.photos])


def calibrate_on(
    some: LabelledPhotos, classifier: Any, labels: Optional[List[str]], progress: Any = None
) -> Calibration:
    """Try the usual preprocessings of a model on labelled photos; see `calibrate`.

    Args:
        some: LabelledPhotos.
        classifier: the model's `Classifier`.
        labels: its labels, in its order; None if it has none.
        progress: as for `calibrate`.

    Raises:
        BadInput: a folder is not a class of the model.
    """
    truth = classes_of(some, labels, classifier.classes, classifier.path)
    return calibrate(classifier, [(path, kind) for path, kind, _ in some.photos], truth, some.folder, progress)
