"""The photos, their classes and their splits, decided as retrain.py does."""

import hashlib
import os
import re
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.image_headers import PHOTO_EXTENSIONS

# retrain.py's constant; it is part of the hash rule, so it must not change.
MAX_NUM_IMAGES_PER_CLASS = 2**27 - 1
SPLITS = ("training", "testing", "validation")
FEW_PHOTOS = 20


class Photo(NamedTuple):
    path: str
    """image_dir as typed, joined with class folder and file name."""
    label: int
    """Index into ImageLists.labels."""
    split: str
    """One of SPLITS."""


class ImageLists(NamedTuple):
    image_dir: str
    """As typed: it is part of the hash that splits the photos."""
    labels: List[str]
    """One per class, in the order of the final layer's outputs."""
    photos: List[Photo]
    """All photos of all splits; indices in other records count from here."""


def split_of(path: str, testing_percentage: float, validation_percentage: float) -> str:
    """The split of one photo, by the SHA-1 of its path as typed: `training`, `testing` or `validation`.

    The rule is exactly retrain.py's, so a photo keeps its split across versions and when photos are added. The part
    of the path after ``_nohash_`` is ignored, so near-duplicates stay in one split.

    Args:
        path: str, image_dir as typed + class folder + file name: `./flowers` and `flowers` differ.
        testing_percentage: 0..100.
        validation_percentage: 0..100.
    """
    hashed = hashlib.sha1(os.fsencode(re.sub(r"_nohash_.*$", "", path))).hexdigest()
    percentage = (int(hashed, 16) % (MAX_NUM_IMAGES_PER_CLASS + 1)) * (100.0 / MAX_NUM_IMAGES_PER_CLASS)
    if percentage < validation_percentage:
        return "validation"
    if percentage < testing_percentage + validation_percentage:
        return "testing"
    return "training"


def label_of(folder: str) -> str:
    """The label that retrain.py gives a class folder: lower case, each run of non-alphanumerics as one space."""
    return re.sub(r"[^a-z0-9]+", " ", folder.lower())


def read_image_lists(
    image_dir: str,
    testing_percentage: float = 10,
    validation_percentage: float = 10,
    warn: Callable[[str], None] = lambda message: None,
    hash_as: Optional[str] = None,
) -> ImageLists:
    """List the photos of every class folder in ``image_dir``, each with its label and split.

    Args:
        image_dir: str, as typed: it is part of the hash that splits the photos.
        testing_percentage: 0..100.
        validation_percentage: 0..100.
        warn: called with one line per anomaly that is not an error.
        hash_as: str, what to hash instead of ``image_dir``, for photos whose path differs between machines;
            None for ``image_dir`` itself.

    Raises:
        BadInput: no such folder, no photos, fewer than two classes, two folders with one label.
    """
    if not image_dir:
        raise BadInput("--image_dir: no folder given; name a folder that holds one folder of photos per class")
    if not os.path.isdir(image_dir):
        raise BadInput(
            f"--image_dir: no folder '{image_dir}' here; name a folder that holds one folder of photos per class"
        )
    if testing_percentage < 0 or validation_percentage < 0 or testing_percentage + validation_percentage >= 100:
        raise BadInput(
            f"--testing_percentage {testing_percentage} and --validation_percentage {validation_percentage} leave "
            "no photos to train on; their sum must be below 100"
        )
    folders = _class_folders(image_dir, warn)
    labels = [label for label, _, _ in folders]
    photos = []
    for index, (_, folder, names) in enumerate(folders):
        for name in names:
            path = os.path.join(image_dir, folder, name)
            typed = path if hash_as is None else os.path.join(hash_as, folder, name)
            photos.append(Photo(path, index, split_of(typed, testing_percentage, validation_percentage)))
    return ImageLists(image_dir, labels, photos)


def _class_folders(image_dir: str, warn: Callable[[str], None]) -> List[Tuple[str, str, List[str]]]:
    found = []
    label_folder: Dict[str, str] = {}
    for folder in sorted(os.listdir(image_dir)):
        place = os.path.join(image_dir, folder)
        if os.path.islink(place) and not os.path.exists(place):
            warn(f"'{folder}' is a link that leads to nothing, or in a circle; it is left out")
        if not os.path.isdir(place):
            continue
        names = _photo_names(os.path.join(image_dir, folder))
        if not names:
            warn(f"'{folder}' holds no photos ({', '.join(PHOTO_EXTENSIONS[:6])}); the folder is skipped")
            continue
        if len(names) < FEW_PHOTOS:
            warn(f"class '{folder}' has only {len(names)} photos; fewer than {FEW_PHOTOS} may train badly")
        label = label_of(folder)
        if label in label_folder:
            raise BadInput(
                f"--image_dir: folders '{label_folder[label]}' and '{folder}' both give the label '{label}'; rename one"
            )
        label_folder[label] = folder
        found.append((label, folder, names))
    if not found:
        raise BadInput(f"--image_dir: no folders of photos in '{image_dir}'; put one folder of photos per class there")
    if len(found) == 1:
        raise BadInput(
            f"--image_dir: only one class, '{found[0][1]}', in '{image_dir}'; retraining needs two or more class "
            "folders"
        )
    return found


def _photo_names(folder: str) -> List[str]:
    """The names that a photo may have, also of links to nothing and of pipes: the survey names those as bad."""
    return sorted(
        name
        for name in os.listdir(folder)
        if os.path.splitext(name)[1][1:] in PHOTO_EXTENSIONS and not os.path.isdir(os.path.join(folder, name))
    )


def of_split(lists: ImageLists, split: str) -> List[int]:
    """Indices into ``lists.photos`` of one split, in order."""
    return [index for index, photo in enumerate(lists.photos) if photo.split == split]


def without(lists: ImageLists, bad_paths: Sequence[str]) -> ImageLists:
    """The same lists without the given photos (`--on_bad_image skip`); labels and splits of the others stay."""
    left_out = set(bad_paths)
    return lists._replace(photos=[photo for photo in lists.photos if photo.path not in left_out])


def check_splits(lists: ImageLists, testing_percentage: float, validation_percentage: float) -> None:
    """Raise BadInput if a class has no photo in a split that will be used.

    retrain.py logs this at its first unlucky draw and then divides by zero; here it is reported before any work.
    """
    flags = {"training": None, "testing": "--testing_percentage", "validation": "--validation_percentage"}
    used = {"training": True, "testing": testing_percentage > 0, "validation": validation_percentage > 0}
    for split in SPLITS:
        have = {photo.label for photo in lists.photos if photo.split == split}
        for label, name in enumerate(lists.labels):
            if used[split] and label not in have:
                change = f" or change {flags[split]}" if flags[split] else ""
                raise BadInput(f"--image_dir: class '{name}' has no {split} photo; add photos{change}")


def fingerprint(lists: ImageLists) -> str:
    """Hex SHA-256 of labels, paths within image_dir, splits and file sizes.

    The judge compares the workers' fingerprints: two machines may mount the photos at different places but
    must see the same photos, in the same order, with the same split.
    """
    digest = hashlib.sha256(repr(lists.labels).encode("utf-8"))
    for photo in lists.photos:
        inside = os.path.relpath(photo.path, lists.image_dir)
        digest.update(repr((inside, photo.label, photo.split, os.path.getsize(photo.path))).encode("utf-8"))
    return digest.hexdigest()
