"""What both `label_image` commands share: choosing photos and labels, and writing the results."""

import csv
import io
import os
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.exif import UPRIGHT, orientation, warn_of_turned
from poets.migrate.task.photos.image_headers import PHOTO_EXTENSIONS, BadPhoto, check_photo, read_photo
from poets.migrate.task.photos.preprocessing import Numbers, Preprocessing
from poets.migrate.task.photos.survey import decoder_of, refuse_or_name
from poets.migrate.task.printable import csv_cell

BATCH = 32  # photos in memory at a time


class Guess(NamedTuple):
    label: str
    score: float
    """Probability, 0..1."""


class Labelled(NamedTuple):
    path: str
    guesses: List[Guess]
    """Most probable first."""


class ModelOptions(NamedTuple):
    """How the user wants a model to be used; None to find it in the model. The names are those of the flags."""

    graph: str
    """Path of the model."""
    input_height: Optional[int] = None
    """Pixels."""
    input_width: Optional[int] = None
    """Pixels."""
    input_mean: Optional[Numbers] = None
    """In pixel units, 0..255, one number or one per channel."""
    input_std: Optional[Numbers] = None
    """In pixel units, one number or one per channel."""
    channels: Optional[str] = None
    """One of `poets.migrate.task.photos.preprocessing.CHANNELS`."""
    input_layer: Optional[str] = None
    """Name of a frozen graph's input node."""
    output_layer: Optional[str] = None
    """Name of its output node."""
    resize: Optional[str] = None
    """One of `poets.migrate.task.photos.preprocessing.RESIZES`."""
    allow_ops: Sequence[str] = ()
    """Ops that may run although they could act outside the model, or TensorFlow does not know them."""
    measured: str = ""
    """Where the preprocessing comes from if it was measured, in words."""


def refused_pixels(graph: str, given: Preprocessing, error: Exception) -> BadInput:
    """The error when a network rejects its input; usually the size is wrong."""
    reason = str(error).split("\n")[0][:160]
    return BadInput(
        f"--input_height {given.height}, --input_width {given.width}: {graph} does not accept such pictures "
        f"({reason}); omit the size to read it from the graph"
    )


def read_labels(path: str, classes: Optional[int]) -> List[str]:
    """Labels, one per line, in file order, never sorted. Blank lines are ignored.

    Args:
        path: str.
        classes: int, the number of classes in the graph's output; None if unknown.

    Raises:
        BadInput: no such file, not text, or the number of labels differs from the number of classes.
    """
    try:
        with open(path, encoding="utf-8-sig") as file:
            lines = [line.strip() for line in file.read().splitlines()]
    except OSError as error:
        raise BadInput(f"--labels: cannot read {path}: {error.strerror}")
    except UnicodeDecodeError:
        raise BadInput(f"--labels: {path} is not text; give the labels file, one label per line")
    labels = [line for line in lines if line]
    if classes is not None and len(labels) != classes:
        raise BadInput(
            f"--labels: the graph has {classes} classes but {path} has {len(labels)} "
            f"labels{_first_stranger(lines, classes)}; give the file that was written "
            "with this graph"
        )
    return labels


def _first_stranger(lines: List[str], classes: int) -> str:
    """The first label that cannot belong, if it can be found: one beyond the last class, or a duplicate."""
    numbered = all(re.match(r"\d", line) for line in lines if line)
    for place, line in enumerate(lines):
        if line and (line in lines[:place] or (numbered and int(re.findall(r"\d+", line)[0]) > classes)):
            return f"; first label that cannot belong: line {place + 1} '{line}'"
    return ""


def names_beside(graph: str) -> List[str]:
    """The names under which labels are looked for beside a graph, the likeliest first, and at last a pattern."""
    stem = os.path.splitext(os.path.basename(graph))[0]
    return [stem.replace("graph", "labels") + ".txt", "retrained_labels.txt", "output_labels.txt"] + [
        "labels.txt",
        "*label*.txt",
    ]


def labels_beside(graph: str) -> List[str]:
    """The labels files beside the graph: names that retrain.py's users gave theirs, then any `*label*.txt`."""
    folder, usual = os.path.dirname(graph), names_beside(graph)[:-1]
    try:
        there = sorted(os.listdir(folder or "."))
    except OSError:
        return []
    others = [name for name in there if "label" in name.lower() and name.endswith(".txt")]
    names = [name for name in usual if name in there] + others
    return [os.path.join(folder, name) for place, name in enumerate(names) if name not in names[:place]]


def fitting_labels(candidates: Sequence[str], classes: Optional[int]) -> Tuple[Optional[List[str]], str]:
    """The labels of the first file that has as many as there are classes; else None, and why each does not fit."""
    why = "no labels file beside it"
    for path in candidates:
        try:
            return read_labels(path, classes), ""
        except BadInput as error:
            why = str(error) if why.startswith("no labels") else why
    return None, why


def labels_for(graph: str, candidates: Sequence[str], classes: int) -> Tuple[List[str], str]:
    """Labels that lie beside a graph, or numbers in their place with a warning that says why."""
    found, why = fitting_labels(candidates, classes)
    if found is not None:
        return found, ""
    why = why[len("--labels: ") :] if why.startswith("--labels: ") else why
    return [f"class {number}" for number in range(classes)], f"{graph}: {why}; its classes are numbered"


def find_photos(
    targets: Sequence[str], on_bad_image: str, warn: Callable[[str], None], flag: str = "--image"
) -> List[Tuple[str, str]]:
    """The photos to label, as (path, kind): the given files, and the photos below the given folders, in order.

    Args:
        targets: files and folders.
        on_bad_image: "skip" or "fail".
        warn: called with one line each.
        flag: str, the flag that named the targets.

    Raises:
        BadInput: a missing target, a folder without photos, or a bad photo under "fail".
    """
    paths: List[str] = []
    for target in targets:
        if os.path.isdir(target):
            walked = sorted(os.walk(target))
            for link in (os.path.join(folder, name) for folder, below, _ in walked for name in below):
                if os.path.islink(link):
                    warn(f"{link}: a link to a folder is not followed; give that folder itself")
            below = [
                os.path.join(folder, name)
                for folder, _, names in walked
                for name in sorted(names)
                if os.path.splitext(name)[1][1:] in PHOTO_EXTENSIONS
            ]
            if not below:
                raise BadInput(f"{flag}: no photos below the folder {target}")
            paths.extend(below)
        elif os.path.exists(target):
            paths.append(target)
        else:
            raise BadInput(f"{flag}: no file or folder '{target}' here")
    found, bad, turned = [], {}, []
    for path in paths:
        try:
            data = read_photo(path)
            found.append((path, decoder_of(check_photo(data, path, any_name=True))))
            if orientation(data) != UPRIGHT:
                turned.append(path)
        except BadPhoto as error:
            bad[path] = str(error)
    refuse_or_name(bad, on_bad_image, warn)
    warn_of_turned(turned, warn)
    if not found:
        raise BadInput(f"{flag}: no photo left to label")
    return found


def label_photos(
    photos: Sequence[Tuple[str, str]],
    answer: Callable[[Sequence[Tuple[str, str]]], np.ndarray],
    labels: List[str],
    top_k: int,
    on_bad_image: str,
    warn: Callable[[str], None],
    progress: Callable[[int], None],
) -> List[Labelled]:
    """Label photos batch by batch. A photo whose pixels do not decode is named, then skipped or refused.

    Args:
        photos: (path, kind).
        answer: photos -> probabilities float32 [N, C]; raises BadPhoto.
        labels: C labels.
        top_k: int, guesses per photo.
        on_bad_image: "skip" or "fail".
        warn: called with one line each.
        progress: called with the number of photos done.
    """
    answers = []
    for start in range(0, len(photos), BATCH):
        batch = list(photos[start : start + BATCH])
        try:
            answers.extend(_label_batch(batch, answer(batch), labels, top_k))
        except BadPhoto:
            for photo in batch:  # one by one, to name the bad photos and keep the others
                try:
                    answers.extend(_label_batch([photo], answer([photo]), labels, top_k))
                except BadPhoto as error:
                    refuse_or_name({photo[0]: str(error)}, on_bad_image, warn)
        progress(len(batch))
    return answers


def _label_batch(
    photos: Sequence[Tuple[str, str]],
    scores: np.ndarray,
    labels: List[str],
    top_k: int,
) -> List[Labelled]:
    if len(scores) != len(photos):
        raise BadInput(
            f"--graph: the network gave {len(scores)} answers for {len(photos)} photos; is the size right? "
            "Change it with --input_height and --input_width"
        )
    if scores.shape[1] != len(labels):
        raise BadInput(
            f"--labels: the graph has {int(scores.shape[1])} classes but there are {len(labels)} labels; give the "
            "file that was written with this graph"
        )
    best = np.argsort(-scores, axis=1, kind="stable")[:, :top_k]
    return [
        Labelled(path, [Guess(labels[index], float(row[index])) for index in order])
        for (path, _), row, order in zip(photos, scores, best)
    ]


def as_text(answers: Sequence[Labelled]) -> str:
    """The results as label_image.py printed them, each below the photo's name if there are several."""
    blocks = []
    for answer in answers:
        lines = ["{} (score={:0.5f})".format(*guess) for guess in answer.guesses]
        blocks.append("\n".join(([answer.path] if len(answers) > 1 else []) + lines))
    return "\n\n".join(blocks) + "\n"


def answers_as_json(answers: Sequence[Labelled], settings: Dict[str, Any]) -> Dict[str, Any]:
    """The results and how they were obtained, JSON-serializable."""
    photos = [{"image": answer.path, "guesses": [guess._asdict() for guess in answer.guesses]} for answer in answers]
    return dict(settings, images=photos)


def as_csv(answers: Sequence[Labelled]) -> str:
    """The answers as CSV: image, rank from 1, label, score. No name is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["image", "rank", "label", "score"])
    for answer in answers:
        for rank, guess in enumerate(answer.guesses, 1):
            writer.writerow([csv_cell(answer.path), rank, csv_cell(guess.label), f"{guess.score:.8g}"])
    return text.getvalue()
