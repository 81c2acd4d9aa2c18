"""Join a checkpoint with only the last layer, as retrain.py wrote before 2018, to its network."""

import os
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.gate.graph_ops import refuse_outside_ops
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.roles import find_roles
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.shapes import infer_shapes
from poets.migrate.task.errors import BadInput
from poets.migrate.task.networks.architectures import all_architectures
from poets.migrate.tensorflow_library.version2 import tf

OUTPUT = "final_result"  # the name in retrain.py


def join_head(prefix: str, backbone: Optional[str], allow_ops: Sequence[str] = ()) -> Any:
    """A frozen graph: the backbone, with the checkpoint's last layer and a softmax on its bottleneck.

    Args:
        prefix: str, the checkpoint.
        backbone: str, the frozen graph of the pretrained network.
        allow_ops: ops of the backbone that are allowed although they act outside it or are unknown.

    Raises:
        BadInput: no backbone, a checkpoint of something else, or a bottleneck with another width.
    """
    weights, biases = read_head(prefix)
    if backbone is None:
        raise BadInput(
            f"GRAPH: {prefix} holds a last layer alone ({int(weights.shape[0])} features to "
            f"{int(weights.shape[1])} classes), without its graph; name the "
            "network's frozen graph with --backbone"
        )
    graph_def = read_graph(backbone, tf.compat.v1.GraphDef(), "--backbone")
    refuse_outside_ops(graph_def, allow_ops, backbone)
    bottleneck = find_features(graph_def, weights.shape[0], backbone)
    with tf.Graph().as_default() as graph:
        features = tf.graph_util.import_graph_def(graph_def, name="", return_elements=[bottleneck + ":0"])[0]
        flat = tf.reshape(features, [-1, weights.shape[0]], name="final_training_ops/features")
        logits = tf.add(
            tf.matmul(flat, tf.constant(weights, name="final_training_ops/weights/final_weights")),
            tf.constant(biases, name="final_training_ops/biases/final_biases"),
            name="final_training_ops/Wx_plus_b/add",
        )
        tf.nn.softmax(logits, name=OUTPUT)
        joined = graph.as_graph_def()
    joined.versions.CopyFrom(graph_def.versions)  # `shape {}` has another meaning in old graphs
    return joined


def read_head(prefix: str) -> Tuple[np.ndarray, np.ndarray]:
    """(weights float32 [B, C], biases float32 [C]) from a checkpoint with these and training variables.

    Raises:
        BadInput: it cannot be read, or has no such pair.
    """
    try:
        reader = tf.train.load_checkpoint(prefix)
        shapes = dict(reader.get_variable_to_shape_map())
    except (ValueError, tf.errors.OpError) as error:
        raise BadInput(f"GRAPH: the checkpoint {prefix} cannot be read: {reason_of(error)}")
    named = sorted(name for name in shapes if os.path.basename(name) == "final_weights")
    matrices = named or sorted(name for name, shape in shapes.items() if len(shape) == 2)
    pairs = [
        (matrix, vector)
        for matrix in matrices
        for vector in sorted(shapes)
        if shapes[vector] == shapes[matrix][1:]
        and os.path.dirname(os.path.dirname(vector))
        in (os.path.dirname(matrix), os.path.dirname(os.path.dirname(matrix)))
    ]
    others = [name for name, shape in shapes.items() if len(shape) > 2]
    if len(pairs) != 1 or others:
        raise BadInput(
            f"GRAPH: the checkpoint {prefix} holds {len(shapes)} variables, not only a last layer; put its .meta "
            "file beside it"
        )
    return tuple(np.asarray(reader.get_tensor(name), np.float32) for name in pairs[0])  # type: ignore[return-value]


def find_features(graph_def: Any, width: int, path: str) -> str:
    """The node of a pretrained network with ``width`` features: retrain.py's choice, else the last one.

    Raises:
        BadInput: no node has that width.
    """
    usual = [architecture.bottleneck_tensor.split(":")[0] for architecture in all_architectures()]
    widths = _widths(graph_def)
    fitting = [name for name, size in widths if size == width]
    if not fitting:
        raise BadInput(
            f"--backbone: no node of {path} has the checkpoint's {width} features; is it the network that was "
            f"retrained? Its own output has {widths[-1][1] if widths else 0}"
        )
    known = [name for name in usual if name in fitting]
    return known[0] if known else fitting[-1]


def _widths(graph_def: Any) -> List[Tuple[str, int]]:
    """(node, features per image) in the graph's order, for nodes with one row per image."""
    shapes = infer_shapes(graph_def, find_roles(graph_def))
    names = {node.name for node in graph_def.node if node.op not in ("Const", "Identity", "Dequantize")}
    return [
        (name, shape[-1])
        for name, shape in shapes.items()
        if name in names and int(np.prod(shape)) == shape[-1] and len(shape) > 1
    ]
