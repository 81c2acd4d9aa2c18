"""The domains to fuzz: pictures, class folders, trainings and flags. A domain draws inputs and reports differences."""

import os
import shutil
import tempfile
from typing import Any, Callable, Dict, List, NamedTuple

import numpy as np
from hypothesis import strategies as st

from poets.migrate.judge.compare import tolerances
from poets.migrate.judge.compare.difference import measure
from poets.migrate.judge.fuzz import command_lines, pictures
from poets.migrate.judge.fuzz.sides import Sides, call_both
from poets.migrate.task.errors import BadInput
from poets.migrate.task.networks.architectures import EMBEDDED, find_architecture
from poets.migrate.task.photos.image_headers import BadPhoto, check_photo
from poets.migrate.task.photos.image_lists import fingerprint
from poets.migrate.task.photos.survey import decoder_of, survey
from poets.migrate.task.stages import ENCODED
from poets.migrate.task.training.schedule import truncated_normal

WIDTH = find_architecture(EMBEDDED).bottleneck_size  # features per photo: the last layer must fit the network
LADDER = ("decode", "resize", "normalize", "bottleneck")


class Domain(NamedTuple):
    name: str
    strategy: Any
    """Hypothesis strategy that draws the inputs."""
    difference: Callable[[Sides, Any], str]
    """The difference, in words; empty if there is none."""
    in_words: Callable[[Any], str]
    """Describes an input in one line."""


def picture_difference(sides: Sides, picture: pictures.Picture) -> str:
    """The first stage at which the twins differ on one picture, up to the bottleneck."""
    return file_difference(sides, pictures.encode(picture), "picture." + picture.format)


def file_difference(sides: Sides, data: bytes, name: str) -> str:
    """The same for a file's bytes. A photo that `check_photo` refuses never reaches a twin."""
    try:
        kind = decoder_of(check_photo(data, name))
    except BadPhoto:
        return ""
    path = os.path.join(sides.folder, name)
    with open(path, "wb") as file:
        file.write(data)
    for twin in ("legacy", "modern"):
        sides.get(twin).call("take", photos=[[path, kind, 0]])
    answers, problem = call_both(sides, "stages", indices=[0], after=ENCODED, until="bottleneck")
    if problem or not answers:
        return problem
    for stage in LADDER:
        key = stage if stage == "bottleneck" else stage + "/0"
        arrays = [answers[twin][1].get(key, np.zeros(0)) for twin in ("legacy", "modern")]
        found = measure(arrays[:1], arrays[1:], tolerances.STAGES[stage])
        if not found.passed:
            return f"{stage}: {found.why}"
    features, problem = call_both(sides, "features", indices=[0])
    if problem or not features:
        return problem
    found = measure(
        [features["legacy"][1]["features"]], [features["modern"][1]["features"]], tolerances.STAGES["bottleneck"]
    )
    return "" if found.passed else f"features: {found.why}"


Folder = Dict[str, int]  # class folder's name -> photos in it


def folders() -> Any:
    """Hypothesis strategy: two to five class folders with realistic names, and letters that sort oddly."""
    letters = st.characters(blacklist_characters="/\\\0", blacklist_categories=("Cs", "Cc"))
    name = st.one_of(st.text("abZ_ -0é", min_size=1, max_size=4), st.text(letters, min_size=1, max_size=6)).filter(
        lambda text: text.strip() and not text.startswith(".") and len(text.encode("utf-8")) < 100
    )
    return st.dictionaries(name, st.sampled_from((1, 3, 12, 24)), min_size=2, max_size=5)


def folder_difference(sides: Sides, folder: Folder) -> str:
    """Compare the classes, and the photos in each, that both twins and the judge find in a folder."""
    above = tempfile.mkdtemp(dir=sides.folder)
    try:
        data = pictures.encode(PLAIN)
        for name, count in folder.items():
            os.makedirs(os.path.join(above, name), exist_ok=True)
            for number in range(count):
                with open(os.path.join(above, name, f"{number}.jpg"), "wb") as file:
                    file.write(data)
        for share in SHARES:
            problem = _survey_difference(sides, above, share)
            if problem:
                return problem
        return ""
    finally:
        shutil.rmtree(above, ignore_errors=True)


def _survey_difference(sides: Sides, folder: str, share: int) -> str:
    """The same, and the split, with ``share`` percent of the photos for the test and as many for validation."""
    arguments = {"image_dir": folder, "testing_percentage": share, "validation_percentage": share}
    answers, problem = call_both(sides, "look", on_bad_image="fail", **arguments)
    if problem or not answers:
        return problem
    try:
        known = survey(folder, share, share, "fail", lambda message: None)
    except BadInput:
        return "the judge refuses it and the twins do not"
    for twin in ("legacy", "modern"):
        if answers[twin][0]["labels"] != known.lists.labels:
            return f"{twin} names the classes {answers[twin][0]['labels']!r}"
        if list(answers[twin][1]["targets"]) != [photo.label for photo in known.lists.photos]:
            return f"{twin} puts photos into other classes"
        if answers[twin][0]["fingerprint"] != fingerprint(known.lists):
            return f"{twin} splits the photos differently ({share} % for the test and for validation)"
    return ""


SHARES = (0, 30)  # percent
PLAIN = pictures.Picture("jpeg", "RGB", 8, 8, "flat", (0, 0, 0), 0, 90, 0, False, 1, 0)


class SmallTraining(NamedTuple):
    classes: int
    """Number of classes."""
    photos: int
    """Rows of features; there are no files."""
    steps: int
    """Number of steps."""
    batch: int
    """Rows per step, drawn with replacement."""
    learning_rate: float
    scale: float
    """Scale of the features."""
    seed: int
    """Of the features, the initial weights and the batches."""


def trainings() -> Any:
    """Hypothesis strategy: small trainings of the last layer that flags of `retrain` can ask for."""
    return st.builds(
        SmallTraining,
        st.integers(2, 5),
        st.integers(2, 9),
        st.integers(1, 12),
        st.integers(1, 7),
        st.sampled_from((0.01, 1.0, 0.5, 1e-6)),
        st.sampled_from((1.0, 5.0, 0.1)),
        st.integers(0, 99),
    )


def training_difference(sides: Sides, training: SmallTraining) -> str:
    """Compare the weights to which both twins train the last layer."""
    random = np.random.RandomState(training.seed)
    targets = np.arange(training.photos) % training.classes
    features = random.normal(0, training.scale, (training.photos, WIDTH)).astype(np.float32)
    weights = truncated_normal(random, (WIDTH, training.classes), 0.001)
    batches = random.randint(0, training.photos, (training.steps, training.batch)).astype(np.int32)
    photos: List[List[Any]] = [["none", "jpeg", int(label)] for label in targets]
    for twin in ("legacy", "modern"):
        sides.get(twin).call("take", photos=photos)
    arrays = {
        "features": features,
        "train": batches,
        "weights": weights,
        "biases": np.zeros(training.classes, np.float32),
    }
    answers, problem = call_both(sides, "train", arrays, learning_rate=training.learning_rate)
    if problem or not answers:
        return problem
    for name, tolerance in (
        ("losses", tolerances.LOSSES),
        ("weights", tolerances.FINAL_WEIGHTS),
        ("biases", tolerances.FINAL_WEIGHTS),
    ):
        ours, theirs = (answers[twin][1][name] for twin in ("legacy", "modern"))
        largest = float(np.abs(ours).max()) if ours.size else 0.0
        found = measure([ours], [theirs], tolerance * max(1.0, largest))  # rounding errors grow with the values
        if not found.passed:
            return f"{name}: {found.why}"
    return ""


def training_in_words(training: SmallTraining) -> str:
    """A training in a few words."""
    return (
        f"{training.classes} classes, {training.photos} photos (features of scale {training.scale:g}, seed "
        f"{training.seed}), {training.steps} steps of {training.batch} at rate {training.learning_rate:g}"
    )


DOMAINS = {
    domain.name: domain
    for domain in (
        Domain("pictures", pictures.pictures(), picture_difference, pictures.in_words),
        Domain(
            "folders",
            folders(),
            folder_difference,
            lambda folder: ", ".join("{!r} with {}".format(*item) for item in sorted(folder.items())),
        ),
        Domain("trainings", trainings(), training_difference, training_in_words),
        Domain(
            "flags",
            command_lines.flags(),
            command_lines.flags_difference,
            lambda given: (f"retrain {' '.join(command_lines.flag_words(given))}") if given else "retrain",
        ),
    )
}
