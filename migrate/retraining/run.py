"""One run of `retrain`: what its flags ask for, its photos and bottlenecks, and what is noted on the way."""

import argparse
import os
import time
from typing import Callable, ContextManager, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate import console
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import write_text
from poets.migrate.task.flags.fine_tuning import fine_tuning_of
from poets.migrate.task.flags.retrain import check_outputs, distortions_of, resources_of
from poets.migrate.task.networks.architectures import find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.photos import bottleneck_cache
from poets.migrate.task.photos.distortions import NONE, check_distortions, draw_distortions
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.photos.survey import formats_used, refuse_or_name, skip, survey
from poets.migrate.task.training import run_record
from poets.migrate.task.training.fine_tuning import Plan, Tuned, plan_of
from poets.migrate.task.training.schedule import Schedule, evaluation_steps, schedule_of_flags
from poets.migrate.task.training.trained import Batch
from poets.migrate.visuals.distortion_sheet import check_sheet, write_sheet
from poets.migrate.visuals.projector import write_projector


class Output(NamedTuple):
    key: str
    """In the run's record."""
    kind: str
    """In words."""
    path: str


class Network(NamedTuple):
    """What the bottleneck cache must know of a network, and how its bottlenecks are computed."""

    identity: str
    """SHA-256 of its file, or a Hub module's address."""
    preprocessing: str
    """Size, mean, standard deviation and resize, as text."""
    width: int
    """B, numbers per bottleneck."""
    retrain_py: bool
    """Whether the text files of an old retrain.py hold the same bottlenecks."""
    compute: Callable[[Sequence[Tuple[str, str]]], Iterator[np.ndarray]]
    """Photos, each (path, kind) -> float32 [n, B], some photos at a time; raises BadPhoto."""
    undecodable: Callable[[Sequence[Tuple[str, str]]], Dict[str, str]]
    """Photos -> those whose pixels cannot be decoded: path -> why."""


class Run:
    """Everything about a run but TensorFlow.

    Args:
        twin: `legacy` or `modern`.
        tensorflow: its version: a twin is never given the other's bottlenecks, nor another version's.
        flags: of `parse_retrain`.
        outputs: `--output_graph` -> what will be written.

    Raises:
        PoetsError: the flags, photos or network cannot be used; nothing has been written then.
    """

    def __init__(
        self, twin: str, tensorflow: str, flags: argparse.Namespace, outputs: Callable[[str], List[Output]]
    ) -> None:
        self.started = self._marked = time.time()
        self._flags, self._producer = flags, f"{twin} {tensorflow}"
        self.say = console.nothing if flags.quiet else console.say
        self.hub_module: str = getattr(flags, "tfhub_module", None) or ""
        self.resize: str = getattr(flags, "resize", "tf1")
        # the default's where a Hub module takes its place, and nothing is asked of it
        self.architecture = find_architecture("inception_v3" if self.hub_module else flags.architecture)
        self.final_name: str = flags.final_tensor_name
        self.summaries_dir: str = flags.summaries_dir
        self.distortions = distortions_of(flags)
        self.fine_tuning = fine_tuning_of(flags)
        self.shows_distortions = bool(flags.show_distortions)
        check_distortions(self.distortions)
        if self.shows_distortions:
            check_sheet(flags.show_distortions, self.distortions)
        self.resources = resources_of(flags, console.warn)
        check_outputs(flags)
        self.outputs = outputs(flags.output_graph)
        self.known = survey(
            flags.image_dir, flags.testing_percentage, flags.validation_percentage, flags.on_bad_image, console.warn
        )
        self.network = ""  # the pretrained network's file; empty for a Hub module
        if not self.hub_module:
            with console.download_progress(self.architecture.name, flags.quiet) as downloaded:
                self.network = find_network(self.architecture, flags.model_dir, downloaded)
        self.seconds: Dict[str, float] = {}
        self.computed = 0
        # of every photo, once `cache_bottlenecks` has them: float32 [N, B], its class int [N], float32 [N, C]
        self.features = self.one_hot = np.zeros((0, 0), np.float32)
        self.targets = np.zeros(0, np.int64)
        self.outcome = run_record.Outcome([], [], None, 0, [])
        self.tuned: Optional[Tuned] = None

    def mark(self, work: str) -> None:
        """Note the seconds since the last mark as those of ``work``."""
        now = time.time()
        self.seconds[work] = now - self._marked
        self._marked = now

    # Photos and bottlenecks

    @property
    def photos(self) -> List[Tuple[str, str]]:
        """Path and kind of every photo."""
        return list(zip([photo.path for photo in self.known.lists.photos], self.known.kinds))

    @property
    def labels(self) -> List[str]:
        """The classes' names, in order."""
        return self.known.lists.labels

    def cache_bottlenecks(self, network: Network) -> None:
        """Find the bottlenecks of all photos in the cache and compute the others; sets `features`.

        Raises:
            BadInput: photos do not decode, and are not to be skipped.
        """
        flags = self._flags
        while True:
            photos = self.photos
            paths = [path for path, _ in photos]
            keys = bottleneck_cache.keys_of(self.known.digests, network.identity, network.preprocessing, self._producer)
            old = {}
            if network.retrain_py:
                old = bottleneck_cache.old_bottlenecks(
                    flags.bottleneck_dir, flags.image_dir, paths, flags.architecture, network.width, console.warn
                )
            try:
                with bottleneck_cache.BottleneckCache(flags.bottleneck_dir) as kept:
                    with console.progress("bottlenecks", len(paths), flags.quiet) as advance:
                        self.features, self.computed = bottleneck_cache.fill(
                            keys,
                            kept,
                            lambda chunks: network.compute([photos[index] for some in chunks for index in some]),
                            CHUNK,
                            old,
                            advance,
                        )
                break
            except BadPhoto:
                bad = network.undecodable(photos)
                refuse_or_name(bad, flags.on_bad_image, console.warn)
                self.known = skip(self.known, bad)
        self.targets = np.array([photo.label for photo in self.known.lists.photos])
        self.one_hot = np.eye(len(self.labels), dtype=np.float32)[self.targets]
        self.say(
            f"{len(self.known.lists.photos)} photos ({formats_used(self.known)}) of {len(self.labels)} classes; "
            f"{self.computed} bottlenecks computed, {len(self.features) - self.computed} found"
        )
        self.mark("bottlenecks")

    # Training

    def schedule(self) -> Schedule:
        """Initial weights and every batch, drawn from `--random_seed`."""
        return schedule_of_flags(self._flags, self.known.lists, self.features.shape[1])

    def batch(self, indices: np.ndarray) -> Batch:
        """The bottlenecks and one-hot labels of photos, int [n]."""
        return self.features[indices], self.one_hot[indices]

    def validation_photos(self, schedule: Schedule) -> Dict[int, np.ndarray]:
        """Step after which it is evaluated -> validation photos, int [n]; n is 0 where there are none."""
        return dict(zip(evaluation_steps(len(schedule.train), schedule.eval_step_interval), schedule.validation))

    def is_distorted(self) -> bool:
        """Whether photos are distorted, and so their bottlenecks computed anew for every step."""
        return self.distortions != NONE

    def draws(self, schedule: Schedule, size: int) -> np.ndarray:
        """float64 [steps, batch, 5]: the distortion of every photo of every batch."""
        steps, batch = schedule.train.shape
        return draw_distortions(self.distortions, steps, batch, size, self._flags.random_seed)

    def progress(self, work: str, steps: int) -> ContextManager[Callable[[int], None]]:
        """A progress bar; gives a function to call with the count of steps just done."""
        return console.progress(work, steps, self._flags.quiet)

    def note(self, step: int, loss: float, accuracy: float, validation: Optional[float], count: int) -> None:
        """Note an evaluation: cross entropy and accuracy of the step's batch, and accuracy on validation photos."""
        point = run_record.Point(step, loss, accuracy, validation)
        self.outcome.curve.append(point)
        if self._flags.verbose:
            self.say(run_record.point_line(point, count))

    @property
    def store_every(self) -> int:
        """Steps between intermediate networks; 0 for none."""
        return max(self._flags.intermediate_store_frequency, 0)

    def stored_at(self, step: int) -> str:
        """Where the network is stored after this step, without a file's ending; empty where it is not."""
        if not self.store_every or not step or step % self.store_every:
            return ""
        return os.path.join(self._flags.intermediate_output_graphs_dir, f"intermediate_{step}")

    def note_test(self, schedule: Schedule, accuracy: float, predicted: np.ndarray) -> None:
        """Note and report the accuracy on the test photos; ``predicted`` int [n] are their classes."""
        self.outcome = self.outcome._replace(
            test_accuracy=accuracy,
            test_photos=len(schedule.test),
            misclassified=run_record.misclassified(self.known.lists, schedule.test, predicted),
        )
        run_record.say_outcome(self.outcome, self._flags.print_misclassified_test_images, self.say)

    # Fine-tuning

    def fine_tuning_plan(self, size: int) -> Plan:
        """Its batches, and its distortions for networks that take pictures of ``size`` pixels a side."""
        assert self.fine_tuning is not None
        return plan_of(self.fine_tuning, self._flags, self.known.lists, size)

    # Outputs

    def write_projector(self) -> None:
        """TensorBoard's projector view of the bottlenecks, beside the training's curves."""
        folder = os.path.join(self.summaries_dir, "train")
        write_projector(folder, self.known.lists, self.features, self._flags.projector_photos)

    def write_distortions(self, size: int, pixels: Callable[[int, np.ndarray], np.ndarray]) -> None:
        """The sheet of `--show_distortions`; ``pixels``: (photo, draw [5]) -> float32 [S, S, 3], 0..255."""
        flags = self._flags
        write_sheet(flags.show_distortions, self.known.lists, self.distortions, size, flags.random_seed, pixels)

    def write_labels(self) -> None:
        """One label per line, in the order of the classes."""
        write_text(self._flags.output_labels, "\n".join(self.labels) + "\n")


CHUNK = 32  # photos per call of a network


def refuse_untrainable(handle: str) -> BadInput:
    """The error of fine-tuning a Hub module without weights that train."""
    return BadInput(
        f"--fine_tune: the module {handle} has no weights that train, as those in TF1's format; "
        "--fine_tune_layers 0 trains the final layer alone"
    )
