"""Label photos with a SavedModel or a `.keras` file: ``python -m poets.modern label_image --graph MODEL --image X``."""

import os
from typing import List, Optional

import numpy as np

from poets.migrate.label import command
from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.labelling.labels import ModelOptions, refused_pixels
from poets.migrate.task.photos.preprocessing import for_tensors, with_given
from poets.migrate.task.photos.survey import undecodable_photo
from poets.migrate.tensorflow_library.opened_models import load_model
from poets.migrate.tensorflow_library.pictures.pixels import in_channels, resized
from poets.migrate.tensorflow_library.version2 import grow_memory, tf
from poets.modern import images


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    return command.main("modern", ModelClassifier, argv)


class ModelClassifier(Classifier):
    """A SavedModel or `.keras` file behind `Classifier`.

    Args:
        options: `graph`, `resize` and the preprocessing.

    Raises:
        BadInput: the file is neither of the two, or the SavedModel does not take images.
        BrokenEnvironment: a `.keras` file under Keras 2.
    """

    def __init__(self, options: ModelOptions) -> None:
        grow_memory()
        self.model = load_model(options.graph, options.allow_ops)
        super().__init__(options.graph, with_given(self.model.preprocessing, options), self.model.labels)

    def decode(self, path: str, kind: str) -> np.ndarray:
        try:
            return images.decode(tf.io.read_file(os.fsencode(path))).numpy()
        except tf.errors.InvalidArgumentError as error:
            raise undecodable_photo(path, error.message)

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        return resized(images, tf.constant(pixels), self.given.sides, self.given.resize).numpy()

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        ordered = in_channels(tf.constant(pixels), self.given.channels)
        return images.normalize(ordered, for_tensors(self.given.mean), for_tensors(self.given.std)).numpy()

    def run(self, batch: np.ndarray) -> np.ndarray:
        try:
            return np.asarray(self.model.run(tf.constant(batch)))
        except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
            raise refused_pixels(self.path, self.given, error)
