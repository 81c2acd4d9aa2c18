"""`poets parity`: run both twins on the same photos, and judge every stage, training, accuracy and speed."""

import functools
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import accuracy, fine_tuning, free_training, ladder, lockstep
from poets.migrate.judge.compare.answers import tolerance_of
from poets.migrate.judge.compare.attribution import Attribution, attribute
from poets.migrate.judge.compare.coverage import Coverage, coverage_of
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.compare.fine_tuning import FineTuned
from poets.migrate.judge.compare.free_training import FreeTraining
from poets.migrate.judge.compare.thresholds import Judged, judge_all, replaced
from poets.migrate.judge.measure import speed
from poets.migrate.judge.sides.one_at_a_time import TurnTaker
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.twins import judge_again
from poets.migrate.judge.twins.compare_sides import compare_sides
from poets.migrate.judge.twins.first_difference import first_difference, training_replaced
from poets.migrate.judge.twins.measure_side import (
    Arrays,
    TwinsMeasured,
    TwinsSetup,
    look,
    measure_side,
    open_network,
)
from poets.migrate.judge.twins.own_answers import OwnAnswers
from poets.migrate.task.photos.image_lists import of_split
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.stages import STAGES, TWINS
from poets.migrate.task.training.schedule import Schedule, schedule_of
from poets.migrate.task.worker.kernels import same_kernels

# parts whose difference an attribution explains: the stages that fine-tuning and exports come after
BEFORE_FINE_TUNING = STAGES + (ladder.DISTORT, "training", "accuracy")
ATTRIBUTION_LEFT_OUT = "it needs both twins at once, or many restarts; give --no-one-at-a-time or --attribute to run it"


class TwinsVerdict(NamedTuple):
    """The judge's result."""

    parity: bool
    """Whether nothing differs beyond its tolerance, and the photos could have shown it."""
    first_difference: str
    """`labels`, `again`, a stage, `training`, `accuracy`, `single`, `export` or `fine-tuning`; empty if none."""
    why: str
    """The difference in words; empty if there is none."""
    interpreters: Dict[str, Dict[str, Any]]
    """Twin -> what `hello` answered: its versions and its Python."""
    labels: List[str]
    """The classes' names, in the order of the final layer's outputs."""
    photos: int
    """Number of photos."""
    stages: Dict[str, Difference]
    """Stage -> difference of its outputs, in the order of the task."""
    training: lockstep.Training
    accuracy: Optional[accuracy.Accuracy]
    """None without test photos."""
    speed: Optional[speed.Speed]
    """None if nothing was timed."""
    seconds: float
    """Duration of the whole comparison, in seconds."""
    free_training: Optional[FreeTraining] = None
    """None if it was not requested. It does not affect `parity`."""
    attribution: Optional[Attribution] = None
    """None unless there is a difference, or it was requested."""
    judged: Sequence[Judged] = ()
    """What the user's thresholds gave; empty without thresholds."""
    one_at_a_time: bool = False
    """Whether the workers never ran together."""
    left_out: Dict[str, str] = {}
    """What was not measured -> why."""
    fine_tuning: Optional[FineTuned] = None
    """None if it was not requested."""
    own: Dict[str, OwnAnswers] = {}
    """Side -> the comparison of the side with itself."""
    coverage: Optional[Coverage] = None
    """What the photos could have shown."""

    @property
    def inconclusive(self) -> str:
        """Why equal answers say nothing; empty if they do, or if there is a difference."""
        return self.coverage.why if self.coverage and not self.first_difference else ""


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
    so_far = TwinsMeasured() if so_far is None else so_far
    workers: Dict[str, Any] = {}
    turn: List[TurnTaker] = []

    def start(twin: str) -> WorkerProcess:
        say(f"starting {twin}")
        settings = same_kernels(str(so_far.interpreters.get("legacy", {}).get("tensorflow", "")))
        module = "poets." + setup.twins[TWINS.index(twin)]
        return WorkerProcess(twin, setup.python[twin], setup.timeout, module, settings=settings)

    try:
        for twin in TWINS:
            if setup.one_at_a_time:
                workers[twin] = TurnTaker(twin, functools.partial(start, twin), turn)
                continue
            workers[twin] = start(twin)
            so_far.interpreters[twin] = workers[twin].call("hello")[
                0
            ]  # one after the other, because simultaneous imports slow each other down
        return judge(setup, known, workers, progress, so_far)
    finally:
        for worker in workers.values():
            worker.stop()


def judge(
    setup: TwinsSetup, known: Survey, workers: Dict[str, Any], progress: Any, so_far: Optional[TwinsMeasured] = None
) -> Tuple[TwinsVerdict, Arrays]:
    """Run the same photos through one worker, then through the other, and judge.

    Among the arrays, `<side>_features` is float32 [N, B] and `<side>_probabilities` float32 [N, C].
    """
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
    so_far.accuracy = scored = score(known, arrays, setup.any_top1)
    judged = judge_all(setup.thresholds, outputs_of(arrays))
    stages = replaced(so_far.stages, judged)
    assert so_far.training is not None  # `measure_side` measured it on both
    training = training_replaced(so_far.training, judged)
    tuned = fine_tuning.rejudged(so_far.fine_tuning, judged) if so_far.fine_tuning else None
    first, why = first_difference(known.lists.labels, targets, stages, training, scored, so_far.own)
    if not first and tuned and not tuned.passed:
        first, why = (
            "fine-tuning",
            next(f"{name} {part.why}" for name, part in fine_tuning.parts_of(tuned).items() if not part.passed),
        )
    parts, left_out = None, {}
    brought = first in BEFORE_FINE_TUNING
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
    covered = coverage_of(
        arrays["legacy_probabilities"], features["legacy"], so_far.changes, setup.accepted, judged=judged
    )
    verdict = TwinsVerdict(
        not first and not covered.why,
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
        so_far.own,
        covered,
    )
    return verdict, dict(arrays, **freely)


def score(known: Survey, arrays: Arrays, any_top1: bool) -> Optional[accuracy.Accuracy]:
    """Compare both sides' probabilities, float32 [N, C], on the test photos; None without test photos."""
    test = of_split(known.lists, "testing")
    if not test:
        return None
    truth = np.array([known.lists.photos[index].label for index in test])
    return accuracy.compare(
        arrays["legacy_probabilities"][test],
        arrays["modern_probabilities"][test],
        truth,
        tolerance_of("probabilities", arrays["legacy_probabilities"]),
        any_top1,
    )


def outputs_of(arrays: Arrays) -> Dict[str, Tuple[Sequence[np.ndarray], Sequence[np.ndarray]]]:
    """Both twins' outputs that thresholds apply to, by name.

    Each side has one array [N, ...], or for pixels one array [H, W, 3] per photo.
    """
    ours, theirs = (judge_again.outputs_of(arrays, twin) for twin in TWINS)
    return {output: (ours[output], theirs[output]) for output in ours}


def time_both(
    setup: TwinsSetup,
    workers: Dict[str, Any],
    schedule: Schedule,
    features: np.ndarray,
    cold: Dict[str, float],
    progress: Any,
) -> speed.Speed:
    """Measure the speed of both, with the trained final layers still in place.

    ``features`` are float32 [N, B], of all photos.
    """
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
