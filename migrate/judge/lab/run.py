"""Train the lab's network on both sides by one schedule, one side after the other, and judge."""

import time
from typing import Any, Dict, List, NamedTuple, Optional

import numpy as np

from poets.migrate.judge.compare.difference import measure, measure_mean
from poets.migrate.judge.lab import tolerances
from poets.migrate.judge.lab.records import SIDES, LabPart, LabSetup, LabVerdict
from poets.migrate.judge.lab.tolerances import Limits
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.lab.record import Epoch
from poets.migrate.lab.schedule import LabSchedule, make_lab_schedule, parameters
from poets.migrate.lab.worker_call import arrays_of, weights_in


class Ran(NamedTuple):
    hello: Dict[str, Any]
    """What the worker answered to `hello`: its versions and its Python."""
    curve: List[Epoch]
    """One record per epoch."""
    arrays: Dict[str, np.ndarray]
    """As `train_mnist` returns them."""
    seconds: float
    """Duration of the training's call."""


def run(setup: LabSetup, progress: Any) -> LabVerdict:
    """Train both sides and compare them.

    Args:
        setup: LabSetup.
        progress: ``progress(description, total)``, a context manager that gives ``advance(count)``.

    Raises:
        BadInput, BrokenEnvironment: a worker raised it.
        WorkerFailed: a worker died, hung or gave no answer.
    """
    started = time.perf_counter()
    schedule = make_lab_schedule(setup.lab, len(setup.digits.images), setup.seed)
    ran = {}
    with progress("training in lockstep", len(SIDES)) as advance:
        for side, twin in zip(SIDES, setup.twins):
            # each process ends with its training, so two TensorFlow processes never run at once
            with WorkerProcess(twin, setup.pythons[side], setup.timeout, flag=f"--{side}-python") as worker:
                ran[side] = train(worker, setup, schedule, setup.devices[side])
            advance(1)
    return judge(setup, ran)._replace(seconds=time.perf_counter() - started)


def train(worker: Any, setup: LabSetup, schedule: LabSchedule, device: str) -> Ran:
    """One side's training, in its worker."""
    hello = worker.call("hello")[0]
    began = time.perf_counter()
    result, arrays = worker.call(
        "train_mnist", arrays_of(setup.digits, schedule), settings=dict(setup.lab._asdict()), device=device
    )
    return Ran(hello, [Epoch(*epoch) for epoch in result["curve"]], arrays, time.perf_counter() - began)


def judge(setup: LabSetup, ran: Dict[str, Ran]) -> LabVerdict:
    """Compare two trainings that followed one schedule."""
    both = [ran[side].arrays for side in SIDES]
    limits = tolerances.LIMITS[setup.lab.precision]
    parts = compare(both[0], both[1], limits)
    answers = [arrays["probabilities"].argmax(axis=-1) for arrays in both]
    accuracy = {side: float(np.mean(named == setup.digits.test_labels)) for side, named in zip(SIDES, answers)}
    agreement = float(np.mean(answers[0] == answers[1]))
    problem = apart(accuracy, agreement, limits)
    return LabVerdict(
        not problem and all(part.difference.passed for part in parts),
        setup.data,
        setup.lab,
        parameters(setup.lab),
        len(setup.digits.images),
        len(setup.digits.test_images),
        len(both[0]["losses"]),
        parts,
        first_step(both[0]["losses"], both[1]["losses"], limits.early_losses),
        accuracy,
        agreement,
        problem,
        {side: ran[side].curve for side in SIDES},
        {side: ran[side].hello for side in SIDES},
        {side: ran[side].seconds for side in SIDES},
        0.0,
    )


def compare(ours: Dict[str, np.ndarray], theirs: Dict[str, np.ndarray], limits: Limits) -> List[LabPart]:
    """The losses of the first steps and of all, the final weights and the test images' probabilities.

    ``ours`` and ``theirs`` are arrays as `train_mnist` returns them.
    """
    early = [[arrays["losses"][: tolerances.EARLY_STEPS]] for arrays in (ours, theirs)]
    losses = [[arrays["losses"]] for arrays in (ours, theirs)]
    weights = [weights_in(arrays) for arrays in (ours, theirs)]
    answers = [[arrays["probabilities"]] for arrays in (ours, theirs)]
    return [
        part(f"losses of the first {len(early[0][0])} steps", early, limits.early_losses, "max"),
        part("losses of all steps", losses, limits.losses, limits.judged),
        part("final weights", weights, limits.weights, limits.judged),
        part("test probabilities", answers, limits.probabilities, limits.judged),
    ]


def part(name: str, both: List[List[np.ndarray]], tolerance: float, judged: str) -> LabPart:
    """Compare, and check the largest or the mean difference against ``tolerance``.

    ``both`` are each side's list of float arrays, of equal shapes.
    """
    return LabPart(name, (measure if judged == "max" else measure_mean)(both[0], both[1], tolerance), judged)


def first_step(ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> Optional[int]:
    """The first step, from 0, whose losses, float [steps], differ by more than ``tolerance``; None if none does."""
    count = min(len(ours), len(theirs))
    near = np.abs(ours[:count].astype(np.float64) - theirs[:count]) <= tolerance  # NaN compares false
    return None if near.all() else int(np.flatnonzero(~near)[0])


def apart(accuracy: Dict[str, float], agreement: float, limits: Limits) -> str:
    """Why the answers are too far apart; empty if they are not."""
    gap = abs(accuracy[SIDES[0]] - accuracy[SIDES[1]])
    if gap > limits.accuracy:
        return f"accuracies are {100 * gap:.1f} points apart, {100 * limits.accuracy:.1f} allowed"
    if agreement < limits.top1_agreement:
        return (
            f"both predict the same digit on only {100 * agreement:.1f} %, {100 * limits.top1_agreement:.1f} % required"
        )
    return ""
