"""Where everything runs, CPU or GPU, and how much of a GPU's memory it may take."""

import os
from typing import Any

from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.resources import Resources, no_gpu
from poets.migrate.tensorflow_library.version2 import KERAS_3, grow_memory, tf


def choose_device(resources: Resources) -> None:
    """Tell TensorFlow on what it may compute.

    study: TF1 gave each Session a `ConfigProto`. TF2 is told once for the whole process, before the first op.

    Raises:
        BrokenEnvironment: a GPU was asked for, and there is none; or TensorFlow has used the GPU otherwise already.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if resources.device == "gpu" and not gpus:
        raise no_gpu(tf.__version__)
    try:
        tf.config.set_visible_devices([] if resources.device == "cpu" else gpus, "GPU")
        if resources.gpu_memory_mb is None:
            grow_memory()
            return
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # set_memory_growth refuses GPUs with a limit
        for gpu in gpus:
            limit = tf.config.LogicalDeviceConfiguration(memory_limit=resources.gpu_memory_mb)
            tf.config.set_logical_device_configuration(gpu, [limit])
    except (RuntimeError, ValueError) as error:
        raise BrokenEnvironment(
            "--device, --gpu_memory_mb: this process has used its GPU otherwise already (%s)"
            % (str(error).split("\n")[0])
        )


def device_of(model: Any) -> str:
    """Where a model's first weight lies, and with it the op that trains it.

    study: TF1 placed every op and told where only when asked. TF2 computes a variable's update where it lies.
    """
    variable = model.trainable_variables[0]
    return (variable.value if KERAS_3 else variable).device
