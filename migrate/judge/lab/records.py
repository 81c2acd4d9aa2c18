"""Setup and verdict of a comparison of the lab's twins."""

from typing import Any, Dict, List, NamedTuple, Optional

from poets.migrate.judge.compare.difference import Difference, difference_as_json
from poets.migrate.lab.digits import Digits
from poets.migrate.lab.record import Epoch
from poets.migrate.lab.schedule import Lab
from poets.migrate.task.stages import TWINS

SIDES = TWINS


class LabSetup(NamedTuple):
    data: str
    """Name of the pictures."""
    digits: Digits
    lab: Lab
    seed: int
    """Of the schedule: initial weights, order of the images, dropout masks."""
    twins: List[str]
    """The twin that each side runs."""
    pythons: Dict[str, Optional[str]]
    """Side -> command that starts a Python."""
    devices: Dict[str, str]
    """Side -> device."""
    timeout: float
    """Time limit of one call, in seconds."""


class LabPart(NamedTuple):
    name: str
    """What is compared, in words."""
    difference: Difference
    judged: str
    """The figure that the tolerance limits: max or mean."""


class LabVerdict(NamedTuple):
    parity: bool
    """Whether all parts pass and the answers are near enough."""
    data: str
    """Name of the pictures."""
    lab: Lab
    parameters: int
    """Number of trained values of the network."""
    train_images: int
    """Number of images trained on."""
    test_images: int
    """Number of images tested."""
    steps: int
    """Number of training steps of each side."""
    parts: List[LabPart]
    """In the order of the task."""
    first_step: Optional[int]
    """The first step, from 0, whose losses differ by more than Limits.early_losses."""
    accuracy: Dict[str, float]
    """Side -> test accuracy, 0..1."""
    top1_agreement: float
    """Share of test images on which both sides predict the same class."""
    answers: str
    """Why the answers are too far apart; empty if they are not."""
    curve: Dict[str, List[Epoch]]
    """Side -> one record per epoch."""
    interpreters: Dict[str, Dict[str, Any]]
    """Side -> what `hello` answered."""
    training_seconds: Dict[str, float]
    """Side -> seconds of its call `train_mnist`, the transfer of the arrays included."""
    seconds: float
    """Duration of the whole comparison, in seconds."""


def lab_verdict_as_json(verdict: LabVerdict) -> Dict[str, Any]:
    """The verdict as JSON."""
    return dict(
        verdict._asdict(),
        schema_version=1,
        verdict="parity" if verdict.parity else "no parity",
        task="mnist",
        lab=dict(verdict.lab._asdict()),
        answers=verdict.answers or None,
        parts={part.name: dict(difference_as_json(part.difference), judged=part.judged) for part in verdict.parts},
        curve={side: [dict(epoch._asdict()) for epoch in epochs] for side, epochs in verdict.curve.items()},
        interpreters={
            side: {name: found[name] for name in ("twin", "python", "tensorflow", "keras")}
            for side, found in verdict.interpreters.items()
        },
    )
