"""Convert 8-bit weights to float once, instead of at every run of the graph."""

from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from poets.migrate.graphs.constants import numbers_of
from poets.migrate.graphs.edges import node_name

FLOAT = 1  # DT_FLOAT
TYPES = {11: np.int8, 12: np.uint8}  # DT_QINT8, DT_QUINT8
# Modes whose arithmetic is reproduced bit by bit. MIN_FIRST with signed weights rounds differently.
KINDS = ((b"MIN_FIRST", 12), (b"MIN_COMBINED", 12), (b"MIN_COMBINED", 11))


def without_dequantize(graph_def: Any) -> Tuple[Any, List[str]]:
    """A copy in which a Dequantize of constants is replaced by its bit-identical float32 result."""
    nodes = {node.name: node for node in graph_def.node}
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    changed = []
    for node in copy.node:
        values = _values(nodes, node) if node.op == "Dequantize" else None
        if values is not None:
            sizes = nodes[node_name(node.input[0])].attr["value"].tensor.tensor_shape
            node.op = "Const"
            node.ClearField("attr")
            del node.input[:]
            node.attr["dtype"].type = FLOAT
            tensor = node.attr["value"].tensor
            tensor.dtype = FLOAT
            tensor.tensor_shape.CopyFrom(sizes)
            tensor.tensor_content = values.astype("<f4").tobytes()
            changed.append(node.name)
    return copy, changed


def _values(nodes: Dict[str, Any], node: Any) -> Optional[np.ndarray]:
    """float32 [n] as TensorFlow's kernel computes it, or None if an input is not a constant or the mode is unsupported.

    MIN_FIRST moves the lower end to a whole number of steps, so that zero is exact; MIN_COMBINED does not.
    Source: tensorflow/core/kernels/dequantize_op.cc and quantization_utils.h; a test compares it with the op.
    """
    inputs = [nodes[node_name(edge)] for edge in node.input if not edge.startswith("^")]
    given = {name: node.attr[name] for name in ("mode", "axis", "narrow_range") if name in node.attr}
    mode = given["mode"].s if "mode" in given else b"MIN_COMBINED"
    if ("axis" in given and given["axis"].i != -1) or ("narrow_range" in given and given["narrow_range"].b):
        return None
    if len(inputs) != 3 or any(found.op != "Const" for found in inputs):
        return None
    if (mode, inputs[0].attr["dtype"].type) not in KINDS:
        return None
    quantized = _integers(inputs[0])
    lower, upper = (np.float32(numbers_of(found)[0]) for found in inputs[1:])
    kind = np.iinfo(quantized.dtype)
    step = np.float32((upper - lower) / np.float32(kind.max - kind.min))
    if mode == b"MIN_FIRST" and step:
        lower = np.float32(np.round(lower / step)) * step
    return (quantized.astype(np.float32) - np.float32(kind.min)) * step + lower


def _integers(node: Any) -> np.ndarray:
    tensor = node.attr["value"].tensor
    count = int(np.prod([dim.size for dim in tensor.tensor_shape.dim], dtype=np.int64))
    kind = TYPES[node.attr["dtype"].type]
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, kind)
    given = np.array(list(tensor.int_val), kind)
    return np.concatenate([given, np.full(count - len(given), given[-1] if len(given) else 0, kind)])
