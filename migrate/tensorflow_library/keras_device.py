"""Choose CPU or GPU for the whole process, and limit GPU memory."""

import os
from typing import Any

from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.resources import Resources, gpu_words, no_gpu
from poets.migrate.tensorflow_library.version2 import KERAS_3, grow_memory, tf


def choose_device(resources: Resources) -> None:
    """Set the devices that TensorFlow may use.

    study: TF1 gave each Session a `ConfigProto`. TF2 is configured once for the whole process, before the first op.

    Raises:
        BrokenEnvironment: a GPU was requested but there is none, or TensorFlow already uses it with other settings.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if resources.device == "gpu" and not gpus:
        raise no_gpu(tf.__version__)
    resources.gpu = gpu_name(gpus[0]) if gpus and resources.device != "cpu" else ""
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
        reason = str(error).split("\n")[0]
        raise BrokenEnvironment(
            f"--device, --gpu_memory_mb: this process already uses the GPU with other settings ({reason})"
        )


def gpu_name(gpu: Any) -> str:
    """Name a physical device for `Resources.gpu`. It is looked at, not used: no memory of it is taken."""
    ask = getattr(tf.config.experimental, "get_device_details", None)  # TensorFlow 2.3 and later
    details = ask(gpu) if ask is not None else {}
    return gpu_words(details.get("device_name"), details.get("compute_capability"))


def device_of(model: Any) -> str:
    """The device of a model's first weight, and so of the op that trains it.

    study: TF1 placed every op and reported the device only on request. TF2 updates a variable on its own device.
    """
    variable = model.trainable_variables[0]
    return (variable.value if KERAS_3 else variable).device
