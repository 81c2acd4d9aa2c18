"""The new final layer: a Keras model of one Dense layer, trained alone and appended to the network at export."""

import numpy as np

from poets.migrate.tensorflow_library.types import Model
from poets.migrate.tensorflow_library.version2 import keras

LAYER = "final_training_ops"  # the name scope of legacy's nodes


def build_head(weights: np.ndarray, biases: np.ndarray) -> Model:
    """The final layer with its initial weights: bottlenecks float32 [N, B] -> logits float32 [N, C].

    study: no placeholder, and no name to look up later: the layer is an object, and its input is its argument.
    It returns logits; in training the loss applies the softmax, and in use the exported model does.

    Args:
        weights: float32 [B, C].
        biases: float32 [C].
    """
    width, classes = weights.shape
    head = keras.Sequential([keras.Input([width], name="bottleneck"), keras.layers.Dense(classes, name=LAYER)])
    head.set_weights([weights, biases])
    return head
