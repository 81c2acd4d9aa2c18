"""Label photos with a frozen graph: ``python -m poets.legacy label_image --graph GRAPH --image PHOTO``."""

from typing import List, Optional

import numpy as np

from poets.legacy import images
from poets.migrate import console
from poets.migrate.gate.graph_ops import refuse_outside_ops
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.rewrites.ends import from_pixels_to_probabilities
from poets.migrate.graphs.rewrites.rules import any_batch, takes_batches
from poets.migrate.graphs.roles import find_roles
from poets.migrate.label.command import label
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import label_parser
from poets.migrate.task.labelling import labels
from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.photos.preprocessing import for_tensors, with_given
from poets.migrate.task.photos.survey import undecodable_photo
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.pictures.pixels import in_channels, resized
from poets.migrate.tensorflow_library.session_resources import open_session
from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version1 import tf


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    flags = label_parser("legacy").parse_args(argv)
    return console.run_command(lambda: label(flags, GraphClassifier))


class GraphClassifier(Classifier):
    """A frozen graph behind `Classifier`, in a Session that stays open.

    study: all ops are added to the graph once, before the first photo. label_image.py added decoding ops for every
    photo, so each photo of a folder took longer than the one before.

    Args:
        options: `graph`, `input_layer`, `output_layer` and the preprocessing.

    Raises:
        BadInput: not a frozen graph, it could act outside itself, or its input or output cannot be determined.
    """

    def __init__(self, options: labels.ModelOptions) -> None:
        self.path = options.graph
        graph_def = read_graph(options.graph, tf.GraphDef())
        refuse_outside_ops(graph_def, options.allow_ops, options.graph)
        sides = (options.input_height, options.input_width)
        roles = find_roles(graph_def, options.input_layer, options.output_layer, sides)
        self.given = with_given(roles.preprocessing, options)
        self.classes = roles.classes
        self.nodes = {"input_layer": roles.input_layer, "output_layer": roles.output_layer}
        graph_def = from_pixels_to_probabilities(graph_def, roles._replace(preprocessing=self.given))
        self.batches = takes_batches(graph_def, roles.input_layer, roles.answer_layer)
        if self.batches:
            graph_def = any_batch(graph_def, roles.input_layer)
        with tf.Graph().as_default() as graph:
            ends = [roles.input_layer + ":0", roles.answer_layer + ":0"]
            try:
                self.entry, self.output = tf.import_graph_def(graph_def, return_elements=ends)
            except (ValueError, tf.errors.OpError) as error:
                reason = str(error).split("\n")[0][:200]
                raise BadInput(f"--graph: TensorFlow {tf.__version__} cannot read {options.graph}: {reason}")
            self.encoded = tf.placeholder(tf.string, [])
            self.stages = {kind: self._add_stages(kind) for kind in images.KINDS}
            self.session = open_session(Resources(), graph)

    def _add_stages(self, kind: str) -> images.Stages:
        given = self.given
        decoded = images.decode(self.encoded, kind)
        pixels = resized(images, decoded, [given.height, given.width], given.resize)
        ordered = in_channels(pixels, given.channels)
        return images.Stages(
            decoded, pixels, images.normalize(ordered, for_tensors(given.mean), for_tensors(given.std))
        )

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
            raise labels.refused_pixels(self.path, self.given, error)
        return np.concatenate([np.reshape(row, (-1, row.shape[-1])) for row in rows])

    def _of_file(self, path: str, tensor: Tensor) -> np.ndarray:
        with open(path, "rb") as file:
            encoded = file.read()
        try:
            return self.session.run(tensor, {self.encoded: encoded})
        except tf.errors.InvalidArgumentError as error:
            raise undecodable_photo(path, error.message)
