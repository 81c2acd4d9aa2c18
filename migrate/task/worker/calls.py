"""The calls that every worker serves for the judge; each twin implements the stages.

A worker is a process that keeps one twin loaded. `Worker` serves the judge's calls; a twin implements the stages.
"""

import os
import platform
import resource
import sys
import time
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.decoder_words import damaged
from poets.migrate.task.photos.image_lists import ImageLists, Photo, fingerprint
from poets.migrate.task.photos.survey import Survey, survey
from poets.migrate.task.resources import Resources
from poets.migrate.task.stages import ENCODED, stages_between
from poets.migrate.task.training.fine_tuning import FineTuningPlan
from poets.migrate.task.training.schedule import Schedule
from poets.migrate.task.training.settings import FineTuning
from poets.migrate.task.worker import exported, protocol
from poets.migrate.task.worker.kernels import kernels_of
from poets.migrate.task.worker.load import machine_load
from poets.migrate.task.worker.protocol import Answer
from poets.migrate.task.worker.retrain_command import run_retrain
from poets.migrate.task.worker.twin_stages import TwinStages

ONE_BY_ONE = ("decode", "resize", "normalize")  # photos differ in size, so these stages take one at a time


class Worker(TwinStages):
    """The judge's calls. Each public method named in `CALLS` takes a request's arguments and arrays as keywords
    and returns ``(result, arrays)``.
    """

    twin = ""

    CALLS: Tuple[str, ...] = (
        "hello",
        "look",
        "take",
        "open",
        "stages",
        "distort",
        "features",
        "damaged",
        "set_head",
        "train",
        "fine_tune",
        "label_times",
        "label_exported",
        "usage",
        "load",
        "used",
        "retrain",
        "train_mnist",
    )

    def __init__(self) -> None:
        self.resources = Resources()

    def hello(self) -> Answer:
        """Identify the worker: twin, Python, TensorFlow and Keras versions, process id."""
        versions = self.versions()
        kernels = kernels_of(str(versions["tensorflow"]))
        return dict(versions, twin=self.twin, python=platform.python_version(), pid=os.getpid(), kernels=kernels), {}

    def look(
        self,
        image_dir: str,
        testing_percentage: float,
        validation_percentage: float,
        on_bad_image: str,
        hash_as: Optional[str] = None,
    ) -> Answer:
        """Survey the photos. Returns labels, bad photos, fingerprint; ``targets`` int32 [N], each photo's class."""
        warnings: List[str] = []
        self.survey = survey(
            image_dir, testing_percentage, validation_percentage, on_bad_image, warnings.append, hash_as
        )
        lists = self.survey.lists
        result = {
            "labels": lists.labels,
            "bad": self.survey.bad,
            "warnings": warnings,
            "fingerprint": fingerprint(lists),
        }
        return result, {"targets": np.array(self.targets(), np.int32)}

    def take(self, photos: List[List[Any]]) -> Answer:
        """Use the given photos, each [path, kind, class], instead of surveying a folder."""
        found = [Photo(path, int(label), "training") for path, _, label in photos]
        labels = [f"class {label}" for label in range(1 + max([photo.label for photo in found] + [1]))]
        self.survey = Survey(ImageLists("", labels, found), [str(kind) for _, kind, _ in photos], [""] * len(found), {})
        return {}, {}

    def open(
        self,
        architecture: str,
        model_dir: str,
        device: str = "auto",
        gpu_memory_mb: Optional[int] = None,
        retry: bool = True,
        **options: Any,
    ) -> Answer:
        """Load the pretrained network. Returns its width ``bottleneck_size`` and ``input_size`` in pixels."""
        started = time.perf_counter()
        self.resources = Resources(device, gpu_memory_mb, retry, lambda message: print(message, file=sys.stderr))
        width, size = self.open_network(architecture, model_dir, **options)
        return {"bottleneck_size": width, "input_size": size, "seconds": time.perf_counter() - started}, {}

    def stages(self, indices: List[int], after: str, until: str, **values: np.ndarray) -> Answer:
        """Run photos from the output of stage ``after`` (or `encoded`) to the output of ``until``.

        Args:
            indices: indices of n photos in the survey.
            after: a stage, or `encoded` to read the photos' files.
            until: a later stage.
            values: the output of ``after``: arrays ``0`` to ``n-1``, one per photo, or one array ``batch``.

        Returns:
            arrays ``<stage>/<i>`` for the stages that take one photo at a time, ``<stage>`` for the others.
        """
        names = stages_between(after, until)
        arrays: Dict[str, np.ndarray] = {}
        current: Any = indices
        if after != ENCODED:
            current = values["batch"] if "batch" in values else [values[str(place)] for place in range(len(indices))]
        for name in names:
            stage = getattr(self, name)
            if name in ONE_BY_ONE:
                current = [stage(one) for one in current]
                arrays.update((f"{name}/{place}", one) for place, one in enumerate(current))
            else:
                current = stage(np.stack(current) if isinstance(current, list) else current)
                arrays[name] = current
        return {"stages": names}, arrays

    def distort(self, indices: List[int], draws: np.ndarray) -> Answer:
        """Photos, each distorted by its row of ``draws`` float64 [n, 5], then normalised: arrays ``distort/<i>``."""
        return {}, {f"distort/{place}": self.distorted(index, draws[place]) for place, index in enumerate(indices)}

    def features(self, indices: List[int]) -> Answer:
        """Uncached bottlenecks of photos: ``features`` float32 [n, B] and the ``seconds`` they took."""
        started = time.perf_counter()
        computed = self.compute_features(indices)
        return {"seconds": time.perf_counter() - started}, {"features": computed}

    def damaged(self, indices: List[int]) -> Answer:
        """The photos that the decoder warns of: ``damaged``, path -> its words. The judge asks once it heard some."""
        places = {self.survey.lists.photos[index].path: index for index in indices}
        photos = [(path, self.survey.kinds[index]) for path, index in places.items()]
        return {"damaged": damaged(photos, lambda photo: self.decode(places[photo[0]]))}, {}

    def set_head(self, weights: np.ndarray, biases: np.ndarray) -> Answer:
        """Set the final layer's weights, float32 [B, C], and biases, float32 [C]."""
        self.take_head(weights, biases)
        return {}, {}

    def train(
        self, features: np.ndarray, train: np.ndarray, weights: np.ndarray, biases: np.ndarray, learning_rate: float
    ) -> Answer:
        """Train the final layer from the given weights; each row of ``train`` is a batch of photo indices.

        Returns ``losses`` float32 [steps], ``weights``, ``biases``, the ``seconds`` it took, and
        the steady ``steps_per_second``, which excludes building and tracing.
        """
        none = np.zeros((0, 0), np.int32)
        schedule = Schedule(weights, biases, train, none, none, learning_rate, max(len(train), 1))
        marks: List[Tuple[int, float]] = []
        started = time.perf_counter()
        trained = self.train_head(
            features, np.array(self.targets()), schedule, lambda step: marks.append((step, time.perf_counter()))
        )
        return (
            {"seconds": time.perf_counter() - started, "steps_per_second": steady_rate(marks)},
            {"losses": trained.losses, "weights": trained.weights, "biases": trained.biases},
        )

    def fine_tune(
        self,
        settings: Dict[str, Any],
        seed: int,
        indices: List[int],
        train: np.ndarray,
        weights: np.ndarray,
        biases: np.ndarray,
        draws: Optional[np.ndarray] = None,
    ) -> Answer:
        """Train copies of network and final layer together, following `poets.migrate.task.training.fine_tuning.Plan`.

        Returns ``layers``, the numbers of thawed and of all layers; ``losses`` float32 [steps], the final layer's
        ``weights`` and ``biases``, the network's as ``network/<name>``, and ``probabilities`` float32 [n, C] of the
        photos ``indices`` afterwards.
        """
        layers, arrays = self.fine_tune_copy(
            FineTuningPlan(FineTuning(**settings), train, draws, seed), weights, biases, indices
        )
        return {"layers": layers}, arrays

    def label_times(self, indices: List[int]) -> Answer:
        """Label photos one at a time, file to probabilities: ``milliseconds`` float64 [n], ``probabilities``."""
        times, rows = [], []
        for index in indices:
            started = time.perf_counter()
            rows.append(self.label_one(index))
            times.append((time.perf_counter() - started) * 1000)
        return {}, {"milliseconds": np.array(times), "probabilities": np.stack(rows)}

    def label_exported(self, indices: List[int]) -> Answer:
        """Label photos with what `retrain` would write now, as `label_image` does.

        Returns ``labels``, name of the output -> the labels that belong to it, and one array per output, float32
        [n, C]. What is written is deleted.
        """
        return exported.label_exported(self, indices)

    def retrain(self, folder: str, argv: List[str]) -> Answer:
        """Run the twin's command `retrain` in ``folder``, with all outputs below it.

        Returns its exit ``code``, what it ``said`` on stderr, and the run's ``record``, None if there is none.
        """
        return dict(run_retrain(self.twin, folder, argv), twin=self.twin), {}

    def train_mnist(self, settings: Dict[str, Any], device: str = "auto", **arrays: np.ndarray) -> Answer:
        """Train the beginner lab's network by a schedule: `migrate/lab/worker_call.py`."""
        raise NotImplementedError

    def usage(self) -> Answer:
        """The most memory this process has held so far, in MB (2**20 bytes)."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {"peak_rss_mb": peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)}, {}

    def load(self) -> Answer:
        """How busy this process and its machine have been: `machine_load`."""
        return machine_load(), {}

    def used(self) -> Answer:
        """The requested ``device``, the ``devices`` used and the ``batches`` that fitted: `Resources.used`."""
        return self.resources.used(), {}

    def targets(self) -> List[int]:
        """The class of every photo: the training targets."""
        return [photo.label for photo in self.survey.lists.photos]

    def path(self, index: int) -> str:
        """A photo's path."""
        return self.survey.lists.photos[index].path


def steady_rate(marks: List[Tuple[int, float]]) -> Optional[float]:
    """Steps per second from the second mark on; None if there are too few. Marks are (step done, time in seconds)."""
    if len(marks) < 3:
        return None
    return (marks[-1][0] - marks[1][0]) / (marks[-1][1] - marks[1][1])


def refuse_options(twin: str, options: Dict[str, Any]) -> None:
    """Raise BadInput for options that a twin does not have."""
    for name, value in options.items():
        if value:
            raise BadInput(f"the {twin} twin has no option '{name}'")


def serve(worker: Worker, frames: Any) -> int:
    """Serve the judge until it hangs up. ``frames`` is the stdout that `protocol.take_stdout` moved away."""
    protocol.serve({name: getattr(worker, name) for name in worker.CALLS}, sys.stdin.buffer, frames)
    return 0
