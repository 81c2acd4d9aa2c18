"""Where the graph runs, CPU or GPU, and how much of a GPU's memory it may take."""

from typing import Any

from poets.migrate.task.resources import Resources, no_gpu
from poets.migrate.tensorflow_library.version1 import tf


def open_session(resources: Resources, graph: Any = None) -> Any:
    """A `tf.Session` of the graph, else of the default one, on the device asked for.

    study: TF1 is told about devices when a Session opens; TF2 before its first op, once for the whole process.

    Raises:
        BrokenEnvironment: a GPU was asked for, and there is none.
    """
    session = tf.Session(graph=graph, config=session_config(resources))
    if resources.device == "gpu" and "GPU" not in [device.device_type for device in session.list_devices()]:
        session.close()
        raise no_gpu(tf.__version__)
    return session


def session_config(resources: Resources) -> Any:
    """A `ConfigProto` under which TensorFlow takes GPU memory as it needs it.

    Without `allow_growth` TF1 takes all of it at once; on a Jetson that is the CPU's memory too.
    """
    config = tf.ConfigProto()
    config.gpu_options.allow_growth = True
    if resources.device == "cpu":
        config.device_count["GPU"] = 0  # with a virtual GPU besides, no Session would open
    elif resources.gpu_memory_mb:
        # per_process_gpu_memory_fraction would need to know the GPU's memory; on a Jetson that changes by the minute
        config.gpu_options.experimental.virtual_devices.add(memory_limit_mb=[resources.gpu_memory_mb])
    return config


def run(session: Any, fetches: Any, feed: Any, resources: Resources, work: str) -> Any:
    """`session.run`; the first time for a kind of work, note the device on which the first of ``fetches`` was done.

    study: a TF1 tensor's `device` is only what was asked for, and where it was placed is told by a run's metadata.
    A TF2 tensor's `device` is where it is.
    """
    if work in resources.devices:
        return session.run(fetches, feed)
    told = tf.RunMetadata()
    found = session.run(fetches, feed, options=tf.RunOptions(output_partition_graphs=True), run_metadata=told)
    first = fetches[0] if isinstance(fetches, list) else fetches
    operation: Any = getattr(first, "op", first)
    names = {one.name for one in (operation.control_inputs if operation.type == "NoOp" else [operation])}
    placed = {node.device for graph in told.partition_graphs for node in graph.node if node.name in names}
    resources.ran_on(work, ", ".join(sorted(placed)) or "unknown")
    return found
