"""One run of `retrain`: its flags, photos and bottlenecks, and what is recorded along the way."""

import glob
import os
import time
from typing import Callable, ContextManager, Dict, List, Optional

import numpy as np

from poets.migrate import console
from poets.migrate.retraining.network import Photo, TaskNetwork, undecodable
from poets.migrate.retraining.settings import RetrainSettings
from poets.migrate.task.cpu_level import cpu_level
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import write_text
from poets.migrate.task.networks.architectures import find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.photos import bottleneck_cache
from poets.migrate.task.photos.decoder_words import damaged, decoder_words, warn_of_damaged
from poets.migrate.task.photos.distortions import NONE, check_distortions, draw_distortions
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.photos.survey import formats_used, refuse_or_name, skip, survey
from poets.migrate.task.training import run_record
from poets.migrate.task.training.fine_tuning import FineTuningPlan, Tuned, plan_of
from poets.migrate.task.training.schedule import Schedule, schedule_of
from poets.migrate.task.training.settings import fine_tuning_of
from poets.migrate.task.training.trained import Batch
from poets.migrate.task.worker.kernels import kernels_of
from poets.migrate.visuals.distortion_sheet import check_sheet, write_sheet
from poets.migrate.visuals.projector import write_projector

CHUNK = 32  # photos per call of a network


class Run:
    """Everything about a run except TensorFlow.

    Args:
        twin: `legacy` or `modern`.
        tensorflow: its version, so that a twin never gets bottlenecks of the other twin or of another version.
        settings: RetrainSettings.
        outputs: `--output_graph` -> the files that will be written.

    Raises:
        PoetsError: the settings, photos or network cannot be used; nothing has been written.
    """

    def __init__(
        self, twin: str, tensorflow: str, settings: RetrainSettings, outputs: Callable[[str], List[run_record.Output]]
    ) -> None:
        self.started = self._marked = time.time()
        self._settings, self._producer = settings, f"{twin} {tensorflow} {kernels_of(tensorflow)} {cpu_level()}"
        self.say = console.nothing if settings.quiet else console.say
        self.hub_module, self.allow_ops, self.resize = settings.tfhub_module, settings.allow_ops, settings.resize
        # with a Hub module this is the default architecture, and unused
        self.architecture = find_architecture("inception_v3" if self.hub_module else settings.architecture)
        self.final_name, self.summaries_dir = settings.final_tensor_name, settings.summaries_dir
        self.distortions = settings.training.distortions
        self.fine_tuning = fine_tuning_of(settings.training)
        check_distortions(self.distortions)
        if settings.show_distortions:
            check_sheet(settings.show_distortions, self.distortions)
        self.resources = settings.resources
        self.output_graph = settings.output_graph
        self.outputs = outputs(settings.output_graph)
        training = settings.training
        self.known = survey(
            settings.image_dir,
            training.testing_percentage,
            training.validation_percentage,
            training.on_bad_image,
            console.warn,
        )
        self.network = ""  # the pretrained network's file; empty for a Hub module
        if not self.hub_module:
            with console.download_progress(self.architecture.name, settings.quiet) as downloaded:
                self.network = find_network(self.architecture, settings.model_dir, downloaded)
        self.seconds: Dict[str, float] = {}
        self.computed = 0
        # set by `prepare_photos`: bottlenecks float32 [N, B], classes int [N], one-hot labels float32 [N, C]
        self.features = self.one_hot = np.zeros((0, 0), np.float32)
        self.targets = np.zeros(0, np.int64)
        self.outcome = run_record.TrainingOutcome([], None, 0, [])
        self.tuned: Optional[Tuned] = None

    def mark(self, work: str) -> None:
        """Record the seconds since the last mark under ``work``."""
        now = time.time()
        self.seconds[work] = now - self._marked
        self._marked = now

    # Photos and bottlenecks

    @property
    def photos(self) -> List[Photo]:
        """Path and kind of every photo."""
        return list(zip([photo.path for photo in self.known.lists.photos], self.known.kinds))

    @property
    def labels(self) -> List[str]:
        """The classes' names, in order."""
        return self.known.lists.labels

    @property
    def producer(self) -> str:
        """What computes bottlenecks, as the cache's key has it; a GPU is known when the network is ready to run."""
        return f"{self._producer} {self.resources.gpu}" if self.resources.gpu else self._producer

    def prepare_photos(self, network: TaskNetwork) -> None:
        """Cache the network's bottlenecks of all photos, and write the pictures of photos that were asked for.

        Raises:
            BadInput: photos do not decode, and `--on_bad_image` is not skip; or the network is to be fine-tuned and
                cannot train.
        """
        if self.fine_tuning is not None and self.fine_tuning.layers != 0 and not network.can_train:
            raise refuse_untrainable(self.hub_module)
        self.task_network = network
        self._cache_bottlenecks(network)
        self.mark("bottlenecks")
        settings, lists = self._settings, self.known.lists
        write_projector(os.path.join(self.summaries_dir, "train"), lists, self.features, settings.projector_photos)
        if settings.show_distortions:
            photos, seed = self.photos, settings.training.random_seed

            def pixels(index: int, draw: np.ndarray) -> np.ndarray:
                return network.read_distorted(photos[index], draw) * network.std + network.mean

            write_sheet(settings.show_distortions, lists, self.distortions, network.size, seed, pixels)

    def _cache_bottlenecks(self, network: TaskNetwork) -> None:
        """Read bottlenecks from the cache and compute the missing ones; sets `features`."""
        settings = self._settings
        while True:
            photos = self.photos
            paths = [path for path, _ in photos]
            pixels = f"{network.size} {network.mean!r} {network.std!r} {self.resize}"
            keys = bottleneck_cache.keys_of(self.known.digests, network.identity, pixels, self.producer)
            old = {}
            if not self.hub_module and self.resize == "tf1":  # as in retrain.py
                old = bottleneck_cache.old_bottlenecks(
                    settings.bottleneck_dir,
                    settings.image_dir,
                    paths,
                    settings.architecture,
                    network.width,
                    console.warn,
                )
            try:
                with bottleneck_cache.BottleneckCache(settings.bottleneck_dir) as kept, decoder_words() as words:
                    with console.progress("bottlenecks", len(paths), settings.quiet) as advance:
                        self.features, self.computed = bottleneck_cache.fill(
                            keys,
                            kept,
                            lambda chunks: network.compute_of_photos(
                                [photos[index] for some in chunks for index in some]
                            ),
                            CHUNK,
                            old,
                            advance,
                            lambda index: is_unchanged(photos[index][0], self.known.digests[index]),
                            console.warn,
                        )
                break
            except BadPhoto:
                bad = undecodable(network, photos)
                refuse_or_name(bad, settings.training.on_bad_image, console.warn)
                self.known = skip(self.known, bad)
        if words:
            warn_of_damaged(damaged(photos, lambda photo: undecodable(network, [photo]), len(words)), console.warn)
        self.targets = np.array([photo.label for photo in self.known.lists.photos])
        self.one_hot = np.eye(len(self.labels), dtype=np.float32)[self.targets]
        self.say(
            f"{len(self.known.lists.photos)} photos ({formats_used(self.known)}) of {len(self.labels)} classes; "
            f"{self.computed} bottlenecks computed, {len(self.features) - self.computed} found"
        )

    # Training

    def schedule(self) -> Schedule:
        """Initial weights and every batch, drawn from `--random_seed`."""
        return schedule_of(self._settings.training, self.known.lists, self.features.shape[1])

    def batch(self, indices: np.ndarray) -> Batch:
        """The bottlenecks and one-hot labels of photos, int [n]."""
        return self.features[indices], self.one_hot[indices]

    def is_distorted(self) -> bool:
        """Whether photos are distorted, so that bottlenecks are recomputed at every step."""
        return self.distortions != NONE

    def draws(self, schedule: Schedule) -> np.ndarray:
        """float64 [steps, batch, 5]: the distortion of every photo of every batch."""
        (steps, batch), size = schedule.train.shape, self.task_network.size
        return draw_distortions(self.distortions, steps, batch, size, self._settings.training.random_seed)

    def progress(self, work: str, steps: int) -> ContextManager[Callable[[int], None]]:
        """Show a progress bar; yields a function to call with the number of steps just done."""
        return console.progress(work, steps, self._settings.quiet)

    def note(self, step: int, loss: float, accuracy: float, validation: Optional[float], count: int) -> None:
        """Record an evaluation: cross entropy and accuracy of the step's batch, and accuracy on validation photos."""
        point = run_record.CurvePoint(step, loss, accuracy, validation)
        self.outcome.curve.append(point)
        if self._settings.verbose:
            self.say(run_record.point_line(point, count))

    @property
    def store_every(self) -> int:
        """Steps between intermediate networks; 0 for none."""
        return max(self._settings.intermediate_store_frequency, 0)

    def stored_at(self, step: int) -> str:
        """Path of the intermediate network after this step, without extension; empty if none is stored."""
        if not self.store_every or not step or step % self.store_every:
            return ""
        return os.path.join(self._settings.intermediate_output_graphs_dir, f"intermediate_{step}")

    def note_test(self, schedule: Schedule, accuracy: float, predicted: np.ndarray) -> None:
        """Record and report the accuracy on the test photos; ``predicted`` int [n] are the predicted classes."""
        self.outcome = self.outcome._replace(
            test_accuracy=accuracy,
            test_photos=len(schedule.test),
            misclassified=run_record.misclassified(self.known.lists, schedule.test, predicted),
        )
        run_record.say_outcome(self.outcome, self._settings.print_misclassified_test_images, self.say)

    # Fine-tuning

    def fine_tuning_plan(self) -> FineTuningPlan:
        """The fine-tuning's batches and distortions."""
        assert self.fine_tuning is not None
        return plan_of(self.fine_tuning, self._settings.training, self.known.lists, self.task_network.size)

    # Outputs

    def event_folder(self, part: str) -> str:
        """The folder for the event files of `train`, `validation` or `fine_tuning`; deletes those of an earlier run.

        retrain.py deleted the whole folder.
        """
        folder = os.path.join(self.summaries_dir, part)
        for path in glob.glob(os.path.join(glob.escape(folder), "events.out.tfevents.*")):
            os.remove(path)
        return folder

    def write_labels(self) -> None:
        """One label per line, in the order of the classes."""
        write_text(self._settings.output_labels, "\n".join(self.labels) + "\n")


def is_unchanged(path: str, digest: str) -> bool:
    """Whether a file still has the bytes of its hex SHA-256."""
    try:
        return bottleneck_cache.sha256_of_file(path) == digest
    except OSError:
        return False


def refuse_untrainable(handle: str) -> BadInput:
    """The error for fine-tuning a Hub module without trainable weights."""
    return BadInput(
        f"--fine_tune: the module {handle} has no trainable weights (modules in TF1's format have none); "
        "--fine_tune_layers 0 trains only the final layer"
    )
