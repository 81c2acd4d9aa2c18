"""The new final layer: a Keras model of one Dense layer, trained on its own and put behind the network at export."""

from typing import Any

import numpy as np

from modern.tensorflow_v2 import KERAS_3
from modern.tensorflow_v2 import keras

LAYER = "final_training_ops"  # the name scope that legacy's nodes have


def build_head(weights: np.ndarray, biases: np.ndarray) -> Any:
    """A model float32 [N, B] -> logits float32 [N, C].

    study: no placeholder and no name to find it by later: the layer is an object, its input is its argument.
    It gives logits; the softmax belongs to the loss in training and to the exported model in use.

    Args:
        weights: float32 [B, C], the initial weights.
        biases: float32 [C].
    """
    width, classes = weights.shape
    inputs = keras.Input([width], name="bottleneck")
    head = keras.Model(inputs, keras.layers.Dense(classes, name=LAYER)(inputs), name="head")
    head.set_weights([weights, biases])
    return head


def compile_head(head: Any, learning_rate: float, steps_per_execution: int, metrics: Any) -> None:
    """Give the model its loss, plain gradient descent and metrics."""
    options = {"jit_compile": False} if KERAS_3 else {}  # Keras 3 would compile with XLA: slower to start, other sums
    head.compile(
        optimizer=keras.optimizers.SGD(learning_rate),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=metrics,
        steps_per_execution=steps_per_execution,
        **options
    )
