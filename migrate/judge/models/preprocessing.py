"""What the user says of each model's preprocessing, and the doubt in it where a model's answers look like chance."""

import argparse
from typing import Any, Dict, List, Optional

import numpy as np

from poets.migrate import console
from poets.migrate.task.flags.per_model import options_per_model
from poets.migrate.task.labelling.calibration import LEAST_PHOTOS, SURE, calibration_in_words, chance_of
from poets.migrate.task.labelling.labelled_photos import labelled_photos

NEAR_CHANCE = 0.2  # of the way from chance to every photo right
FLAGS = "--input_mean, --input_std, --channels and --resize set it, --calibrate DIR measures it on labelled photos"


def openings(flags: argparse.Namespace) -> List[Dict[str, Any]]:
    """What `open` of each model's worker is called with besides the model and its photos.

    Raises:
        BadInput: a flag is wrong, or there are no labelled photos.
    """
    found = options_per_model(flags, len(flags.models))
    if flags.calibrate:
        some = labelled_photos(flags.calibrate, flags.on_bad_image, console.warn)
        for options in found:
            options["calibration"] = dict(some._asdict())
    return found


def say_calibration(name: str, opened: Dict[str, Any], flags: argparse.Namespace) -> None:
    """Say what `--calibrate` found of a model, on stderr; nothing where it was not asked for."""
    if opened.get("calibration") and not flags.quiet:
        for line in calibration_in_words(opened["calibration"], None if flags.verbose else 3):
            console.say(f"{name}: {line}" if line.startswith("--") else line)


def doubt(name: str, rows: np.ndarray, truth: Optional[np.ndarray], seen: Optional[np.ndarray] = None) -> str:
    """The question after a model's preprocessing, where its answers look like chance; else empty.

    Args:
        name: the model's.
        rows: float32 [N, C], its probabilities.
        truth: int [N], the photos' classes; None if they are not known.
        seen: int [N], the classes that another model gives the photos.
    """
    named = rows.argmax(axis=1)
    if len(rows) < LEAST_PHOTOS:
        return ""
    why = ""
    if truth is not None and len(set(truth.tolist())) > 1:
        chance, error = chance_of(truth)
        right = float((named == truth).mean())
        if right - chance < max(SURE * error, NEAR_CHANCE * (1 - chance)):
            why = f"labels hardly better than chance, {right:.0%} right"
    others = truth if truth is not None else seen
    if not why and len(set(named.tolist())) == 1 and others is not None and len(set(others.tolist())) > 1:
        why = "gives every photo the same class"
    return f"preprocessing? {name} {why}: {FLAGS}" if why else ""
