"""`poets parity`: both twins on the same photos, judged stage by stage, in training, in accuracy and in speed."""

import time
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Sequence
from typing import Tuple

import numpy as np

from migrate.task.errors import BadInput
from migrate.task.errors import WorkerFailed
from migrate.task.image_lists import fingerprint
from migrate.task.image_lists import of_split
from migrate.task.schedule import Schedule
from migrate.task.schedule import schedule_of_flags
from migrate.task.survey import Survey
from parity_tests.harness import accuracy
from parity_tests.harness import free_training
from parity_tests.harness import judge_again
from parity_tests.harness import ladder
from parity_tests.harness import lockstep
from parity_tests.harness import speed
from parity_tests.harness import tolerances
from parity_tests.harness.attribution import Attribution
from parity_tests.harness.attribution import attribute
from parity_tests.harness.difference import Difference
from parity_tests.harness.difference import measure
from parity_tests.harness.free_training import FreeTraining
from parity_tests.harness.launcher import WorkerProcess
from parity_tests.harness.thresholds import Judged
from parity_tests.harness.thresholds import Threshold
from parity_tests.harness.thresholds import judge_all
from parity_tests.harness.thresholds import replaced
from parity_tests.harness.watch import Wanted

TWINS = ("legacy", "modern")


class Setup(NamedTuple):
    """What to compare, and how."""

    image_dir: str
    hash_as: Optional[str]  # see `read_image_lists`
    architecture: str
    model_dir: str
    python: Dict[str, Optional[str]]  # twin -> command that ends in a Python
    options: Dict[str, Dict[str, Any]]  # twin -> what `open` is given besides
    timeout: float
    ladder_photos: int
    rounds: int
    flags: Any  # the training flags
    seeds: int = 0  # free trainings of each twin
    margin: float = 0.02  # of accuracy, within which free trainings are equivalent
    thresholds: Sequence[Threshold] = ()  # the user's, instead of the stages' own tolerances
    keep_pixels: bool = False  # among the arrays, of the photos compared pixel by pixel
    attribute: bool = False  # put the difference on stages even where the twins agree
    watching: Optional[Wanted] = None  # how to watch the machine while speed is measured


class Verdict(NamedTuple):
    """What the judge found."""

    parity: bool
    first_difference: str  # "labels", a stage, "training" or "accuracy"; empty where there is none
    why: str
    interpreters: Dict[str, Dict[str, Any]]
    labels: List[str]
    photos: int
    stages: Dict[str, Difference]
    training: lockstep.Training
    accuracy: Optional[accuracy.Accuracy]
    speed: Optional[speed.Speed]
    seconds: float  # the whole comparison
    free_training: Optional[FreeTraining] = None  # says nothing about `parity`
    attribution: Optional[Attribution] = None  # where there is a difference, or it was asked for
    judged: Sequence[Judged] = ()  # by the user's thresholds


# What was measured, kept for --run_dir: name -> array. Enough to judge again without running anything.
Arrays = Dict[str, np.ndarray]


class Measured:
    """Parts of a Verdict, and arrays, as they are known: what there is if a worker fails."""

    def __init__(self) -> None:
        self.interpreters: Dict[str, Dict[str, Any]] = {}
        self.labels: Optional[List[str]] = None
        self.photos: Optional[int] = None
        self.stages: Dict[str, Difference] = {}
        self.training: Optional[lockstep.Training] = None
        self.accuracy: Optional[accuracy.Accuracy] = None
        self.arrays: Arrays = {}


def run(setup: Setup, known: Survey, say: Callable[[str], None], progress: Any,
        so_far: Optional[Measured] = None) -> Tuple[Verdict, Arrays]:
    """Start both workers, take the same photos through both, and judge.

    Args:
        setup: Setup.
        known: the judge's own survey of the photos.
        say: called with one line as each part begins.
        progress: ``progress(description, total)``, a context manager that gives ``advance(count)``.
        so_far: Measured, filled on the way.

    Raises:
        BadInput: the photos or the network cannot be used, or the workers see other photos than the judge.
        WorkerFailed: a worker died, hung or gave no answer.
    """
    workers: Dict[str, WorkerProcess] = {}
    try:
        for twin in TWINS:
            say("starting %s" % twin)
            workers[twin] = WorkerProcess(twin, setup.python[twin], setup.timeout)
            workers[twin].call("hello")  # one after the other: two imports at once would slow each other down
        return judge(setup, known, workers, progress, so_far)
    finally:
        for worker in workers.values():
            worker.stop()


def judge(setup: Setup, known: Survey, workers: Dict[str, WorkerProcess], progress: Any,
          so_far: Optional[Measured] = None) -> Tuple[Verdict, Arrays]:
    """Take the same photos through both workers, which have been started, and judge."""
    started = time.perf_counter()
    so_far = Measured() if so_far is None else so_far
    so_far.interpreters = {twin: workers[twin].call("hello")[0] for twin in TWINS}
    so_far.labels, so_far.photos = known.lists.labels, len(known.lists.photos)
    cold: Dict[str, float] = {}
    targets = {twin: look(workers[twin], setup, known) for twin in TWINS}
    so_far.arrays.update((twin + "_targets", found[1]) for twin, found in targets.items())
    for twin in TWINS:
        open_network(workers[twin], setup, cold)
    return compare(setup, known, workers, targets, cold, progress, started, so_far)


def look(worker: WorkerProcess, setup: Setup, known: Survey) -> Tuple[List[str], np.ndarray]:
    """What a worker takes the photos for: (labels, int32 [N] class of each photo).

    Raises:
        BadInput: it does not see the photos that the judge sees.
    """
    flags = setup.flags
    result, arrays = worker.call(
        "look", image_dir=setup.image_dir, testing_percentage=flags.testing_percentage,
        validation_percentage=flags.validation_percentage, on_bad_image=flags.on_bad_image, hash_as=setup.hash_as)
    if result["fingerprint"] != fingerprint(known.lists):
        raise BadInput("--image_dir: the %s worker sees other photos in %s than the judge does (%d against %d); the "
                       "path must lead to the same files on both sides" % (
                           worker.twin, setup.image_dir, len(arrays["targets"]), len(known.lists.photos)))
    return result["labels"], arrays["targets"]


def open_network(worker: WorkerProcess, setup: Setup, cold: Dict[str, float]) -> None:
    """Load the network and label one photo; the seconds since the process started go into ``cold``."""
    began = time.perf_counter()
    result, _ = worker.call("open", architecture=setup.architecture, model_dir=setup.model_dir,
                            **setup.options[worker.twin])
    width = result["bottleneck_size"]
    worker.call("set_head", {"weights": np.zeros((width, 2), np.float32), "biases": np.zeros(2, np.float32)})
    worker.call("label_times", indices=[0])
    cold[worker.twin] = worker.ready + time.perf_counter() - began


def compare(setup: Setup, known: Survey, workers: Dict[str, WorkerProcess], targets: Dict[str, Any],
            cold: Dict[str, float], progress: Any, started: float, so_far: Measured) -> Tuple[Verdict, Arrays]:
    """Everything from the first stage to the verdict, with both workers open."""
    arrays = so_far.arrays
    features, some = climb(setup, known, workers, progress, so_far)
    schedule = schedule_of_flags(setup.flags, known.lists, features["legacy"].shape[1])
    arrays.update(train=schedule.train, initial_weights=schedule.weights)
    trained = {}
    with progress("training", len(TWINS)) as advance:
        for twin in TWINS:
            trained.update(lockstep.train({twin: workers[twin]}, features["legacy"], schedule))
            arrays.update(("%s_%s" % (twin, name), array) for name, array in trained[twin].items())
            advance(1)
    so_far.training = training = lockstep.compare(trained["legacy"], trained["modern"], features["legacy"])
    answers = ladder.climb_on(workers, features)
    stages = so_far.stages
    for name in ("logits", "probabilities"):
        arrays.update(("%s_%s" % (twin, name), answers[twin][name]) for twin in TWINS)
        stages[name] = measure([answers["legacy"][name]], [answers["modern"][name]], tolerances.STAGES[name])
    test = of_split(known.lists, "testing")
    scored = None
    if test:
        truth = np.array([known.lists.photos[index].label for index in test])
        scored = accuracy.compare(answers["legacy"]["probabilities"][test], answers["modern"]["probabilities"][test],
                                  truth, tolerances.STAGES["probabilities"])
    so_far.accuracy = scored
    judged = judge_all(setup.thresholds, outputs_of(arrays))
    stages = replaced(stages, judged)
    training = training_replaced(training, judged)
    first, why = first_difference(known.lists.labels, targets, stages, training, scored)
    parts = None
    if setup.attribute or (first and first != "labels"):
        with progress("attribution", len(some)) as advance:
            parts = attribute([workers[twin] for twin in TWINS], some, advance)
    # From here on the workers hold other final layers than the ones compared.
    timed = time_both(setup, workers, schedule, features["legacy"], cold, progress) if setup.rounds else None
    free, freely = train_freely(setup, known, workers, features, progress) if setup.seeds else (None, {})
    verdict = Verdict(not first, first, why, so_far.interpreters, known.lists.labels, len(known.lists.photos), stages,
                      training, scored, timed, time.perf_counter() - started, free, parts, judged)
    return verdict, dict(arrays, **freely)


def outputs_of(arrays: Arrays) -> Dict[str, Tuple[Sequence[np.ndarray], Sequence[np.ndarray]]]:
    """What both twins gave, by output: what thresholds are for."""
    ours, theirs = (judge_again.outputs_of(arrays, twin) for twin in TWINS)
    return {output: (ours[output], theirs[output]) for output in ours}


def training_replaced(training: lockstep.Training, judged: List[Judged]) -> lockstep.Training:
    """The training with the verdicts of the user's thresholds on losses, weights and biases, where there are any."""
    losses = replaced({"losses": training.losses}, judged)["losses"]
    weights = training.weights
    for output in ("weights", "biases"):
        found = replaced({output: weights}, judged)[output]
        weights = found if output == "weights" or not found.passed else weights
    return training._replace(losses=losses, weights=weights,
                             passed=losses.passed and weights.passed and training.probabilities.passed)


def climb(setup: Setup, known: Survey, workers: Dict[str, WorkerProcess], progress: Any,
          so_far: Measured) -> Tuple[Dict[str, np.ndarray], List[int]]:
    """The stages up to the bottleneck: the first ones on some photos, the bottlenecks on all of them.

    Answers the bottlenecks, twin -> float32 [N, B], and the some photos.
    """
    count = len(known.lists.photos)
    some = ladder.choose_photos(known.kinds, [photo.label for photo in known.lists.photos], setup.ladder_photos)
    pixels = so_far.arrays if setup.keep_pixels or setup.thresholds else None
    with progress("stages", len(some)) as advance:
        so_far.stages.update(ladder.climb(workers, some, advance, pixels))
    features = {}
    with progress("bottlenecks", 2 * count) as advance:
        for twin in TWINS:
            rows = []
            for start in range(0, count, 256):
                indices = list(range(start, min(start + 256, count)))
                rows.append(features_of(workers[twin], indices))
                advance(len(indices))
            features[twin] = so_far.arrays[twin + "_features"] = np.concatenate(rows)
    so_far.stages["bottleneck"] = measure([features["legacy"]], [features["modern"]], tolerances.STAGES["bottleneck"])
    return features, some


def features_of(worker: WorkerProcess, indices: List[int]) -> np.ndarray:
    """float32 [n, B]: a worker's bottlenecks of some photos.

    Raises:
        WorkerFailed: it gave something else.
    """
    found = worker.call("features", indices=indices)[1].get("features", np.zeros(0))
    if found.ndim != 2 or len(found) != len(indices):
        raise WorkerFailed("the %s worker gave bottlenecks of shape %s for %d photos; one row each was asked for"
                           % (worker.twin, list(found.shape), len(indices)))
    return found


def time_both(setup: Setup, workers: Dict[str, WorkerProcess], schedule: Schedule, features: np.ndarray,
              cold: Dict[str, float], progress: Any) -> speed.Speed:
    """The speed of both, with the trained final layers still in place."""
    with progress("speed", 2 + 4 * setup.rounds) as advance:
        return speed.measure(workers, schedule, features, cold, setup.rounds, advance, wanted=setup.watching)


def train_freely(setup: Setup, known: Survey, workers: Dict[str, WorkerProcess], features: Dict[str, np.ndarray],
                 progress: Any) -> Tuple[FreeTraining, Arrays]:
    """The free trainings compared, and for --run_dir ``<twin>_free_probabilities`` float32 [seeds, test photos, C]."""
    with progress("free training", len(TWINS) * setup.seeds) as advance:
        found = free_training.train(workers, setup.flags, known.lists, features, setup.seeds, advance)
    return (free_training.compare(found, known.lists, setup.flags.random_seed, setup.margin),
            {twin + "_free_probabilities": array for twin, array in found.items()})


def first_difference(labels: List[str], targets: Dict[str, Any], stages: Dict[str, Difference],
                     training: lockstep.Training, scored: Optional[accuracy.Accuracy]) -> Tuple[str, str]:
    """Where the twins first part, in the order of the task, and why: ("", "") where they do not."""
    for twin in TWINS:
        if targets[twin][0] != labels:
            return "labels", "%s names the classes %s" % (twin, ", ".join(targets[twin][0]))
    if not np.array_equal(targets["legacy"][1], targets["modern"][1]):
        return "labels", "%d photos are of another class to modern than to legacy" % int(
            (targets["legacy"][1] != targets["modern"][1]).sum())
    first = ladder.first_failing({name: stages[name] for name in stages if name not in ("logits", "probabilities")})
    if first:
        return first, stages[first].why
    if not training.passed:
        where = "" if training.first_step is None else "from step %d on, " % training.first_step
        parts = (("losses ", training.losses), ("final weights ", training.weights),
                 ("probabilities ", training.probabilities))
        return "training", where + next(words + found.why for words, found in parts if not found.passed)
    first = ladder.first_failing(stages)
    if first:
        return first, stages[first].why
    if scored is not None and not scored.passed:
        return "accuracy", "%d of %d test photos get another label" % (len(scored.disagreeing), scored.n)
    return "", ""
