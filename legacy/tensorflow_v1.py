"""TensorFlow's version 1 interface, under the name that TF1 code calls it by: ``from legacy.tensorflow_v1 import tf``."""

from migrate.task.hush import hushed_import

with hushed_import():
    import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.ERROR)

__all__ = ["tf"]
