"""Load the pretrained network as a Keras layer, from a Hub module or from a frozen graph."""

from typing import Callable, NamedTuple, Optional, Sequence

from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.photos.bottleneck_cache import sha256_of_file
from poets.migrate.tensorflow_library.hub_layer import HubLayer, identity_of
from poets.migrate.tensorflow_library.network_module import frozen_network, kept_module
from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version2 import tf


class Backbone(NamedTuple):
    layer: HubLayer
    """float32 [N, S, S, 3], normalised by its `input_mean` and `input_std` -> float32 [N, B]."""
    input_size: int
    """S, pixels per side."""
    identity: str
    """The key of cached bottlenecks: the network's SHA-256, or the Hub module's address."""
    frozen: Optional[Callable[[Tensor], Tensor]]
    """For export: the same function with constant weights, or None."""
    features: Callable[[Tensor], Tensor]
    """The fastest function while nothing is trained: compiled, with constants, which TensorFlow can fold."""


def load_network(path: str, architecture: Architecture, allow_ops: Sequence[str] = ()) -> Backbone:
    """The frozen network at ``path`` as a layer, with the same weights as in the legacy twin.

    study: the graph becomes a module, an object that can be called, trained and saved. TF1 imports its nodes into the
    default graph.

    Raises:
        BadInput: no frozen graph, not of this architecture, or with ops that are neither safe nor in ``allow_ops``.
    """
    sha256, size = sha256_of_file(path), architecture.input_size
    module = kept_module(path, architecture, sha256, allow_ops)
    layer = HubLayer(module, input_mean=architecture.input_mean, input_std=architecture.input_std, allow_ops=allow_ops)
    frozen = frozen_network(path, architecture)
    pixels = tf.TensorSpec([None, size, size, 3], tf.float32)
    return Backbone(layer, size, sha256, frozen, tf.function(frozen, [pixels], autograph=False))


def load_hub(handle: str, allow_ops: Sequence[str] = ()) -> Backbone:
    """A TensorFlow Hub feature vector as a layer. It takes pixels in 0..1, TensorFlow Hub's image convention."""
    # study: TF1's `hub.Module` added ops and variables to the graph; a TF2 module is an object that is called.
    layer = HubLayer(handle, allow_ops=allow_ops)
    return Backbone(layer, layer.input_size, identity_of(handle), None, layer)


def load(path: str, architecture: Architecture, handle: str, allow_ops: Sequence[str] = ()) -> Backbone:
    """Load the Hub module ``handle``, or the architecture's own network at ``path`` if ``handle`` is empty."""
    return load_hub(handle, allow_ops) if handle else load_network(path, architecture, allow_ops)
