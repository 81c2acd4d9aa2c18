"""The resources of a Session: its device, its GPU memory, and the parts of a batch that does not fit as a whole."""

import re
from typing import Any, Callable, List, NamedTuple, Sequence

import numpy as np

from poets.migrate.task.resources import Resources, gpu_words, no_gpu
from poets.migrate.tensorflow_library.version1 import tf


def open_session(resources: Resources, graph: Any = None) -> Any:
    """A `tf.Session` of the given or the default graph, on the requested device.

    study: TF1 configures devices when a Session opens; TF2 once for the whole process, before its first op.

    Raises:
        BrokenEnvironment: a GPU was requested and there is none.
    """
    config = session_config(resources)
    session = tf.Session(graph=graph, config=config)
    has_gpu = "GPU" in [device.device_type for device in session.list_devices()]
    if resources.device == "gpu" and not has_gpu:
        session.close()
        raise no_gpu(tf.__version__)
    resources.gpu = gpu_name(config) if has_gpu else ""
    return session


def gpu_name(config: Any) -> str:
    """Name the GPU of a Session with this `ConfigProto`, which is open, for `Resources.gpu`.

    study: TF1 tells a GPU's model only in a sentence for people. Asking for it opens the GPU, so it is asked with the
    Session's own options, and only if the Session has a GPU already.
    """
    from tensorflow.python.client import device_lib  # not needed without a GPU

    for device in device_lib.list_local_devices(session_config=config):
        if device.device_type == "GPU":
            found = re.search(r"name: (.*?), pci bus", device.physical_device_desc)
            capability = re.search(r"compute capability: (\d+)\.(\d+)", device.physical_device_desc)
            return gpu_words(found and found.group(1), capability and capability.groups())
    return gpu_words(None, None)


def session_config(resources: Resources) -> Any:
    """A `ConfigProto` under which TensorFlow takes GPU memory as it needs it.

    Without `allow_growth` TF1 takes all GPU memory at once, which a Jetson shares with the CPU.
    """
    config = tf.ConfigProto()
    config.gpu_options.allow_growth = True
    if resources.device == "cpu":
        config.device_count["GPU"] = 0  # together with a virtual GPU, no Session would open
    elif resources.gpu_memory_mb:
        # per_process_gpu_memory_fraction would need to know the GPU's memory; on a Jetson that changes by the minute
        config.gpu_options.experimental.virtual_devices.add(memory_limit_mb=[resources.gpu_memory_mb])
    return config


def run(session: Any, fetches: Any, feed: Any, resources: Resources, work: str) -> Any:
    """`session.run`; the first time for a kind of work, record the device that computed the first of ``fetches``.

    study: a TF1 tensor's `device` is only the request; a run's metadata shows the actual device.
    A TF2 tensor's `device` is the actual one.
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


class Descent(NamedTuple):
    inputs: List[Any]
    """Placeholders, each for the rows of a batch."""
    loss: Any
    """float32 tensor [], a mean over the rows."""
    gradients: List[Any]
    """Gradients of the loss with respect to each variable."""
    train_step: Any
    """The op that applies them."""


def descend(session: Any, descent: Descent, batch: Sequence[np.ndarray], resources: Resources, work: str) -> float:
    """One step on a batch, in as many parts as memory requires; returns the loss before the step.

    Args:
        session: tf.Session.
        descent: Descent.
        batch: what to feed, an array per input.
        resources: Resources: tracks how many rows fit and where the step ran.
        work: one of `resources.WORK`.
    """
    count = len(batch[0])

    def step(size: int) -> float:
        if size >= count:
            feed = dict(zip(descent.inputs, batch))
            return run(session, [descent.train_step, descent.loss], feed, resources, work)[1]
        return _in_parts(session, descent, batch, size, resources, work)

    return resources.attempt(work, count, step)


def _in_parts(
    session: Any, descent: Descent, batch: Sequence[np.ndarray], size: int, resources: Resources, work: str
) -> float:
    """Any tensor of a TF1 graph can be fed. The gradients of the parts are fetched, and their mean, weighted by the
    parts' sizes, is fed back in their place, so that the training op applies it as the whole batch's gradient.
    """
    count = len(batch[0])
    means: List[Any] = [0.0] * (1 + len(descent.gradients))
    for start in range(0, count, size):
        some = [rows[start : start + size] for rows in batch]
        found = session.run([descent.loss] + descent.gradients, dict(zip(descent.inputs, some)))
        share = len(some[0]) / count
        means = [mean + share * np.asarray(part, np.float64) for mean, part in zip(means, found)]
    run(session, descent.train_step, dict(zip(descent.gradients, means[1:])), resources, work)
    return float(means[0])


def step_in_parts(resources: Resources) -> Callable[[Any, Any, Sequence[np.ndarray]], float]:
    """The training step of a final layer, `take_step` of `legacy/train.py`, in as many parts as memory requires.

    It takes (session, head, batch), the batch being bottlenecks float32 [n, B] and one-hot labels float32 [n, C].

    Args:
        resources: Resources.
    """

    def take_step(session: Any, head: Any, batch: Sequence[np.ndarray]) -> float:
        inputs = [head.bottleneck_input, head.ground_truth_input]
        descent = Descent(inputs, head.cross_entropy, head.gradients, head.train_step)
        return descend(session, descent, batch, resources, "training")

    return take_step


def evaluate(session: Any, head: Any, fetches: Any, batch: Sequence[np.ndarray], resources: Resources) -> Any:
    """``fetches`` for one batch; if it does not fit, its logits are computed in parts and fed.

    Args:
        session: tf.Session.
        head: the final layer.
        fetches: as for `session.run`; they depend on the logits alone.
        batch: (bottlenecks float32 [n, B], one-hot labels float32 [n, C]).
        resources: Resources.
    """
    bottlenecks, one_hot = batch

    def at_once(size: int) -> Any:
        feed = {head.bottleneck_input: bottlenecks, head.ground_truth_input: one_hot}
        if size < len(bottlenecks):
            starts = range(0, len(bottlenecks), size)
            parts = [session.run(head.logits, {head.bottleneck_input: bottlenecks[at : at + size]}) for at in starts]
            feed = {head.logits: np.concatenate(parts), head.ground_truth_input: one_hot}
        return session.run(fetches, feed)

    return resources.attempt("evaluation", len(bottlenecks), at_once)
