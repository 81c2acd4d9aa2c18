"""Names for TensorFlow's objects in annotations, as it has no types that a checker can read in all versions."""

from typing import Any

Tensor = Any  # symbolic in a graph, or with a value
Operation = Any
Variable = Any  # TF1's reference variable, TF2's resource variable, or Keras's
Session = Any  # tf.compat.v1.Session
Graph = Any
GraphDef = Any  # the protobuf message
Dataset = Any  # tf.data.Dataset
Layer = Any  # keras.layers.Layer
Model = Any  # keras.Model
Optimizer = Any  # keras.optimizers.Optimizer, or tf.compat.v1.train.Optimizer
Writer = Any  # writes TensorBoard's event files
