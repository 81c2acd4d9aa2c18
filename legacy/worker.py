"""Serves the judge: keeps one graph and one Session open, and runs the part that each call asks for."""

from typing import Any, Callable, Dict, List, Tuple

import numpy as np

from poets.legacy import backbone, bottlenecks
from poets.legacy.export import export
from poets.legacy.fine_tune import answers, fine_tune, thaw
from poets.legacy.head import Head, add_head
from poets.legacy.label_image import GraphClassifier
from poets.legacy.mnist import train_network
from poets.legacy.train import cached_batches, train
from poets.migrate.lab.worker_call import train_mnist
from poets.migrate.task.labelling.labels import ModelOptions
from poets.migrate.task.networks.architectures import find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.resources import Resources
from poets.migrate.task.training.fine_tuning import FineTuningPlan
from poets.migrate.task.training.schedule import Schedule
from poets.migrate.task.training.trained import Trained
from poets.migrate.task.worker import calls
from poets.migrate.task.worker.protocol import Answer
from poets.migrate.tensorflow_library.session_resources import open_session, step_in_parts
from poets.migrate.tensorflow_library.version1 import tf


class LegacyWorker(calls.Worker):
    """Answers the judge's calls with the legacy twin.

    study: to run one stage alone, feed the Session at any tensor and fetch any other.
    """

    twin = "legacy"

    def versions(self) -> Dict[str, Any]:
        return {"tensorflow": tf.__version__, "keras": None}

    def open_network(self, architecture: str, model_dir: str, **options: Any) -> Tuple[int, int]:
        calls.refuse_options(self.twin, options)
        found = find_architecture(architecture)
        self.graph = tf.Graph()
        self.head_shape: Any = None  # no final layer yet
        with self.graph.as_default():
            self.architecture, self.network = found, find_network(found, model_dir)
            self.pretrained = backbone.load_network(self.network, found)
            self.preprocessing = bottlenecks.add_preprocessing(found, found.input_size)
            self.session = open_session(self.resources)
        return int(self.pretrained.bottleneck.shape[-1]), found.input_size

    def photo(self, index: int) -> Tuple[str, str]:
        """Path and file format of a photo."""
        return self.path(index), self.survey.kinds[index]

    def decode(self, index: int) -> np.ndarray:
        with open(self.path(index), "rb") as file:
            encoded = file.read()
        stages = self.preprocessing.stages[self.survey.kinds[index]]
        return self.session.run(stages.decode, {self.preprocessing.encoded: encoded})

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        stages = self.preprocessing.stages["jpeg"]
        return self.session.run(stages.resize, {stages.decode: pixels})

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        stages = self.preprocessing.stages["jpeg"]
        return self.session.run(stages.normalize, {stages.resize: pixels})

    def distorted(self, index: int, draw: np.ndarray) -> np.ndarray:
        return bottlenecks.read_distorted(self.session, self.preprocessing, self.photo(index), draw)

    def bottleneck(self, pixels: np.ndarray) -> np.ndarray:
        return bottlenecks.compute(self.session, self.pretrained, pixels, self.resources)

    def logits(self, features: np.ndarray) -> np.ndarray:
        return self.resources.map(
            "evaluation", features, lambda some: self.session.run(self.head.logits, {self.head.bottleneck_input: some})
        )

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        return self.session.run(self.head.probabilities, {self.head.logits: logits})

    def compute_features(self, indices: List[int]) -> np.ndarray:
        photos = [self.photo(index) for index in indices]
        rows = bottlenecks.compute_of_photos(self.session, self.pretrained, self.preprocessing, photos, self.resources)
        return np.concatenate(list(rows))

    def take_head(self, weights: np.ndarray, biases: np.ndarray, learning_rate: float = 0.01) -> None:
        """Load the final layer's weights, float32 [B, C], and biases, float32 [C].

        Its ops are added only once, as ops cannot be removed from a TF1 graph.
        """
        shape = (weights.shape, learning_rate)
        if self.head_shape != shape:
            with self.graph.as_default():
                self.head: Head = add_head(self.pretrained.bottleneck, weights, biases, learning_rate, "final_result")
            self.head_shape = shape
        for variable, value in ((self.head.weights, weights), (self.head.biases, biases)):
            # Feeding the initializer's second input sets any value without adding an op.
            self.session.run(variable.initializer, {variable.initializer.inputs[1]: value})

    def train_head(
        self, features: np.ndarray, targets: np.ndarray, schedule: Schedule, on_step: Callable[[int], None]
    ) -> Trained:
        self.take_head(schedule.weights, schedule.biases, schedule.learning_rate)
        batches = cached_batches(features, targets, schedule.weights.shape[1], schedule.train)
        return train(self.session, self.head, batches, len(schedule.train), on_step, step_in_parts(self.resources))

    def fine_tune_copy(
        self, plan: FineTuningPlan, weights: np.ndarray, biases: np.ndarray, indices: List[int]
    ) -> Tuple[Tuple[int, int], Dict[str, np.ndarray]]:
        photos = list(zip([photo.path for photo in self.survey.lists.photos], self.survey.kinds))
        with tf.Graph().as_default():
            thawed = thaw(self.network, self.architecture, plan.settings, weights, biases, "final_result")
            preprocessing = bottlenecks.add_preprocessing(self.architecture, self.architecture.input_size)
            with open_session(self.resources) as session:
                session.run(tf.global_variables_initializer())
                losses = fine_tune(
                    session, thawed, preprocessing, photos, np.array(self.targets()), plan, self.resources
                )
                rows = answers(session, thawed, preprocessing, [photos[index] for index in indices], self.resources)
                final = session.run({"weights": thawed.head.weights, "biases": thawed.head.biases})
                network = session.run(thawed.variables)
        return thawed.layers, dict(
            {"network/" + name: value for name, value in network.items()}, losses=losses, probabilities=rows, **final
        )

    def train_mnist(self, settings: Dict[str, Any], device: str = "auto", **arrays: np.ndarray) -> Answer:
        self.resources = Resources(device)
        return train_mnist(train_network, settings, self.resources, arrays)

    def export(self, output_graph: str, labels: List[str]) -> Dict[str, str]:
        with self.graph.as_default():
            export(self.session, self.head.probabilities.op.name, output_graph)
        return {"graph": output_graph}

    def open_exported(self, path: str) -> GraphClassifier:
        return GraphClassifier(ModelOptions(path))

    def label_one(self, index: int) -> np.ndarray:
        pixels = bottlenecks.read_pixels(self.session, self.preprocessing, self.photo(index))
        return self.session.run(self.head.probabilities, {self.pretrained.images: pixels[np.newaxis]})[0]


make = LegacyWorker  # `python -m poets.legacy worker` serves this class
