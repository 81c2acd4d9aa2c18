"""The command `poets evaluate`: score models on photos whose folders name their classes."""

import argparse
import functools
import os
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np
from rich.text import Text

from poets.migrate import console
from poets.migrate.judge.compare import confusion
from poets.migrate.judge.compare.confusion import Confusion
from poets.migrate.judge.compare.statistics import wilson_interval
from poets.migrate.judge.flags import add_model_python_flag, add_timeout_flag
from poets.migrate.judge.models.command import pythons_of
from poets.migrate.judge.models.preprocessing import doubt, openings, say_calibration
from poets.migrate.judge.models.run import allowed_in, answers_of, names_of, plain_path
from poets.migrate.judge.report.figures import share_with_interval
from poets.migrate.judge.report.page import Table
from poets.migrate.judge.report.screen import draw_table
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.per_model import add_per_model_flags
from poets.migrate.task.flags.preprocessing import add_calibrate_flag
from poets.migrate.task.flags.retrain import Parser, add_allow_ops_flag, add_bad_image_flag, add_output_flags
from poets.migrate.task.labelling.classes import columns_of
from poets.migrate.task.photos.image_lists import ImageLists
from poets.migrate.task.photos.survey import survey

SPLITS = ("all", "training", "validation", "testing")
LEAST = 1e-7  # smallest probability in the cross entropy, as in Keras: the logarithm of 0 is infinite
SHOWN = 20  # misclassified photos under -v; the JSON has all


class Wrong(NamedTuple):
    path: str
    truth: str
    """The class of the photo's folder."""
    named: str
    """The class that the model predicts."""
    probability: float
    """Of the predicted class, 0..1."""


class Score(NamedTuple):
    name: str
    """Short and unique among the models."""
    path: str
    photos: int
    """Number of photos."""
    accuracy: float
    """Accuracy, 0..1."""
    interval: Tuple[float, float]
    """Wilson's 95 % interval."""
    cross_entropy: float
    """Mean cross entropy in nats."""
    confusion: Confusion
    wrong: List[Wrong]
    """The misclassified photos."""
    preprocessing: Optional[Dict[str, Any]] = None
    """How photos were prepared, and where that comes from."""
    calibration: Optional[Dict[str, Any]] = None
    """What `--calibrate` tried."""
    doubt: str = ""
    """Why the preprocessing may be wrong."""


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; exit codes: 0 done, 2 bad input, 3 environment, 4 a worker failed."""
    parser = Parser(
        prog="poets evaluate",
        description="Report accuracy, cross entropy, confusion matrix and misclassified photos of models, each in its "
        "own process: frozen graphs, SavedModels, .keras, TFLite and ONNX files.",
    )
    parser.add_argument("models", nargs="+", metavar="MODEL", help="one or more models, before the flags")
    parser.add_argument("--image_dir", required=True, metavar="DIR", help="folder with one folder of photos per class")
    parser.add_argument("--labels", metavar="FILE", help="labels file for all models; default: each model's own")
    parser.add_argument("--split", choices=SPLITS, default="all", help="which photos to use, by retrain.py's split")
    parser.add_argument("--testing_percentage", type=int, default=10, help="percentage of photos kept for the test")
    parser.add_argument(
        "--validation_percentage", type=int, default=10, help="percentage of photos kept for validation"
    )
    add_bad_image_flag(parser)
    add_model_python_flag(parser)
    add_per_model_flags(parser)
    add_calibrate_flag(parser)
    add_allow_ops_flag(parser)
    add_timeout_flag(parser, 600)
    add_output_flags(parser, "the scores", "show the confusion matrix and the misclassified photos")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: evaluate(flags))


def evaluate(flags: argparse.Namespace) -> int:
    """Evaluate as the flags ask.

    Raises:
        BadInput: a model is missing, or its labels do not match the folders.
        WorkerFailed: a worker died, hung or did not answer.
    """
    for path in flags.models:
        if not os.path.exists(os.path.expanduser(path)):
            raise BadInput(f"MODEL: no file or folder '{path}' here")
    if flags.json not in (None, "-"):
        check_writable(flags.json, "--json")
    percentages = (0, 0) if flags.split == "all" else (flags.testing_percentage, flags.validation_percentage)
    known = survey(
        flags.image_dir, percentages[0], percentages[1], flags.on_bad_image, console.nothing
    )  # a class with few photos matters in training only
    for reason in known.bad.values():
        console.warn(reason + "; skipped")
    chosen = [place for place, photo in enumerate(known.lists.photos) if flags.split in ("all", photo.split)]
    if not chosen:
        raise BadInput(f"--split {flags.split}: no photo is in it")
    photos = [(os.path.abspath(known.lists.photos[place].path), known.kinds[place]) for place in chosen]
    pythons = pythons_of(flags.python, len(flags.models))
    options = openings(flags)
    progress = functools.partial(console.progress, quiet=flags.quiet)
    scores = []
    for place, (path, name) in enumerate(zip(flags.models, names_of(flags.models))):
        with WorkerProcess(name, pythons.get(place), flags.timeout, "poets", "--python") as worker:
            opened = worker.call(
                "open",
                model=plain_path(path),
                photos=photos,
                labels=os.path.abspath(flags.labels) if flags.labels else None,
                **allowed_in(flags.allow_ops),
                **options[place],
            )[0]
            say_calibration(name, opened, flags)
            scores.append(score_of(worker, name, path, opened, photos, known.lists, chosen, progress))
    if flags.json:
        console.write_json(flags.json, {"split": flags.split, "models": [score_as_json(score) for score in scores]})
    if not flags.quiet:
        show(scores, flags, known.lists.labels)
    return 0


def score_of(
    worker: WorkerProcess,
    name: str,
    path: str,
    found: Dict[str, Any],
    photos: List[Tuple[str, str]],
    lists: ImageLists,
    chosen: List[int],
    progress: Any,
) -> Score:
    """Score one model on some photos of a survey.

    Args:
        worker: the model's, which has opened it with ``photos``.
        name: the model's name in the report.
        path: the model's path.
        found: what the worker says of the model.
        photos: each (path, kind).
        lists: the survey's photos and classes.
        chosen: the places of ``photos`` in it.
        progress: as `console.progress`.
    """
    if found["output"] != "probabilities" or not found["labels"]:
        features = found["output"] != "probabilities"
        what = "gives features, no classes" if features else "has no labels file; name one with --labels"
        raise BadInput(f"MODEL: {path} {what}")
    columns = columns_of(found["labels"], lists.labels, path)
    rows = answers_of(worker, name, len(photos), "probabilities", progress)
    truth = np.array([columns[lists.photos[place].label] for place in chosen])
    scores = scored(name, path, rows, truth, found["labels"], [photo for photo, _ in photos])
    return scores._replace(
        preprocessing=found["preprocessing"], calibration=found.get("calibration"), doubt=doubt(name, rows, truth)
    )


def scored(name: str, path: str, rows: np.ndarray, truth: np.ndarray, labels: List[str], photos: List[str]) -> Score:
    """Score probabilities, float32 [n, C], of photos whose classes are int [n]."""
    named = rows.argmax(axis=1)
    right = int((named == truth).sum())
    entropy = -np.log(np.clip(rows[np.arange(len(rows)), truth].astype(np.float64), LEAST, 1.0))
    wrong = [
        Wrong(photos[place], labels[truth[place]], labels[named[place]], float(rows[place, named[place]]))
        for place in np.flatnonzero(named != truth)
    ]
    return Score(
        name,
        path,
        len(rows),
        right / len(rows),
        wilson_interval(right, len(rows)),
        float(entropy.mean()),
        confusion.count(truth, named, labels),
        wrong,
    )


def score_as_json(score: Score) -> Dict[str, Any]:
    """A score as JSON."""
    return dict(
        score._asdict(),
        wrong=[dict(one._asdict()) for one in score.wrong],
        confusion={"labels": score.confusion.labels, "counts": score.confusion.counts.tolist()},
    )


def show(scores: List[Score], flags: argparse.Namespace, folders: List[str]) -> None:
    """Print a row per model, and under -v its confusion matrix."""
    terminal = console.screen(sys.stderr if flags.json == "-" else sys.stdout)
    for score in scores:
        if score.doubt:
            terminal.print(Text(score.doubt, "yellow"))
    terminal.print(Text(f"{scores[0].photos} photos of {len(folders)} classes", "italic"))
    terminal.print(draw_table(scores_table(scores)))
    for score in scores if flags.verbose else []:
        table = confusion_table(score)
        terminal.print(Text("\n" + table.title, "italic"))
        terminal.print(draw_table(table))
        for one in score.wrong[:SHOWN]:
            terminal.print(f"{one.path}: {one.truth}, named {one.named} ({one.probability:.3f})", markup=False)
        if len(score.wrong) > SHOWN:
            terminal.print(f"and {len(score.wrong) - SHOWN} more")


def scores_table(scores: List[Score]) -> Table:
    """A row per model."""
    rows = [
        [score.name, share_with_interval(score.accuracy, score.interval), f"{score.cross_entropy:.4f}"]
        for score in scores
    ]
    return Table("Models", ["model", "right, with 95 % interval", "cross entropy"], rows, [])


def confusion_table(score: Score) -> Table:
    """The confusion table of the classes with the most errors; of many classes, those without errors are left out."""
    found = confusion.only(score.confusion, confusion.most_confused([score.confusion], 8))
    rows = [[label] + [str(count) for count in counts] for label, counts in zip(found.labels, found.counts)]
    return Table(f"{score.name}: class (row), named as (column)", [""] + found.labels, rows, [])
