"""`poets judge RUN`: judge a run kept by `--run_dir` again under other thresholds, without running it."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import accuracy, thresholds, tolerances
from poets.migrate.judge.compare.answers import logits_of, logits_tolerance, tolerance_of
from poets.migrate.judge.compare.standing import difference_that_stands, doubt_that_stands
from poets.migrate.judge.report.kept_run import KeptRun
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
FROM_ANSWERS = "logits behind the probabilities"  # of models, which keep no logits
STAGE_OUTPUT = {"features": "bottleneck", "probabilities": "probabilities"}  # output of a model -> key of KEPT
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
# outputs of every run of the twins; pixels are kept on request
REQUIRED = ("bottleneck", "logits", "probabilities", "losses", "weights", "biases")
RELATIVE = ("bottleneck", "logits", "probabilities")  # judged relative to their spread
MEANS = ("fine_tuning_losses", "fine_tuned_weights", "fine_tuned")  # judged by the mean difference


class VerdictAgain(NamedTuple):
    word: str
    """`parity`, `no parity` or `inconclusive`."""
    why: str
    """What speaks against parity beside the thresholds; empty if nothing."""


class Comparison(NamedTuple):
    title: str
    """Which two sides are compared."""
    judged: List[thresholds.Judged]
    """Every threshold on every output that it applies to."""
    top1_agreement: Optional[float]
    """Share of photos with the same label, 0..1; None without probabilities."""
    why: str
    """What does not pass beside the thresholds; empty if nothing."""
    passed: bool


def missing_of(run: KeptRun) -> List[str]:
    """What a run lacks of what it was to measure, in words; empty if it is whole.

    A worker failed, or the folder lost a part afterwards. Nothing is judged from the rest.
    """
    found = list(run.missing)
    models = run.report.get("models") or []
    if models:
        output = STAGE_OUTPUT.get(str(run.report.get("output")), "probabilities")
        wanted = [f"{place + 1}_{KEPT[output]}" for place in range(len(models))]
    else:
        wanted = [f"{twin}_{KEPT[output]}" for twin in TWINS for output in REQUIRED]
    found += [name for name in wanted if name not in run.arrays and name not in found]
    if run.report.get("verdict") == "incomplete":
        found = found or ["the rest of its measurements"]
    return found


def outputs_of(arrays: Dict[str, np.ndarray], twin: str) -> Dict[str, List[np.ndarray]]:
    """One twin's outputs, by name, from the arrays of a run.

    One array [N, ...] for all photos; for pixels, one array [H, W, 3] per photo.
    """
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


def judge_run(run: KeptRun, given: Sequence[thresholds.Threshold], any_top1: bool = False) -> List[Comparison]:
    """Compare the sides of a run with the first side; ``any_top1``: photos may get another label."""
    (first, name), *others = sides_of(run).items()
    found = []
    for place, (other, its_name) in enumerate(others):
        title = f"{name} against {its_name}"
        ours, theirs = outputs_of(run.arrays, first), outputs_of(run.arrays, other)
        apart = run.report["pairs"][place]["labels"] if "pairs" in run.report else ""
        if not apart and len(others) > 1 and not set(ours) & set(theirs):
            apart = "nothing that could be compared was kept"
        targets = [run.arrays.get(side + "_targets", np.zeros(0)) for side in (first, other)]
        if not apart and not np.array_equal(targets[0], targets[1]):
            apart = "the photos have other classes"
        if not apart and run.report.get("first_difference") == "labels":
            apart = str(run.report.get("why"))
        found.append(
            Comparison(f"{title}: {apart}", [], None, apart, False)
            if apart
            else compare(title, ours, theirs, given, (name, its_name), any_top1)
        )
    return found


def judge_runs(
    first: KeptRun, other: KeptRun, given: Sequence[thresholds.Threshold], any_top1: bool = False
) -> List[Comparison]:
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
            any_top1,
        )
        for side, name in sides.items()
    ]


def compare(
    title: str,
    ours: Dict[str, List[np.ndarray]],
    theirs: Dict[str, List[np.ndarray]],
    given: Sequence[thresholds.Threshold],
    sides: Sequence[str],
    any_top1: bool = False,
) -> Comparison:
    """Check two sides' outputs against thresholds; without any, against the built-in tolerances.

    Photos that get another label fail in any case, unless ``any_top1``.

    ``ours`` and ``theirs`` are as from `outputs_of`.
    """
    pairs: Dict[str, Tuple[Sequence[np.ndarray], Sequence[np.ndarray]]] = {
        output: (ours[output], theirs[output]) for output in ours if output in theirs
    }
    if not pairs:
        raise BadInput("RUN: nothing that could be compared was kept")
    if "probabilities" in pairs and "logits" not in pairs and not given:  # models keep none
        logits = [logits_of(np.asarray(side[0])) for side in pairs["probabilities"]]
        if logits[0] is not None and logits[1] is not None:
            pairs[FROM_ANSWERS] = ([logits[0]], [logits[1]])
    wanted = list(given) or [one for output, pair in pairs.items() for one in built_in(output, pair[0])]
    judged = thresholds.judge_all(wanted, pairs, sides)
    agreement, why = None, ""
    if "probabilities" in pairs:
        left, right = (np.asarray(side[0]) for side in pairs["probabilities"])
        agreement = float(np.mean(left.argmax(1) == right.argmax(1))) if left.shape == right.shape else 0.0
        if left.shape == right.shape:
            tolerance = tolerance_of("probabilities", left)
            why = accuracy.compare(left, right, left.argmax(1), tolerance, any_top1).why
    return Comparison(title, judged, agreement, why, not why and all(found.passed for found in judged))


def built_in(output: str, ours: Sequence[np.ndarray]) -> List[thresholds.Threshold]:
    """The built-in tolerances of an output, for the first side's arrays, as from `outputs_of`."""
    if output == FROM_ANSWERS:
        return [thresholds.Threshold("atol", output, logits_tolerance(np.asarray(ours[0])), 0.0)]
    if output == "losses":
        return [
            thresholds.Threshold("max_quantile", output, tolerances.LOSSES, tolerances.LOSSES_SHARE),
            thresholds.Threshold("atol", output, tolerances.LARGEST_LOSS, 0.0),
        ]
    limit = tolerance_of(output, ours[0]) if output in RELATIVE and len(ours) == 1 else LIMITS[output]
    return [thresholds.Threshold("max_mean" if output in MEANS else "atol", output, limit, 0.0)]


def verdict_of(
    runs: Sequence[KeptRun],
    comparisons: Sequence[Comparison],
    given: Sequence[thresholds.Threshold],
    accepted: Sequence[str],
) -> VerdictAgain:
    """The verdict on runs that are judged again: by thresholds, and by what stands of the runs' own verdicts.

    Two runs that both found the same difference may agree side by side, so between two runs only a side that disagrees
    with itself stands.

    Args:
        runs: one run, or two.
        comparisons: of their arrays.
        given: the user's thresholds.
        accepted: mistakes that the photos need not be able to show.
    """
    if not all(found.passed for found in comparisons):
        return VerdictAgain("no parity", "")
    stands = [difference_that_stands(run.report, bool(given) or len(runs) > 1) for run in runs]
    if any(stands):
        return VerdictAgain("no parity", next(words for words in stands if words))
    doubts = [doubt_that_stands(run.report, accepted) for run in runs]
    own = [one for found in comparisons for one in found.judged if one.output in ("probabilities", "bottleneck")]
    answers = [one for one in own if one.output == "probabilities"] or own
    if given and answers and not any(one.can_fail for one in answers):
        doubts += [one.words for one in answers]
    doubt = next((words for words in doubts if words), "")
    return VerdictAgain("inconclusive" if doubt else "parity", doubt)


def comparisons_as_json(comparisons: Sequence[Comparison], verdict: VerdictAgain) -> Dict[str, Any]:
    """The verdict as JSON."""
    return {
        "verdict": verdict.word,
        "why": verdict.why or None,
        "comparisons": [
            dict(found._asdict(), judged=[thresholds.judged_as_json(one) for one in found.judged])
            for found in comparisons
        ],
    }
