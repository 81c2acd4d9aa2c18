"""The new final layer: a placeholder for its input, weights and biases, a softmax, a loss and a training op."""

from typing import List, NamedTuple

import numpy as np

from poets.legacy.summaries import variable_summaries
from poets.migrate.tensorflow_library.types import Operation, Tensor, Variable
from poets.migrate.tensorflow_library.version1 import tf


class Head(NamedTuple):
    bottleneck_input: Tensor
    """float32 placeholder [N, B]."""
    ground_truth_input: Tensor
    """float32 placeholder [N, C], one-hot."""
    weights: Variable
    """float32 variable [B, C]."""
    biases: Variable
    """float32 variable [C]."""
    logits: Tensor
    """float32 tensor [N, C]."""
    probabilities: Tensor
    """float32 tensor [N, C]."""
    cross_entropy: Tensor
    """float32 tensor []."""
    gradients: List[Tensor]
    """float32 tensors: the gradients of weights and biases."""
    train_step: Operation
    """op."""


def add_head(
    bottleneck: Tensor, weights: np.ndarray, biases: np.ndarray, learning_rate: float, final_name: str
) -> Head:
    """Add the final layer after ``bottleneck``, under retrain.py's node names.

    study: a placeholder *with default* lets training feed cached bottlenecks, while the finished graph computes them
    from images. In Keras the layer is a separate model, which is appended to the network at export.

    Args:
        bottleneck: float32 tensor [N, B], the network's output.
        weights: float32 [B, C], the initial weights.
        biases: float32 [C].
        learning_rate: float.
        final_name: str, the name of the softmax node.
    """
    width, classes = weights.shape
    with tf.name_scope("input"):
        bottleneck_input = tf.placeholder_with_default(bottleneck, [None, width], name="BottleneckInputPlaceholder")
        ground_truth_input = tf.placeholder(tf.float32, [None, classes], name="GroundTruthInput")
    with tf.name_scope("final_training_ops"):
        # study: a TF1 variable is a mutable buffer in the graph (a "reference variable"); a TF2 variable is an object.
        with tf.name_scope("weights"):
            layer_weights = tf.Variable(weights, name="final_weights", use_resource=False)
            variable_summaries(layer_weights)
        with tf.name_scope("biases"):
            layer_biases = tf.Variable(biases, name="final_biases", use_resource=False)
            variable_summaries(layer_biases)
        with tf.name_scope("Wx_plus_b"):
            logits = tf.matmul(bottleneck_input, layer_weights) + layer_biases
            tf.summary.histogram("pre_activations", logits)
    probabilities = tf.nn.softmax(logits, name=final_name)
    tf.summary.histogram("activations", probabilities)
    with tf.name_scope("cross_entropy"):
        cross_entropy = tf.nn.softmax_cross_entropy_with_logits_v2(labels=ground_truth_input, logits=logits)
        with tf.name_scope("total"):
            cross_entropy = tf.reduce_mean(cross_entropy)
    tf.summary.scalar("cross_entropy", cross_entropy)
    with tf.name_scope("train"):
        optimizer = tf.train.GradientDescentOptimizer(learning_rate)
        # GATE_GRAPH computes all gradients before it applies one: a step that runs out of memory changes nothing.
        gradients = optimizer.compute_gradients(
            cross_entropy, [layer_weights, layer_biases], gate_gradients=optimizer.GATE_GRAPH
        )
        train_step = optimizer.apply_gradients(gradients)
    return Head(
        bottleneck_input,
        ground_truth_input,
        layer_weights,
        layer_biases,
        logits,
        probabilities,
        cross_entropy,
        [gradient for gradient, _ in gradients],
        train_step,
    )
