"""TensorFlow 2 and the Keras that comes with it: `tf` and `keras`."""

from poets.migrate.task.quiet_import import quiet_import

with quiet_import():
    import tensorflow as tf

    # study: one name, two libraries: variables, symbolic tensors and files of Keras 3 differ from those of Keras 2.
    keras = tf.keras  # Keras 2 up to TensorFlow 2.15, Keras 3 from 2.16 on

tf.get_logger().setLevel("ERROR")
KERAS_VERSION = keras.__version__
KERAS_3 = int(KERAS_VERSION.split(".")[0]) >= 3
# For `compile`: Keras 3 uses XLA where it can, which is slower to start and sums in another order.
NO_XLA = {"jit_compile": False} if KERAS_3 else {}


def grow_memory() -> None:
    """Let TensorFlow take GPU memory as it needs it, not all at once; a Jetson shares it with the CPU."""
    # study: TF1's `allow_growth` is an option per Session; this is an option per GPU, set before its first use.
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


__all__ = ["KERAS_3", "KERAS_VERSION", "NO_XLA", "grow_memory", "keras", "tf"]
