"""`poets parity`: run both twins on the same photos, and judge every stage, training, accuracy and speed."""

import functools
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import accuracy, fine_tuning, free_training, ladder, lockstep, tolerances
from poets.migrate.judge.compare.attribution import Attribution, attribute
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.compare.fine_tuning import FineTuned
from poets.migrate.judge.compare.free_training import FreeTraining
from poets.migrate.judge.compare.thresholds import Judged, judge_all, replaced
from poets.migrate.judge.measure import speed
from poets.migrate.judge.sides.one_at_a_time import TurnTaker
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.twins import judge_again
from poets.migrate.judge.twins.compare_sides import compare_sides
from poets.migrate.judge.twins.measure_side import (
    TWINS,
    Arrays,
    TwinsMeasured,
    TwinsSetup,
    look,
    measure_side,
    open_network,
)
from poets.migrate.task.photos.image_lists import of_split
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.training.schedule import Schedule, schedule_of

ATTRIBUTION_LEFT_OUT = "it needs both twins at once, or many restarts; give --no-one-at-a-time or --attribute to run it"


class TwinsVerdict(NamedTuple):
    """The judge's result."""

    parity: bool
    first_difference: str  # "labels", a stage, "training", "accuracy" or "fine-tuning"; empty if there is none
    why: str
    interpreters: Dict[str, Dict[str, Any]]
    labels: List[str]
    photos: int
    stages: Dict[str, Difference]
    training: lockstep.Training
    accuracy: Optional[accuracy.Accuracy]
    speed: Optional[speed.Speed]
    seconds: float  # of the whole comparison
    free_training: Optional[FreeTraining] = None  # does not affect `parity`
    attribution: Optional[Attribution] = None  # if there is a difference, or it was requested
    judged: Sequence[Judged] = ()  # by the user's thresholds
    one_at_a_time: bool = False  # the workers never ran together
    left_out: Dict[str, str] = {}  # what was not measured -> why
    fine_tuning: Optional[FineTuned] = None


def run(
    setup: TwinsSetup, known: Survey, say: Callable[[str], None], progress: Any, so_far: Optional[TwinsMeasured] = None
) -> Tuple[TwinsVerdict, Arrays]:
    """Start the workers, run the same photos through both, and judge.

    Args:
        setup: TwinsSetup.
        known: the judge's own survey of the photos.
        say: called with one line at the start of each part.
        progress: ``progress(description, total)``, a context manager that gives ``advance(count)``.
        so_far: TwinsMeasured, filled as results arrive.

    Raises:
        BadInput: the photos or the network cannot be used, or the workers see different photos than the judge.
        WorkerFailed: a worker died, hung or did not answer.
    """
    workers: Dict[str, Any] = {}
    turn: List[TurnTaker] = []

    def start(twin: str) -> WorkerProcess:
        say(f"starting {twin}")
        return WorkerProcess(twin, setup.python[twin], setup.timeout, "poets." + setup.twins[TWINS.index(twin)])

    try:
        for twin in TWINS:
            if setup.one_at_a_time:
                workers[twin] = TurnTaker(twin, functools.partial(start, twin), turn)
                continue
            workers[twin] = start(twin)
            workers[twin].call("hello")  # one after the other, because simultaneous imports slow each other down
        return judge(setup, known, workers, progress, so_far)
    finally:
        for worker in workers.values():
            worker.stop()


def judge(
    setup: TwinsSetup, known: Survey, workers: Dict[str, Any], progress: Any, so_far: Optional[TwinsMeasured] = None
) -> Tuple[TwinsVerdict, Arrays]:
    """Run the same photos through one worker, then through the other, and judge."""
    started = time.perf_counter()
    so_far = TwinsMeasured() if so_far is None else so_far
    so_far.labels, so_far.photos = known.lists.labels, len(known.lists.photos)
    some = ladder.choose_photos(known.kinds, [photo.label for photo in known.lists.photos], setup.ladder_photos)
    cold: Dict[str, float] = {}
    targets: Dict[str, Any] = {}

    def meet(twin: str) -> None:
        so_far.interpreters[twin] = workers[twin].call("hello")[0]
        targets[twin] = look(workers[twin], setup, known)
        so_far.arrays[twin + "_targets"] = targets[twin][1]
        open_network(workers[twin], setup, cold)

    if not setup.one_at_a_time:  # otherwise the first would start twice, only to report the second's errors earlier
        for twin in TWINS:
            meet(twin)
    for twin in TWINS:
        if setup.one_at_a_time:
            meet(twin)
        for part in measure_side(setup, known, workers[twin], some, progress, so_far):
            if twin == TWINS[-1]:
                compare_sides(part, known, so_far)
    return conclude(setup, known, workers, some, targets, cold, progress, started, so_far)


def conclude(
    setup: TwinsSetup,
    known: Survey,
    workers: Dict[str, Any],
    some: List[int],
    targets: Dict[str, Any],
    cold: Dict[str, float],
    progress: Any,
    started: float,
    so_far: TwinsMeasured,
) -> Tuple[TwinsVerdict, Arrays]:
    """The verdict on the measurements, and what else was requested: attribution, speed, free training."""
    arrays, features = so_far.arrays, {twin: so_far.arrays[twin + "_features"] for twin in TWINS}
    width = features["legacy"].shape[1]
    schedule = schedule_of(setup.training, known.lists, width)
    arrays.update(train=schedule.train, initial_weights=schedule.weights)
    so_far.accuracy = scored = score(known, arrays)
    judged = judge_all(setup.thresholds, outputs_of(arrays))
    stages = replaced(so_far.stages, judged)
    assert so_far.training is not None  # `measure_side` measured it on both
    training = training_replaced(so_far.training, judged)
    tuned = fine_tuning.rejudged(so_far.fine_tuning, judged) if so_far.fine_tuning else None
    first, why = first_difference(known.lists.labels, targets, stages, training, scored)
    if not first and tuned and not tuned.passed:
        first, why = (
            "fine-tuning",
            next(f"{name} {part.why}" for name, part in fine_tuning.parts_of(tuned).items() if not part.passed),
        )
    parts, left_out = None, {}
    brought = first not in ("", "labels", "fine-tuning")  # attribution covers the stages before fine-tuning
    if setup.attribute or (brought and not setup.one_at_a_time):
        with progress("attribution", len(some)) as advance:
            parts = attribute([workers[twin] for twin in TWINS], some, advance)
    elif brought:
        left_out["attribution"] = ATTRIBUTION_LEFT_OUT
    # From here on, the workers' final layers are no longer the ones compared.
    timed = time_both(setup, workers, schedule, features["legacy"], cold, progress) if setup.rounds else None
    free, freely = train_freely(setup, known, workers, features, progress) if setup.seeds else (None, {})
    for twin in TWINS:
        so_far.interpreters[twin].update(workers[twin].call("used")[0])
    verdict = TwinsVerdict(
        not first,
        first,
        why,
        so_far.interpreters,
        known.lists.labels,
        len(known.lists.photos),
        stages,
        training,
        scored,
        timed,
        time.perf_counter() - started,
        free,
        parts,
        judged,
        setup.one_at_a_time,
        left_out,
        tuned,
    )
    return verdict, dict(arrays, **freely)


def score(known: Survey, arrays: Arrays) -> Optional[accuracy.Accuracy]:
    """Compare both sides on the test photos; None without test photos."""
    test = of_split(known.lists, "testing")
    if not test:
        return None
    truth = np.array([known.lists.photos[index].label for index in test])
    return accuracy.compare(
        arrays["legacy_probabilities"][test],
        arrays["modern_probabilities"][test],
        truth,
        tolerances.STAGES["probabilities"],
    )


def outputs_of(arrays: Arrays) -> Dict[str, Tuple[Sequence[np.ndarray], Sequence[np.ndarray]]]:
    """Both twins' outputs that thresholds apply to, by name."""
    ours, theirs = (judge_again.outputs_of(arrays, twin) for twin in TWINS)
    return {output: (ours[output], theirs[output]) for output in ours}


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


def time_both(
    setup: TwinsSetup,
    workers: Dict[str, Any],
    schedule: Schedule,
    features: np.ndarray,
    cold: Dict[str, float],
    progress: Any,
) -> speed.Speed:
    """Measure the speed of both, with the trained final layers still in place."""
    with progress("speed", 2 + 4 * setup.rounds) as advance:
        return speed.measure(workers, schedule, features, cold, setup.rounds, advance, wanted=setup.watching)


def train_freely(
    setup: TwinsSetup, known: Survey, workers: Dict[str, Any], features: Dict[str, np.ndarray], progress: Any
) -> Tuple[FreeTraining, Arrays]:
    """Compare free trainings; keep ``<twin>_free_probabilities``, float32 [seeds, test photos, C], for --run_dir."""
    with progress("free training", len(TWINS) * setup.seeds) as advance:
        found = free_training.train(workers, setup.training, known.lists, features, setup.seeds, advance)
    return (
        free_training.compare(found, known.lists, setup.training.random_seed, setup.margin),
        {twin + "_free_probabilities": array for twin, array in found.items()},
    )


def first_difference(
    labels: List[str],
    targets: Dict[str, Any],
    stages: Dict[str, Difference],
    training: lockstep.Training,
    scored: Optional[accuracy.Accuracy],
) -> Tuple[str, str]:
    """Where the twins first differ, in the order of the task, and why; ("", "") if they do not."""
    for twin in TWINS:
        if targets[twin][0] != labels:
            return "labels", f"{twin} names the classes {', '.join(targets[twin][0])}"
    if not np.array_equal(targets["legacy"][1], targets["modern"][1]):
        return "labels", "%d photos have another class in modern than in legacy" % int(
            (targets["legacy"][1] != targets["modern"][1]).sum()
        )
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
        return "accuracy", f"{len(scored.disagreeing)} of {scored.n} test photos get another label"
    return "", ""
