"""`poets judge RUN`: judge a run kept by `--run_dir` again under other thresholds, without running it."""

import json
import os
import zipfile
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import thresholds, tolerances
from poets.migrate.task.errors import BadInput
from poets.migrate.task.stages import TWINS

# The name under which a run keeps each output: `<twin>_<name>`, or for pixels `<twin>_<name>/<index of the photo>`.
KEPT = {
    "decode": "decode",
    "resize": "resize",
    "normalize": "normalize",
    "distort": "distort",
    "bottleneck": "features",
    "logits": "logits",
    "probabilities": "probabilities",
    "losses": "losses",
    "weights": "weights",
    "biases": "biases",
    "fine_tuning_early_losses": "fine_tuning_early_losses",
    "fine_tuning_losses": "fine_tuning_losses",
    "fine_tuned_weights": "fine_tuned_weights",
    "fine_tuned": "fine_tuned",
}
LIMITS = dict(
    tolerances.STAGES,
    losses=tolerances.LOSSES,
    weights=tolerances.FINAL_WEIGHTS,
    biases=tolerances.FINAL_WEIGHTS,
    fine_tuning_losses=tolerances.FINE_TUNING_LOSSES,
    fine_tuning_early_losses=tolerances.FINE_TUNING_EARLY_LOSSES,
    fine_tuned_weights=tolerances.FINE_TUNED_WEIGHTS,
    fine_tuned=tolerances.FINE_TUNED_PROBABILITIES,
)  # if no threshold is given
MEANS = ("fine_tuning_losses", "fine_tuned_weights", "fine_tuned")  # judged by the mean difference


class KeptRun(NamedTuple):
    path: str
    report: Dict[str, Any]
    arrays: Dict[str, np.ndarray]


class Comparison(NamedTuple):
    title: str
    judged: List[thresholds.Judged]
    top1_agreement: Optional[float]
    passed: bool


def load_run(path: str) -> KeptRun:
    """Read a run that `poets parity --run_dir` kept.

    Raises:
        BadInput: the folder is missing, or parts of it are missing or corrupt.
    """
    try:
        with open(os.path.join(path, "report.json"), encoding="utf-8") as file:
            report = json.load(file)
        with open(os.path.join(path, "arrays.npz"), "rb") as opened, np.load(opened) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
        raise BadInput(f"RUN: {path} is not a run that `poets parity --run_dir` kept ({reason})")
    return KeptRun(path, report, arrays)


def outputs_of(arrays: Dict[str, np.ndarray], twin: str) -> Dict[str, List[np.ndarray]]:
    """One twin's outputs, by name, from the arrays of a run."""
    found = {}
    for output, name in KEPT.items():
        key = f"{twin}_{name}"
        if key in arrays:
            found[output] = [arrays[key]]
        else:
            places = sorted((int(other.rsplit("/", 1)[1]), other) for other in arrays if other.startswith(key + "/"))
            if places:
                found[output] = [arrays[other] for _, other in places]
    return found


def sides_of(run: KeptRun) -> Dict[str, str]:
    """Prefix of a run's arrays -> the side's name: the twins, or the models in order."""
    models = run.report.get("models")
    if models:
        return {str(place + 1): str(model["name"]) for place, model in enumerate(models)}
    return {twin: twin for twin in TWINS}


def judge_run(run: KeptRun, given: Sequence[thresholds.Threshold]) -> List[Comparison]:
    """Compare the sides of a run with the first side."""
    (first, name), *others = sides_of(run).items()
    found = []
    for place, (other, its_name) in enumerate(others):
        title = f"{name} against {its_name}"
        ours, theirs = outputs_of(run.arrays, first), outputs_of(run.arrays, other)
        apart = run.report["pairs"][place]["labels"] if "pairs" in run.report else ""
        if not apart and len(others) > 1 and not set(ours) & set(theirs):
            apart = "nothing that could be compared was kept"
        found.append(
            Comparison(f"{title}: {apart}", [], None, False)
            if apart
            else compare(title, ours, theirs, given, (name, its_name))
        )
    return found


def judge_runs(first: KeptRun, other: KeptRun, given: Sequence[thresholds.Threshold]) -> List[Comparison]:
    """Compare each side of a run with the same side of another run, for example from another machine.

    Raises:
        BadInput: the runs have different photos, classes or networks.
    """
    sides = sides_of(first)
    if sides != sides_of(other):
        raise BadInput(f"RUN: {first.path} and {other.path} have different models")
    for what in ("labels", "photos", "output"):
        if first.report.get(what) != other.report.get(what):
            raise BadInput(f"RUN: {first.path} and {other.path} have different {what}")
    targets = [run.arrays.get("legacy_targets", np.zeros(0)) for run in (first, other)]
    if not np.array_equal(targets[0], targets[1]):
        raise BadInput(f"RUN: {first.path} and {other.path} have different photos")
    return [
        compare(
            f"{name}: {first.path} against {other.path}",
            outputs_of(first.arrays, side),
            outputs_of(other.arrays, side),
            given,
            (first.path, other.path),
        )
        for side, name in sides.items()
    ]


def compare(
    title: str,
    ours: Dict[str, List[np.ndarray]],
    theirs: Dict[str, List[np.ndarray]],
    given: Sequence[thresholds.Threshold],
    sides: Sequence[str],
) -> Comparison:
    """Check two sides' outputs against thresholds; without any, against the built-in tolerances."""
    pairs: Dict[str, Tuple[Sequence[np.ndarray], Sequence[np.ndarray]]] = {
        output: (ours[output], theirs[output]) for output in ours if output in theirs
    }
    if not pairs:
        raise BadInput("RUN: nothing that could be compared was kept")
    wanted = list(given) or [
        thresholds.Threshold("max_mean" if output in MEANS else "atol", output, LIMITS[output], 0.0) for output in pairs
    ]
    judged = thresholds.judge_all(wanted, pairs, sides)
    agreement = None
    if "probabilities" in pairs:
        left, right = (np.asarray(side[0]) for side in pairs["probabilities"])
        agreement = float(np.mean(left.argmax(1) == right.argmax(1))) if left.shape == right.shape else 0.0
    return Comparison(title, judged, agreement, all(found.passed for found in judged))


def comparisons_as_json(comparisons: Sequence[Comparison]) -> Dict[str, Any]:
    """The verdict as JSON."""
    return {
        "verdict": "parity" if all(found.passed for found in comparisons) else "no parity",
        "comparisons": [
            dict(found._asdict(), judged=[thresholds.judged_as_json(one) for one in found.judged])
            for found in comparisons
        ],
    }
