"""Label photos with a frozen graph: ``python -m poets.legacy label_image --graph GRAPH --image PHOTO``."""

from pathlib import Path
from typing import List, Optional

import numpy as np

from poets.legacy import images
from poets.migrate.label import command
from poets.migrate.label.frozen_graph import labelling_graph, unreadable_graph
from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.labelling.labels import ModelOptions, refused_pixels
from poets.migrate.task.photos.preprocessing import for_tensors
from poets.migrate.task.photos.survey import undecodable_photo
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.pictures.pixels import in_channels, resized
from poets.migrate.tensorflow_library.session_resources import open_session
from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version1 import tf


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    return command.main("legacy", GraphClassifier, argv)


class GraphClassifier(Classifier):
    """A frozen graph behind `Classifier`, in a Session that stays open.

    study: all ops are added to the graph once, before the first photo. label_image.py added decoding ops for every
    photo, so each photo of a folder took longer than the one before.

    Args:
        options: `graph`, `input_layer`, `output_layer` and the preprocessing.

    Raises:
        BadInput: not a frozen graph, it could act outside itself, or its input or output cannot be determined.
    """

    def __init__(self, options: ModelOptions) -> None:
        frozen = labelling_graph(tf.GraphDef(), options)
        super().__init__(options.graph, frozen.given, classes=frozen.classes, nodes=frozen.nodes)
        self.batches = frozen.batches
        with tf.Graph().as_default() as graph:
            try:
                self.entry, self.output = tf.import_graph_def(frozen.graph_def, return_elements=frozen.ends)
            except (ValueError, tf.errors.OpError) as error:
                raise unreadable_graph(options.graph, tf.__version__, error)
            self.encoded = tf.placeholder(tf.string, [])
            self.stages = {kind: self._add_stages(kind) for kind in images.KINDS}
            self.session = open_session(Resources(), graph)

    def _add_stages(self, kind: str) -> images.Stages:
        given, decoded = self.given, images.decode(self.encoded, kind)
        pixels = resized(images, decoded, given.sides, given.resize)
        ordered = in_channels(pixels, given.channels)
        normalized = images.normalize(ordered, for_tensors(given.mean), for_tensors(given.std))
        return images.Stages(decoded, pixels, normalized)

    def decode(self, path: str, kind: str) -> np.ndarray:
        return self._of_file(path, self.stages[kind].decode)

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        stages = self.stages["jpeg"]
        return self.session.run(stages.resize, {stages.decode: pixels})

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        stages = self.stages["jpeg"]
        return self.session.run(stages.normalize, {stages.resize: pixels})

    def pixels(self, path: str, kind: str) -> np.ndarray:
        return self._of_file(path, self.stages[kind].normalize)

    def run(self, batch: np.ndarray) -> np.ndarray:
        groups = [batch] if self.batches else [one[np.newaxis] for one in batch]
        try:
            rows = [self.session.run(self.output, {self.entry: group}) for group in groups]
        except (ValueError, tf.errors.InvalidArgumentError) as error:
            raise refused_pixels(self.path, self.given, error)
        return np.concatenate([np.reshape(row, (-1, row.shape[-1])) for row in rows])

    def _of_file(self, path: str, tensor: Tensor) -> np.ndarray:
        encoded = Path(path).read_bytes()
        try:
            return self.session.run(tensor, {self.encoded: encoded})
        except tf.errors.InvalidArgumentError as error:
            raise undecodable_photo(path, error.message)
