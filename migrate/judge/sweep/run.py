"""Run a sweep: compute features once per twin and network, then train every setting from every seed."""

import hashlib
import io
import json
import os
from typing import Any, Dict, List, NamedTuple, Optional

import numpy as np

from poets.migrate.judge.compare.free_training import SEEDS
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.sweep.points import (
    Setting,
    SweepPoint,
    SweepRow,
    finite,
    point_as_json,
    point_of,
    point_of_json,
    row_of,
)
from poets.migrate.judge.twins.measure_side import all_features, look
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import whole_file, write_text
from poets.migrate.task.photos.image_lists import fingerprint, of_split
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.training.schedule import schedule_of
from poets.migrate.task.training.settings import TrainingSettings

STATE = "points.json"


class Place(NamedTuple):
    twin: str
    architecture: str
    device: str
    """One of cpu, gpu and auto (TensorFlow chooses)."""


class SweepPlan(NamedTuple):
    image_dir: str
    """Folder with one folder of photos per class."""
    hash_as: Optional[str]
    """See `read_image_lists`."""
    model_dir: str
    """Folder of the downloaded networks."""
    settings: List[Setting]
    """Settings with the same Place are adjacent."""
    seeds: int
    """Trainings per setting; their seeds are consecutive."""
    training: TrainingSettings
    """Everything except what a setting contains."""
    python: Dict[str, Optional[str]]
    """Twin -> command that starts a Python."""
    timeout: float
    """Time limit of one call, in seconds."""
    folder: str
    """Folder that keeps points and features."""


def run(plan: SweepPlan, known: Survey, progress: Any) -> List[SweepRow]:
    """Run the trainings that are not done yet, and summarize. Each training is kept as soon as it is done.

    Args:
        plan: SweepPlan.
        known: the judge's own survey of the photos.
        progress: ``progress(description, total)``, a context manager that gives ``advance(count)``.

    Raises:
        BadInput: the folder belongs to another sweep, or the photos or a network cannot be used.
        WorkerFailed: a worker died, hung or did not answer.
    """
    state = State(plan, known)
    rows: List[SweepRow] = []
    for place in unique([place_of(one) for one in plan.settings]):
        mine = [one for one in plan.settings if place_of(one) == place]
        missing = [(setting, seed) for setting in mine for seed in seeds_of(plan) if not state.has(setting, seed)]
        if missing:
            with WorkerProcess(place.twin, plan.python[place.twin], plan.timeout) as worker:
                look(worker, plan, known)
                worker.call("open", architecture=place.architecture, model_dir=plan.model_dir, device=place.device)
                features = features_once(state, worker, place, len(known.lists.photos), progress)
                with progress(", ".join(place), len(missing)) as advance:
                    for setting, seed in missing:
                        state.add(trained(worker, setting, seed, features, plan, known))
                        advance(1)
        for setting in mine:
            rows.append(
                row_of(
                    [state.points[key_of(setting, seed)] for seed in seeds_of(plan)],
                    state.photos,
                    state.guessing,
                    state.extraction[" ".join(place)],
                )
            )
    return rows


def place_of(setting: Setting) -> Place:
    """The Place that computes a setting's features."""
    return Place(setting.twin, setting.architecture, setting.device)


def unique(found: List[Place]) -> List[Place]:
    """The items without duplicates, in order."""
    return list(dict.fromkeys(found))


def seeds_of(plan: SweepPlan) -> List[int]:
    """The seeds of a setting's trainings; both twins use the same seeds."""
    return [(plan.training.random_seed + number) % SEEDS for number in range(plan.seeds)]


def key_of(setting: Setting, seed: int) -> str:
    """The key under which a training is kept."""
    return f"{' '.join(place_of(setting))} {setting.steps} {setting.learning_rate!r} {seed}"


class State:
    """The file of finished trainings, from which an interrupted sweep resumes.

    Args:
        plan: SweepPlan.
        known: Survey.

    Raises:
        BadInput: the folder's file is corrupt, or belongs to other photos or training flags.
    """

    def __init__(self, plan: SweepPlan, known: Survey) -> None:
        self.folder = plan.folder
        test = of_split(known.lists, "testing")
        truth = [known.lists.photos[index].label for index in test]
        self.photos, self.guessing = len(test), max(truth.count(label) for label in set(truth)) / len(test)
        names = ("testing_percentage", "validation_percentage", "train_batch_size", "random_seed")
        self.about: Dict[str, Any] = {
            "photos": fingerprint(known.lists),
            "flags": {name: getattr(plan.training, name) for name in names},
        }
        self.points: Dict[str, SweepPoint] = {}
        self.extraction: Dict[str, float] = {}
        self.features: Dict[str, str] = {}  # place -> SHA-256 of its file
        path = os.path.join(self.folder, STATE)
        if os.path.exists(path):
            self._load(path)

    def _load(self, path: str) -> None:
        try:
            with open(path, encoding="utf-8") as file:
                found = json.load(file)
            about = found["about"]
            self.points = {key: point_of_json(point) for key, point in found["points"].items()}
            self.extraction = {str(key): finite(value) for key, value in found["extraction"].items()}
            self.features = {str(key): str(value) for key, value in found.get("features", {}).items()}
            for key, point in self.points.items():
                if key != key_of(point.setting, point.seed) or " ".join(place_of(point.setting)) not in self.extraction:
                    raise ValueError(key)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise BadInput(f"--output: {path} is not what `poets sweep` kept; give another folder")
        if about != self.about:
            raise BadInput(
                f"--output: {path} was made with other photos, percentages, batch size or seed; give another folder"
            )

    def has(self, setting: Setting, seed: int) -> bool:
        """Whether a training is finished."""
        return key_of(setting, seed) in self.points

    def add(self, point: SweepPoint) -> None:
        """Keep a training."""
        self.points[key_of(point.setting, point.seed)] = point
        self.save()

    def save(self) -> None:
        """Write the file, completely or not at all."""
        write_text(
            os.path.join(self.folder, STATE),
            json.dumps(
                {
                    "about": self.about,
                    "extraction": self.extraction,
                    "features": self.features,
                    "points": {key: point_as_json(point) for key, point in self.points.items()},
                },
                indent=1,
            )
            + "\n",
        )


def features_once(state: State, worker: WorkerProcess, place: Place, count: int, progress: Any) -> np.ndarray:
    """float32 [N, B]: read from the sweep's folder, or computed and kept there with the seconds it took."""
    key = " ".join(place)
    digest = hashlib.sha256((f"{key} {state.about['photos']}").encode("utf-8")).hexdigest()[:16]
    path = os.path.join(state.folder, f"features-{digest}.npy")
    kept = kept_features(path, state.features.get(key)) if key in state.extraction else None
    if kept is not None:
        return kept
    with progress("features, " + ", ".join(place), count) as advance:
        features, seconds = all_features(worker, count, advance)
    buffer = io.BytesIO()  # numpy itself writes to a file without saying that the disk is full, only how much it wrote
    np.save(buffer, features, allow_pickle=False)
    content = buffer.getvalue()
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        file.write(content)
    state.extraction[key], state.features[key] = seconds, hashlib.sha256(content).hexdigest()
    state.save()
    return features


def kept_features(path: str, checksum: Optional[str]) -> Optional[np.ndarray]:
    """float32 [N, B] from a file; None if it is not there, or not what was written."""
    try:
        with open(path, "rb") as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() == checksum:
            return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))
    except (ValueError, OSError):
        pass
    return None


def trained(
    worker: Any, setting: Setting, seed: int, features: np.ndarray, plan: SweepPlan, known: Survey
) -> SweepPoint:
    """Train once, and test. ``features`` are float32 [N, B], of all photos."""
    training = plan.training._replace(
        random_seed=seed, how_many_training_steps=setting.steps, learning_rate=setting.learning_rate
    )
    schedule = schedule_of(training, known.lists, features.shape[1])
    result, arrays = worker.call(
        "train",
        {"features": features, "train": schedule.train, "weights": schedule.weights, "biases": schedule.biases},
        learning_rate=schedule.learning_rate,
    )
    test = of_split(known.lists, "testing")
    rows = worker.call("stages", {"batch": features[test]}, indices=test, after="bottleneck", until="probabilities")[1][
        "probabilities"
    ]
    truth = np.array([known.lists.photos[index].label for index in test])
    return point_of(setting, seed, float((rows.argmax(axis=1) == truth).mean()), result["seconds"], arrays["losses"])
