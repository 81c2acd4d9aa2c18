"""Serves the judge: keeps the network and the final layer loaded, and runs the part that each call asks for."""

import os
from typing import Any, Callable, Dict, List, Tuple

import numpy as np

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
from poets.migrate.tensorflow_library.keras_device import choose_device
from poets.migrate.tensorflow_library.keras_in_parts import train_in_parts
from poets.migrate.tensorflow_library.keras_outputs import output_paths
from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version2 import KERAS_VERSION, tf
from poets.modern import backbone, bottlenecks, images
from poets.modern.export import export, metadata_of
from poets.modern.fine_tune import answers, fine_tune, thaw
from poets.modern.head import build_head
from poets.modern.label_image import ModelClassifier
from poets.modern.mnist import train_network
from poets.modern.train import cached_batches, train


class ModernWorker(calls.Worker):
    """Answers the judge's calls with the modern twin.

    study: to run one stage alone, call its function.
    """

    twin = "modern"

    def versions(self) -> Dict[str, Any]:
        return {"tensorflow": tf.__version__, "keras": KERAS_VERSION}

    def open_network(
        self, architecture: str, model_dir: str, resize: str = "tf1", tfhub_module: str = "", **options: Any
    ) -> Tuple[int, int]:
        calls.refuse_options(self.twin, options)
        choose_device(self.resources)
        found = find_architecture("inception_v3" if tfhub_module else architecture)
        network = "" if tfhub_module else find_network(found, model_dir)
        self.opened = (network, found, tfhub_module)
        self.pretrained = backbone.load(*self.opened)
        self.method = resize
        self.head: Any = None
        size = self.pretrained.input_size
        return self.pretrained.layer.compute_output_shape((None, size, size, 3))[1], size

    def decode(self, index: int) -> np.ndarray:
        return images.decode(tf.io.read_file(os.fsencode(self.path(index)))).numpy()

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        return images.resize(pixels, [self.pretrained.input_size] * 2, self.method).numpy()

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        layer = self.pretrained.layer
        return np.asarray(images.normalize(pixels, layer.input_mean, layer.input_std))

    def distorted(self, index: int, draw: np.ndarray) -> np.ndarray:
        return bottlenecks.read_distorted(
            os.fsencode(self.path(index)), draw.astype(np.float32), self.pretrained, self.method
        ).numpy()

    def bottleneck(self, pixels: np.ndarray) -> np.ndarray:
        return bottlenecks.compute(self.pretrained, pixels, self.resources)

    def logits(self, features: np.ndarray) -> np.ndarray:
        return self.resources.map("evaluation", features, lambda some: self.head(some).numpy())

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        return tf.nn.softmax(logits).numpy()

    def compute_features(self, indices: List[int]) -> np.ndarray:
        paths = [self.path(index) for index in indices]
        return np.concatenate(list(bottlenecks.compute_of_photos(self.pretrained, paths, self.method, self.resources)))

    def take_head(self, weights: np.ndarray, biases: np.ndarray) -> None:
        if self.head is None or self.head.get_weights()[0].shape != weights.shape:
            self.head = build_head(weights, biases)
            # without AutoGraph, which would also rewrite the code that reads the network: 0.5 s instead of 3
            signature = [tf.TensorSpec([], tf.string)]
            self.label = tf.function(self._label, signature, autograph=False)
        # study: `set_weights` takes arrays. TF1 has to feed the initializer, or to add an op that assigns.
        self.head.set_weights([weights, biases])

    def train_head(
        self, features: np.ndarray, targets: np.ndarray, schedule: Schedule, on_step: Callable[[int], None]
    ) -> Trained:
        self.take_head(schedule.weights, schedule.biases)
        batches = cached_batches(features, targets, schedule.weights.shape[1], schedule.train)
        return train_in_parts(train, self.head, batches, schedule, self.resources, on_step)

    def fine_tune_copy(
        self, plan: FineTuningPlan, weights: np.ndarray, biases: np.ndarray, indices: List[int]
    ) -> Tuple[Tuple[int, int], Dict[str, np.ndarray]]:
        pretrained, head = backbone.load(*self.opened), build_head(weights, biases)
        thawed = thaw(pretrained, self.opened[0], self.opened[1], plan.settings)
        paths = [photo.path for photo in self.survey.lists.photos]
        losses = fine_tune(pretrained, head, thawed, paths, np.array(self.targets()), plan, self.method, self.resources)
        rows = answers(pretrained, head, [paths[index] for index in indices], self.method, self.resources)
        final = dict(zip(("weights", "biases"), head.get_weights()))
        network = {"network/" + name: np.array(variable.numpy()) for name, variable in thawed.weights.items()}
        return thawed.layers, dict(network, losses=losses, probabilities=rows, **final)

    def _label(self, path: Tensor) -> Tensor:
        pixels = bottlenecks.read_pixels(path, self.pretrained, self.method)
        network = self.pretrained.frozen or self.pretrained.layer  # the same network as in the exported model
        return tf.nn.softmax(self.head(network(pixels[tf.newaxis])))[0]

    def train_mnist(self, settings: Dict[str, Any], device: str = "auto", **arrays: np.ndarray) -> Answer:
        self.resources = Resources(device)
        return train_mnist(train_network, settings, self.resources, arrays)

    def export(self, output_graph: str, labels: List[str]) -> Dict[str, str]:
        metadata = metadata_of(self.pretrained, labels, "final_result", self.method)
        export(self.pretrained, self.head, metadata, output_graph)
        paths = output_paths(output_graph)
        return dict({"graph": paths.saved_model}, **({"keras": paths.keras} if paths.keras else {}))

    def open_exported(self, path: str) -> ModelClassifier:
        return ModelClassifier(ModelOptions(path, resize=self.method))

    def label_one(self, index: int) -> np.ndarray:
        return self.label(os.fsencode(self.path(index))).numpy()


make = ModernWorker  # `python -m poets.modern worker` serves this class
