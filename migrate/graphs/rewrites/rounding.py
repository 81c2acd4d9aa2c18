"""Round weights to few values so that the file compresses well: `weights_rounded` of TF1's quantize_graph.

The tool (tensorflow/tools/quantization/quantize_graph.py, removed in TensorFlow 2) divided the range of every float32
constant into 2 ** bits buckets of equal width and replaced each value by the middle of its bucket.
"""

from typing import Any, List, Tuple

import numpy as np

FLOAT32 = 1  # DT_FLOAT


def with_rounded_weights(graph_def: Any, read: Any, write: Any, bits: int = 8) -> Tuple[Any, List[str]]:
    """A copy in which float32 constants have at most 2 ** ``bits`` values each, and the names of those changed.

    Args:
        graph_def: a GraphDef message.
        read: TensorProto -> array.
        write: array -> TensorProto.
        bits: int, 1..16.
    """
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    changed = []
    for node in copy.node:
        if node.op != "Const" or node.attr["dtype"].type != FLOAT32:
            continue
        values = read(node.attr["value"].tensor)
        rounded = in_buckets(values, 2**bits)
        if not np.array_equal(values, rounded):
            node.attr["value"].tensor.CopyFrom(write(rounded))
            changed.append(node.name)
    return copy, changed


def in_buckets(values: np.ndarray, buckets: int) -> np.ndarray:
    """float32, each value replaced by the middle of its bucket; unchanged if they are few, equal or not finite.

    The greatest value is in the last bucket.
    """
    if values.size <= 1 or not np.isfinite(values).all() or values.min() == values.max():
        return values
    low, high = float(values.min()), float(values.max())
    width = (high - low) / buckets
    places = np.minimum(np.floor((values.astype(np.float64) - low) / width), buckets - 1)
    return (low + width * (places + 0.5)).astype(np.float32)
