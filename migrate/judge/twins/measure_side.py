"""Measure one side before the comparison: photos, network, stages, training.

`compare_sides` compares both from the arrays, so both workers need not run together.
"""

import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate import console
from poets.migrate.judge.compare import accuracy, fine_tuning, ladder, lockstep
from poets.migrate.judge.compare.coverage import try_mistakes
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.compare.thresholds import Threshold
from poets.migrate.judge.measure.watch import Wanted
from poets.migrate.judge.twins.own_answers import OwnAnswers, ask_again
from poets.migrate.task.errors import BadInput, WorkerFailed
from poets.migrate.task.networks.architectures import find_architecture
from poets.migrate.task.photos.decoder_words import warn_of_damaged
from poets.migrate.task.photos.distortions import NONE, draw_distortions
from poets.migrate.task.photos.image_lists import fingerprint
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.stages import TWINS
from poets.migrate.task.training.schedule import schedule_of
from poets.migrate.task.training.settings import TrainingSettings

CHUNK = 256  # photos per call
PARTS = ("pixels", "bottleneck", "training", "answers", "fine-tuning")

# Measured arrays, kept for --run_dir: name -> array. They suffice to judge again without running anything.
Arrays = Dict[str, np.ndarray]


class TwinsSetup(NamedTuple):
    """What to compare, and how."""

    image_dir: str
    """Folder with one folder of photos per class."""
    hash_as: Optional[str]
    """Path that stands for ``image_dir`` when photos are split, see `read_image_lists`; None for its own."""
    architecture: str
    model_dir: str
    """Folder of the downloaded networks."""
    python: Dict[str, Optional[str]]
    """Twin -> command that starts a Python; None for the running one."""
    options: Dict[str, Dict[str, Any]]
    """Twin -> further arguments of `open`."""
    timeout: float
    """Time limit of one call, in seconds."""
    ladder_photos: int
    """Number of photos that are compared pixel by pixel."""
    rounds: int
    """Rounds of timing; 0 for none."""
    training: TrainingSettings
    seeds: int = 0
    """Free trainings per twin; 0 for none."""
    margin: float = 0.02
    """Difference of accuracy, 0..1, within which free trainings are equivalent."""
    thresholds: Sequence[Threshold] = ()
    """The user's, instead of the built-in tolerances; empty for none."""
    keep_pixels: bool = False
    """Keep the pixels of the photos compared pixel by pixel among the arrays."""
    attribute: bool = False
    """Attribute the difference to stages even if the twins agree."""
    watching: Optional[Wanted] = None
    """How to monitor the machine while speed is measured; None for not at all."""
    twins: Sequence[str] = TWINS
    """The twin each side runs; the sides' names are always `TWINS`."""
    one_at_a_time: bool = False
    """Never run two workers together."""
    any_top1: bool = False
    """Photos may get another label."""
    accepted: Sequence[str] = ()
    """Mistakes that the photos need not be able to show."""


class TwinsMeasured:
    """Parts of a Verdict and arrays measured so far, which remain if a worker fails."""

    def __init__(self) -> None:
        self.interpreters: Dict[str, Dict[str, Any]] = {}
        self.labels: Optional[List[str]] = None
        self.photos: Optional[int] = None
        self.stages: Dict[str, Difference] = {}
        self.training: Optional[lockstep.Training] = None
        self.fine_tuning: Optional[fine_tuning.FineTuned] = None
        self.tuned: Dict[str, Arrays] = {}  # side -> arrays of its fine-tuning
        self.own: Dict[str, OwnAnswers] = {}  # side -> the side against itself
        self.changes: Dict[str, Optional[float]] = {}  # mistake -> its effect, of `try_mistakes`
        self.damaged: Dict[str, str] = {}  # path -> the decoder's warning
        self.layers = (0, 0)  # layers unfrozen, and in total
        self.accuracy: Optional[accuracy.Accuracy] = None
        self.arrays: Arrays = {}
        self.pixels: Dict[str, ladder.Pixels] = {}  # side -> pixels not compared yet


def look(worker: Any, setup: Any, known: Survey) -> Tuple[List[str], np.ndarray]:
    """The classes that a worker finds: (labels, int32 [N] class of each photo).

    Args:
        worker: WorkerProcess.
        setup: anything with ``image_dir``, ``hash_as`` and ``training``, as `TwinsSetup` has them.
        known: Survey, the judge's own.

    Raises:
        BadInput: it does not find the same photos as the judge.
    """
    training = setup.training
    result, arrays = worker.call(
        "look",
        image_dir=setup.image_dir,
        testing_percentage=training.testing_percentage,
        validation_percentage=training.validation_percentage,
        on_bad_image=training.on_bad_image,
        hash_as=setup.hash_as,
    )
    if result["fingerprint"] != fingerprint(known.lists):
        raise BadInput(
            f"--image_dir: the {worker.twin} worker sees other photos in {setup.image_dir} than the judge does "
            f"({len(arrays['targets'])} against {len(known.lists.photos)}); the "
            "path must lead to the same files on both sides"
        )
    return result["labels"], arrays["targets"]


def open_network(worker: Any, setup: TwinsSetup, cold: Dict[str, float]) -> None:
    """Load the network and label one photo; the seconds since process start are stored in ``cold``."""
    began = time.perf_counter()
    result, _ = worker.call(
        "open", architecture=setup.architecture, model_dir=setup.model_dir, **setup.options[worker.twin]
    )
    width = result["bottleneck_size"]
    worker.call("set_head", {"weights": np.zeros((width, 2), np.float32), "biases": np.zeros(2, np.float32)})
    worker.call("label_times", indices=[0])
    cold[worker.twin] = worker.ready + time.perf_counter() - began


def measure_side(
    setup: TwinsSetup, known: Survey, worker: Any, some: List[int], progress: Any, so_far: TwinsMeasured
) -> Iterator[str]:
    """Measure one worker: pixels of some photos, bottlenecks of all, training and its results.

    Yields:
        each part of PARTS, as soon as its arrays are in ``so_far``.
    """
    side, arrays = worker.twin, so_far.arrays
    measure_pixels(setup, worker, some, progress, so_far)
    yield "pixels"
    with progress(f"{side}: bottlenecks", len(known.lists.photos)) as advance:
        arrays[side + "_features"], _ = all_features(worker, len(known.lists.photos), advance)
    if worker.damaged and not so_far.damaged:  # both sides read with the same library
        with progress(f"{side}: damaged photos", len(known.lists.photos)) as advance:
            so_far.damaged = damaged_photos(worker, len(known.lists.photos), advance)
        warn_of_damaged(so_far.damaged, console.warn)
    yield "bottleneck"
    features = arrays["legacy_features"]  # both train on legacy's, so that only the training differs
    schedule = schedule_of(setup.training, known.lists, features.shape[1])
    with progress(f"{side}: training", 1) as advance:
        trained = lockstep.train({side: worker}, features, schedule)[side]
        advance(1)
    arrays.update((f"{side}_{name}", array) for name, array in trained.items())
    yield "training"
    answers = ladder.climb_on(worker, arrays[side + "_features"])
    arrays.update((f"{side}_{name}", answers[name]) for name in ("logits", "probabilities"))
    yield "answers"
    with progress(f"{side}: asked again", 1) as advance:
        so_far.own[side] = ask_again(worker, some, known.lists.labels, arrays)
        if side == TWINS[-1]:
            so_far.changes = try_mistakes(worker, some, lambda found: found["probabilities"])
        advance(1)
    if setup.training.fine_tune:
        fine_tune_side(setup, known, worker, progress, so_far)
        yield "fine-tuning"


def measure_pixels(setup: TwinsSetup, worker: Any, some: List[int], progress: Any, so_far: TwinsMeasured) -> None:
    """One side's stages before the network for some photos; added to the arrays if they are kept or judged."""
    side = worker.twin
    with progress(f"{side}: stages", len(some)) as advance:
        pixels = so_far.pixels[side] = ladder.climb(worker, some, advance)
        if setup.training.distortions != NONE:
            pixels[ladder.DISTORT] = ladder.distort(worker, some, draws_for(setup, len(some)))
    if setup.keep_pixels or setup.thresholds:
        so_far.arrays.update(
            (f"{side}_{name}/{index}", array) for name, found in pixels.items() for index, array in zip(some, found)
        )


def draws_for(setup: TwinsSetup, count: int) -> np.ndarray:
    """float64 [count, 5]: one distortion per photo, from the run's seed."""
    size = find_architecture(setup.architecture).input_size
    return np.asarray(draw_distortions(setup.training.distortions, 1, count, size, setup.training.random_seed)[0])


def fine_tune_side(setup: TwinsSetup, known: Survey, worker: Any, progress: Any, so_far: TwinsMeasured) -> None:
    """Fine-tune one side, starting from legacy's final layer."""
    side, arrays = worker.twin, so_far.arrays
    plan = fine_tuning.plan_for(setup.training, known, find_architecture(setup.architecture).input_size)
    assert plan is not None
    start = {name: arrays[f"{TWINS[0]}_{name}"] for name in ("weights", "biases")}
    with progress(f"{side}: fine-tuning", 1) as advance:
        so_far.layers, so_far.tuned[side] = fine_tuning.tune(worker, plan, known, start)
        advance(1)
    arrays.update((f"{side}_{name}", array) for name, array in fine_tuning.kept(so_far.tuned[side]).items())


def all_features(worker: Any, count: int, advance: Callable[[int], None]) -> Tuple[np.ndarray, float]:
    """(float32 [count, B] of a worker's bottlenecks of all photos, the seconds that it says they took)."""
    rows, seconds = [], 0.0
    for start in range(0, count, CHUNK):
        found, took = features_of(worker, list(range(start, min(start + CHUNK, count))))
        rows.append(found)
        seconds += took
        advance(len(found))
    return np.concatenate(rows), seconds


def damaged_photos(worker: Any, count: int, advance: Callable[[int], None]) -> Dict[str, str]:
    """Path -> the decoder's words, for photos that a worker's decoder warns of."""
    found: Dict[str, str] = {}
    for start in range(0, count, CHUNK):
        indices = list(range(start, min(start + CHUNK, count)))
        found.update(worker.call("damaged", indices=indices)[0]["damaged"])
        advance(len(indices))
    return found


def features_of(worker: Any, indices: List[int]) -> Tuple[np.ndarray, float]:
    """(float32 [n, B] of a worker's bottlenecks of some photos, the seconds that it says they took).

    Raises:
        WorkerFailed: it returned another shape.
    """
    result, arrays = worker.call("features", indices=indices)
    found = arrays.get("features", np.zeros(0))
    if found.ndim != 2 or len(found) != len(indices):
        raise WorkerFailed(
            f"the {worker.twin} worker gave bottlenecks of shape {list(found.shape)} for {len(indices)} photos; "
            "one row each was asked for"
        )
    return found, result.get("seconds", 0.0)
