"""The new final layer: a Keras model of one Dense layer, trained alone and appended to the network at export."""

import numpy as np

from poets.migrate.tensorflow_library.types import Model
from poets.migrate.tensorflow_library.version2 import NO_XLA, keras

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


def compile_head(head: Model, learning_rate: float, steps_per_execution: int, metrics: list) -> None:
    """Set the model's loss and plain gradient descent.

    study: TF1 added the loss, the gradients and the training step to the graph, op by op. Here `compile` is told which
    loss and optimizer to use, and `fit` builds the graph.
    """
    head.compile(
        optimizer=keras.optimizers.SGD(learning_rate),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=metrics,
        steps_per_execution=steps_per_execution,
        **NO_XLA,
    )
