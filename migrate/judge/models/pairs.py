"""Compare two models: their pixels, their answers, and the stage that causes a difference."""

import os
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import accuracy, thresholds
from poets.migrate.judge.compare.answers import logits_of, logits_tolerance, tolerance_of
from poets.migrate.judge.compare.attribution import Attribution, attribute
from poets.migrate.judge.compare.difference import Difference, measure
from poets.migrate.judge.models.records import PIXELS, STAGE_OF, ComparedModel, ModelPair
from poets.migrate.task.labelling.classes import plain
from poets.migrate.task.stages import MODEL_STAGES

NETWORK = "network"  # name of the last stage in an attribution


class PairOutcome(NamedTuple):
    model: ComparedModel
    rows: np.ndarray
    """float32 [N, C] of all photos, in the model's own order of classes."""
    stages: Dict[str, Difference]
    """Difference from the first model after each of PIXELS, on some photos."""
    pixels: Dict[str, List[np.ndarray]]
    """Stage of PIXELS -> one array per photo; empty if they were not kept."""


def classes_of(paths: Sequence[str], labels: Optional[List[str]]) -> Optional[np.ndarray]:
    """int [N], the class of each photo by its folder's name; None if a folder matches no label.

    Folders and labels are matched as retrain.py makes labels from folders: in lower case, with a space for everything
    except letters and digits.
    """
    if not labels:
        return None
    places = {plain(label): place for place, label in enumerate(labels)}
    names = [plain(os.path.basename(os.path.dirname(os.path.abspath(path)))) for path in paths]
    return np.array([places[name] for name in names]) if all(name in places for name in names) else None


def aligned(rows: np.ndarray, labels: Optional[List[str]], wanted: Optional[List[str]]) -> Optional[np.ndarray]:
    """A model's probabilities, float32 [N, C], reordered to other labels; None if the labels differ.

    If a side has no labels, classes are matched by position.
    """
    if not labels or not wanted:
        return rows
    if sorted(labels) != sorted(wanted) or len(set(labels)) != len(labels):
        return rows if labels == wanted else None
    return rows[:, [labels.index(label) for label in wanted]]


def pair_of(
    first: PairOutcome,
    other: PairOutcome,
    output: str,
    given: Sequence[thresholds.Threshold],
    paths: Sequence[str],
    any_top1: bool = False,
) -> ModelPair:
    """Compare one model with the first.

    Args:
        first: PairOutcome.
        other: PairOutcome.
        output: the output of both: probabilities or features.
        given: the user's thresholds.
        paths: str, of all photos.
        any_top1: bool, whether photos may get another label.

    Raises:
        BadInput: a threshold is on an output that models do not have.
    """
    names = (first.model.name, other.model.name)
    alike = comparable(first.model, other.model)
    stages = {name: other.stages[name] for name in alike}
    pair = ModelPair(names[0], names[1], "", stages, None, [], "", [], None, {}, True, "")
    theirs = aligned(other.rows, other.model.labels, first.model.labels)
    if theirs is None or theirs.shape != first.rows.shape:
        words = (
            labels_apart(first.model.labels, other.model.labels)
            if theirs is None
            else (
                f"{first.rows.shape[1]} {'features' if output == 'features' else 'classes'} against "
                f"{other.rows.shape[1]}"
            )
        )
        return pair._replace(labels=words, passed=False, why=words)
    stage = STAGE_OF[output]
    stages[stage] = measure([first.rows], [theirs], tolerance_of(stage, first.rows), names)
    logits = [logits_of(rows) for rows in (first.rows, theirs)] if output == "probabilities" else [None]
    if logits[0] is not None and logits[-1] is not None:
        stages["logits"] = measure([logits[0]], [logits[-1]], logits_tolerance(logits[0]), names)
    arrays: Dict[str, Tuple[Sequence[np.ndarray], Sequence[np.ndarray]]] = {
        name: (first.pixels[name], other.pixels[name]) for name in alike
    }
    arrays[stage] = ([first.rows], [theirs])
    judged = thresholds.judge_all(given, arrays, names)
    pair = pair._replace(judged=judged, stages=thresholds.replaced(stages, judged))
    scored = None
    if output == "probabilities":
        scored = accuracy.compare(
            first.rows, theirs, first.rows.argmax(axis=1), tolerance_of(stage, first.rows), any_top1
        )
        pair = pair._replace(
            top1_agreement=scored.top1_agreement,
            disagreeing=[paths[place] for place in scored.disagreeing],
            top1_why=scored.why,
        )
    why = why_not(pair, stage)
    return pair._replace(passed=not why, why=why)


def labels_apart(first: Optional[List[str]], other: Optional[List[str]]) -> str:
    """The problem with two models' labels that differ."""
    return f"other labels: {', '.join(sorted(set(first or []) ^ set(other or []))[:6])}"


def why_not(pair: ModelPair, stage: str) -> str:
    """Why a pair does not pass; empty if it does.

    All of the user's thresholds count. Without one on the answers, the built-in tolerances decide. The photos' labels
    count in any case. Different pixels are no failure if the answers agree.
    """
    failed = next((found.words for found in pair.judged if not found.passed), "")
    if failed:
        return failed
    if not pair.stages[stage].passed:
        name = next(name for name, found in pair.stages.items() if not found.passed and name != "logits")
        return f"{name}: {pair.stages[name].why}"
    if (
        "logits" in pair.stages
        and not pair.stages["logits"].passed
        and stage not in [one.output for one in pair.judged]
    ):
        return f"logits: {pair.stages['logits'].why}"
    return pair.top1_why


def comparable(first: ComparedModel, other: ComparedModel) -> List[str]:
    """The stages before the network that both models share; sizes and normalisations may differ."""
    if sizes_of(first) != sizes_of(other):
        return ["decode"]
    return list(PIXELS) if scales_of(first) == scales_of(other) else ["decode", "resize"]


def sizes_of(model: ComparedModel) -> Tuple[int, int]:
    """(height, width) of a model's input in pixels."""
    return model.preprocessing["height"], model.preprocessing["width"]


def scales_of(model: ComparedModel) -> Tuple[Any, Any, str]:
    """(mean, standard deviation, channels) of a model's normalisation."""
    given = model.preprocessing
    return given["mean"], given["std"], given.get("channels", "rgb")


def attributed(
    workers: Sequence[Any],
    models: Sequence[ComparedModel],
    photos: List[int],
    advance: Callable[[int], None] = lambda count: None,
) -> Attribution:
    """Attribute the difference between two models' probabilities to stages.

    Networks of different input sizes cannot take each other's pixels, so their last stage begins at the resize.
    Networks with different normalisations should not take each other's pixels either. This shows if the parts explain
    less than the leftover; then the normalisation counts as part of the network.

    Args:
        workers: two WorkerProcess with open models.
        models: the two.
        photos: indices.
        advance: called with the number of photos done.
    """

    def order(rows: np.ndarray) -> np.ndarray:
        found = aligned(rows, models[1].labels, models[0].labels)
        return rows if found is None else found

    if sizes_of(models[0]) != sizes_of(models[1]):
        return _named(attribute(workers, photos, advance, _chain("decode"), order), "decode")
    found = attribute(workers, photos, advance, MODEL_STAGES, order)
    if scales_of(models[0]) != scales_of(models[1]) and found.leftover.mean_abs > found.whole.mean_abs:
        return _named(attribute(workers, photos, chain=_chain("resize"), aligned=order), "resize")
    return _named(found, "normalize")


def _chain(last: str) -> List[str]:
    """The stages up to ``last``, and the rest as one stage."""
    return list(MODEL_STAGES[: MODEL_STAGES.index(last) + 1]) + [MODEL_STAGES[-1]]


def _named(found: Attribution, last: str) -> Attribution:
    """An attribution whose last stage is named after all stages it contains."""
    rest = list(MODEL_STAGES[MODEL_STAGES.index(last) + 1 : -1]) + [NETWORK]
    return found._replace(parts=found.parts[:-1] + [found.parts[-1]._replace(stage="+".join(rest))])
