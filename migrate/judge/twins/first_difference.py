"""Where two twins first differ, in the order of the task."""

from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from poets.migrate.judge.compare import accuracy, ladder, lockstep
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.compare.thresholds import Judged, replaced
from poets.migrate.judge.twins.own_answers import OwnAnswers
from poets.migrate.task.stages import TWINS


def training_replaced(training: lockstep.Training, judged: List[Judged]) -> lockstep.Training:
    """The training, with the verdicts of the user's thresholds on losses, weights and biases if there are any."""
    losses = replaced({"losses": training.losses}, judged)["losses"]
    weights = training.weights
    for output in ("weights", "biases"):
        found = replaced({output: weights}, judged)[output]
        weights = found if output == "weights" or not found.passed else weights
    return training._replace(
        losses=losses, weights=weights, passed=losses.passed and weights.passed and training.probabilities.passed
    )


def first_difference(
    labels: List[str],
    targets: Dict[str, Any],
    stages: Dict[str, Difference],
    training: lockstep.Training,
    scored: Optional[accuracy.Accuracy],
    own: Dict[str, OwnAnswers],
) -> Tuple[str, str]:
    """Where the twins first differ, in the order of the task, and why; ("", "") if they do not."""
    for twin in TWINS:
        if targets[twin][0] != labels:
            return "labels", f"{twin} names the classes {', '.join(targets[twin][0])}"
    if not np.array_equal(targets["legacy"][1], targets["modern"][1]):
        others = int((targets["legacy"][1] != targets["modern"][1]).sum())
        return "labels", f"{others} photos have another class in modern than in legacy"
    for side in TWINS:
        if own[side].again.max_abs is not None and own[side].problem("again"):  # NaN is for the ladder
            return "again", f"{side} disagrees with itself: bottlenecks {own[side].problem('again')}"
    first = ladder.first_failing({name: stages[name] for name in stages if name not in ("logits", "probabilities")})
    if first:
        return first, stages[first].why
    if not training.passed:
        where = "" if training.first_step is None else f"from step {training.first_step} on, "
        parts = (
            ("losses ", training.losses),
            ("final weights ", training.weights),
            ("probabilities ", training.probabilities),
        )
        return "training", where + next(words + found.why for words, found in parts if not found.passed)
    first = ladder.first_failing(stages)
    if first:
        return first, stages[first].why
    if scored is not None and not scored.passed:
        return "accuracy", scored.why
    for part, words in (("single", "one photo at a time, "), ("export", "")):
        for side in TWINS:
            if own[side].problem(part):
                return part, f"{side}: {words}{own[side].problem(part)}"
    return "", ""
