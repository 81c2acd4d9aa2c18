"""Compare fine-tuning in lockstep: both twins unfreeze the same layers and train them on the same batches."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import tolerances
from poets.migrate.judge.compare.difference import Difference, measure, measure_mean
from poets.migrate.judge.compare.thresholds import Judged, replaced
from poets.migrate.task.photos.image_lists import of_split
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.stages import TWINS
from poets.migrate.task.training.fine_tuning import FineTuningPlan, plan_of
from poets.migrate.task.training.settings import TrainingSettings, fine_tuning_of

NETWORK = "network/"  # prefix of the arrays in a worker's answer that hold the network's own weights
# What is judged -> its name in thresholds; a run keeps it as "<twin>_<name>".
OUTPUTS = {
    "early_losses": "fine_tuning_early_losses",
    "losses": "fine_tuning_losses",
    "weights": "fine_tuned_weights",
    "probabilities": "fine_tuned",
}


class FineTuned(NamedTuple):
    steps: int
    """Number of steps that both sides took."""
    layers: Tuple[int, int]
    """Number of layers unfrozen, and of all layers."""
    early_losses: Difference
    """Losses of the first `tolerances.EARLY_STEPS` steps, judged by the largest difference."""
    losses: Difference
    """Losses of all steps, judged by the mean difference, like all fields below."""
    weights: Difference
    """Weights of the network and the final layer, after the last step."""
    probabilities: Difference
    """Probabilities of the test photos, after the last step."""
    frozen: Optional[float]
    """Test accuracy before fine-tuning, 0..1; None without test photos."""
    tuned: Dict[str, float]
    """Side -> test accuracy afterwards, 0..1; empty without test photos."""
    passed: bool


def plan_for(training: TrainingSettings, known: Survey, input_size: int) -> Optional[FineTuningPlan]:
    """The fine-tuning plan that the settings ask for, or None."""
    settings = fine_tuning_of(training)
    if settings is None:
        return None
    return plan_of(settings, training, known.lists, input_size)


def tune(
    worker: Any,
    plan: FineTuningPlan,
    known: Survey,
    start: Dict[str, np.ndarray],
) -> Tuple[Tuple[int, int], Dict[str, np.ndarray]]:
    """Fine-tune one side; return (layers unfrozen and in total, its arrays).

    Args:
        worker: WorkerProcess with an open network.
        plan: FineTuningPlan.
        known: Survey.
        start: ``weights`` and ``biases`` of the final layer, the same for both sides.
    """
    arrays = {"train": plan.train, "weights": start["weights"], "biases": start["biases"]}
    if plan.draws is not None:
        arrays["draws"] = plan.draws
    result, found = worker.call(
        "fine_tune", arrays, settings=dict(plan.settings._asdict()), seed=plan.seed, indices=judged_photos(known)
    )
    return (result["layers"][0], result["layers"][1]), found


def judged_photos(known: Survey) -> Any:
    """The photos whose probabilities are compared: the test photos, or all photos if there are none."""
    return of_split(known.lists, "testing") or list(range(len(known.lists.photos)))


def kept(found: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
    """The judged outputs of one side's `tune`, by `OUTPUTS`; all weights form one row, float32 [number of values]."""
    weights = [found[name].ravel() for name in names_of(found)]
    return dict(
        zip(
            OUTPUTS.values(),
            (
                found["losses"][: tolerances.EARLY_STEPS],
                found["losses"],
                np.concatenate(weights),
                found["probabilities"],
            ),
        )
    )


def names_of(found: Dict[str, np.ndarray]) -> List[str]:
    """The names of the trained variables, which are float32 of any shape, sorted."""
    return sorted(name for name in found if name in ("weights", "biases") or name.startswith(NETWORK))


def compare(
    ours: Dict[str, np.ndarray],
    theirs: Dict[str, np.ndarray],
    layers: Tuple[int, int],
    known: Survey,
    frozen: np.ndarray,
) -> FineTuned:
    """Compare two fine-tunings, number by number.

    Args:
        ours: what legacy's `tune` gave.
        theirs: what modern's gave, under the same names.
        layers: number of layers unfrozen, and of all layers.
        known: Survey.
        frozen: float32 [N, C], probabilities of all photos before fine-tuning.
    """
    both = [kept(found) for found in (ours, theirs)]

    def apart(measured: Callable[..., Difference], name: str, tolerance: float) -> Difference:
        return measured([both[0][OUTPUTS[name]]], [both[1][OUTPUTS[name]]], tolerance)

    early = apart(measure, "early_losses", tolerances.FINE_TUNING_EARLY_LOSSES)
    losses = apart(measure_mean, "losses", tolerances.FINE_TUNING_LOSSES)
    weights = apart(measure_mean, "weights", tolerances.FINE_TUNED_WEIGHTS)
    alone = sorted(set(names_of(ours)) ^ set(names_of(theirs)))
    if alone:
        weights = weights._replace(
            passed=False, why=(f"{len(alone)} variables trained on one side only, as {alone[0].replace(NETWORK, '')}")
        )
    probabilities = apart(measure_mean, "probabilities", tolerances.FINE_TUNED_PROBABILITIES)
    test = of_split(known.lists, "testing")
    truth = np.array([known.lists.photos[index].label for index in test])
    right = (
        {
            side: float(np.mean(found["probabilities"].argmax(axis=1) == truth))
            for side, found in zip(TWINS, (ours, theirs))
        }
        if test
        else {}
    )
    return FineTuned(
        len(ours["losses"]),
        layers,
        early,
        losses,
        weights,
        probabilities,
        float(np.mean(frozen[test].argmax(axis=1) == truth)) if test else None,
        right,
        all(part.passed for part in (early, losses, weights, probabilities)),
    )


def parts_of(found: FineTuned) -> Dict[str, Difference]:
    """The judged differences, by their names."""
    return {name.replace("_", " "): getattr(found, name) for name in OUTPUTS}


def rejudged(found: FineTuned, judged: Sequence[Judged]) -> FineTuned:
    """The fine-tuning, with the verdicts of the user's thresholds if there are any."""
    parts = replaced({output: getattr(found, name) for name, output in OUTPUTS.items()}, judged)
    early, losses, weights, probabilities = (parts[output] for output in OUTPUTS.values())
    return found._replace(
        early_losses=early,
        losses=losses,
        weights=weights,
        probabilities=probabilities,
        passed=all(part.passed for part in parts.values()),
    )
