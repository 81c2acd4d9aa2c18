"""What is asked of a comparison of the lab's twins, and what it finds."""

from typing import Any, Dict, List, NamedTuple, Optional

from poets.migrate.judge.compare.difference import Difference, difference_as_json
from poets.migrate.lab.digits import Digits
from poets.migrate.lab.record import Epoch
from poets.migrate.lab.schedule import Lab

SIDES = ("legacy", "modern")


class LabSetup(NamedTuple):
    data: str
    """What the pictures are called."""
    digits: Digits
    lab: Lab
    seed: int
    twins: List[str]
    """Which each side runs."""
    pythons: Dict[str, Optional[str]]
    """Side -> command that ends in a Python."""
    devices: Dict[str, str]
    """Side -> where to compute."""
    timeout: float
    """Seconds, of one call."""


class LabPart(NamedTuple):
    name: str
    difference: Difference
    judged: str
    """Which of its figures is held against the tolerance: max or mean."""


class LabVerdict(NamedTuple):
    parity: bool
    data: str
    lab: Lab
    parameters: int
    train_images: int
    test_images: int
    steps: int
    parts: List[LabPart]
    """In the order of the task."""
    first_step: Optional[int]
    """The first, from 0, whose losses are further apart than Limits.early_losses."""
    accuracy: Dict[str, float]
    """Side -> share of the test images right, 0..1."""
    top1_agreement: float
    """Share that both sides name alike."""
    answers: str
    """Why the answers are too far apart; empty where they are not."""
    curve: Dict[str, List[Epoch]]
    """Side -> an epoch each."""
    interpreters: Dict[str, Dict[str, Any]]
    """Side -> what `hello` answered."""
    training_seconds: Dict[str, float]
    seconds: float
    """The whole comparison."""


def lab_verdict_as_json(verdict: LabVerdict) -> Dict[str, Any]:
    """The verdict, JSON-able."""
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
