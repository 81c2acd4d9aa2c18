"""Load the pretrained network: import a frozen GraphDef into the graph that all other ops are added to."""

from typing import NamedTuple, Sequence

from poets.migrate.retraining.frozen_network import read_network
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.photos.bottleneck_cache import sha256_of_file
from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version1 import tf


class Backbone(NamedTuple):
    images: Tensor
    """float32 [N, S, S, 3], normalised."""
    bottleneck: Tensor
    """float32 [N, B]."""
    identity: str
    """SHA-256 of the network's file."""
    batches: bool
    """False if the graph accepts only one image at a time."""


def load_network(path: str, architecture: Architecture, allow_ops: Sequence[str] = ()) -> Backbone:
    """Import the frozen network at ``path`` into the current default graph, under its own node names.

    Raises:
        BadInput: the file is not a frozen graph, not of this architecture, or could act outside itself by ops that are
            not in ``allow_ops``.
    """
    graph_def, batches = read_network(path, tf.GraphDef(), architecture, allow_ops)
    # study: imported ops are found by name in the one default graph. TF2 wraps an imported graph in a function.
    images, bottleneck = tf.import_graph_def(
        graph_def, name="", return_elements=[architecture.input_tensor, architecture.bottleneck_tensor]
    )
    return Backbone(images, bottleneck, sha256_of_file(path), batches)
