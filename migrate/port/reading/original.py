"""Run the original network in a v1 Session, the reference of every port."""

from typing import Any, Dict, Optional

import numpy as np

from poets.migrate.graphs.rewrites.dropout import without_dropout
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.reading.sources import restored_session
from poets.migrate.tensorflow_library.version2 import tf


def original_answers(reading: Reading, images: np.ndarray) -> np.ndarray:
    """Run the original in a v1 Session image by image, because it may be frozen for a batch of one.

    Variables are restored by the original's own Saver. Only dropout is removed, because its output is random.

    Args:
        reading: Reading.
        images: float32 [N, H, W, C], normalised.

    Returns:
        float32 [N, C]: probabilities; the last step to them is taken here if the graph leaves it to its caller.
    """
    variables = reading.source.variables
    graph_def = variables.graph_def if variables else reading.original
    if any(applied.name == "dropout" for applied in reading.rewrites):
        graph_def, _ = without_dropout(graph_def)
    roles = reading.roles
    fed, ends = roles.preprocessing.feed(images), (roles.input_layer, roles.output_layer)
    if variables is None:
        rows = session_answers(graph_def, *ends, fed, True, roles.fed)
    else:
        with restored_session(variables._replace(graph_def=graph_def)) as session:
            rows = _run_one_by_one(session, graph_def, *ends, fed, roles.fed)
    return activated(rows, roles.activation)


def activated(rows: np.ndarray, activation: str) -> np.ndarray:
    """Probabilities, float32 [N, C], of what a graph ends in: see `Roles.activation`."""
    if activation == "softmax":
        shifted = np.exp((rows - rows.max(axis=1, keepdims=True)).astype(np.float64))
        return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return np.concatenate([np.float32(1) - rows, rows], axis=1) if activation == "pair" else rows


def _run_one_by_one(
    session: Any, graph_def: Any, feed: str, fetch: str, images: np.ndarray, fed: Dict[str, float]
) -> np.ndarray:
    """float32 [N, C]; ``fed`` is what else the graph wants in inference."""
    there = {node.name for node in graph_def.node}
    settled: Dict[str, Any] = {name + ":0": value for name, value in fed.items() if name in there}
    declared = session.graph.get_tensor_by_name(feed + ":0").shape
    count = (declared.as_list()[0] if declared.rank else None) or 1  # a queue may give 32 at a time
    rows = []
    for image in images:
        found = session.run(fetch + ":0", dict(settled, **{feed + ":0": np.stack([image] * count)}))
        rows.append(found.reshape(-1, found.shape[-1])[:1] if count > 1 else found.reshape(-1, found.shape[-1]))
    return np.concatenate(rows)


def session_answers(
    graph_def: Any,
    feed: str,
    fetch: str,
    images: np.ndarray,
    one_by_one: bool,
    fed: Optional[Dict[str, float]] = None,
) -> np.ndarray:
    """Run a graph in a v1 Session: float32 [N, C] for what its input takes, such as normalised images.

    Args:
        graph_def: a GraphDef message.
        feed: str, input node.
        fetch: str, output node.
        images: [N, ...].
        one_by_one: bool, whether to run image by image, as a graph frozen for one must be.
        fed: node -> what else is fed.
    """
    with tf.Graph().as_default():
        tf.graph_util.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session() as session:
            if one_by_one:
                return _run_one_by_one(session, graph_def, feed, fetch, images, fed or {})
            found = session.run(fetch + ":0", {feed + ":0": images})
    return found.reshape(-1, found.shape[-1])
