"""A network's input size, solved from its layers, where the graph does not declare it."""

from typing import Any, Dict, List, Optional

from poets.migrate.graphs.constants import ints_of
from poets.migrate.graphs.edges import ancestors, attr_of, node_name
from poets.migrate.graphs.families import dims_of, weights_of

# Sides that classifiers take, the usual ones first where several fit the layers.
USUAL = (224, 299, 128, 64, 32, 28, 96, 48, 150, 192, 160, 100, 256, 227, 200, 112, 300, 331, 512, 180, 50, 80, 120)
LARGEST = 640
WINDOWS = ("Conv2D", "DepthwiseConv2dNative", "MaxPool", "AvgPool")


def size_from_pooling(nodes: Dict[str, Any]) -> Optional[int]:
    """MobileNet v1 ends with an average over S / 32 pixels: optimize_for_inference lost S but kept that."""
    for node in nodes.values():
        if node.op == "AvgPool" and attr_of(node, "padding").s == b"VALID":
            kernel = list(attr_of(node, "ksize").list.i)
            if len(kernel) == 4 and kernel[1] > 1 and kernel[1] == kernel[2]:
                strides = sum(
                    list(attr_of(one, "strides").list.i)[1:2] == [2] for one in nodes.values() if _slides(one)
                )
                if strides == 5:
                    return int(kernel[1]) * 32
    return None


def _slides(node: Any) -> bool:
    return node.op in WINDOWS and node.op != "AvgPool"


def size_from_dense(nodes: Dict[str, Any], output: str) -> Optional[int]:
    """The side S of square pictures for which the flattened features have as many numbers as a matrix has rows.

    None if the way there is not a chain of windows, or nothing fits. Where several sides fit, a usual one is taken.
    """
    for name in ancestors(nodes, output):
        node = nodes[name]
        if node.op != "MatMul":
            continue
        weights = weights_of(nodes, node)
        chain = _chain(nodes, node_name(node.input[0]))
        channels = _channels(nodes, chain)
        if weights is None or not channels or not chain:
            continue
        rows = dims_of(weights)[0]
        fitting = [side for side in range(8, LARGEST + 1) if _flattened(nodes, chain, side, channels) == rows]
        usual = [side for side in USUAL if side in fitting]
        if fitting:
            return usual[0] if usual else fitting[-1]
    return None


def _chain(nodes: Dict[str, Any], name: str) -> List[Any]:
    """The windows from the input to a flattening Reshape, in this order; empty where the way branches or averages."""
    found: List[Any] = []
    flattened = False
    while name in nodes and nodes[name].op != "Placeholder":
        node = nodes[name]
        if node.op in ("Mean", "Sum", "Max", "AddN", "Concat", "ConcatV2"):
            return []
        flattened = flattened or node.op in ("Reshape", "Flatten")
        if node.op in WINDOWS or node.op == "Pad":
            found.append(node)
        forward = [node_name(edge) for edge in node.input if not edge.startswith("^")]
        if not forward:
            return []
        name = _data_of(nodes, forward)
    return found[::-1] if flattened else []


def _data_of(nodes: Dict[str, Any], inputs: List[str]) -> str:
    """The input that is computed from pictures: the first that is no constant."""
    for name in inputs:
        if name in nodes and any(nodes[above].op == "Placeholder" for above in ancestors(nodes, name)):
            return name
    return inputs[0]


def _channels(nodes: Dict[str, Any], chain: List[Any]) -> int:
    for node in reversed(chain):
        weights = weights_of(nodes, node) if node.op in ("Conv2D", "DepthwiseConv2dNative") else None
        if weights is not None:
            dims = dims_of(weights)
            return dims[3] if node.op == "Conv2D" else dims[2] * dims[3]
    return 0


def _flattened(nodes: Dict[str, Any], chain: List[Any], side: int, channels: int) -> int:
    """Numbers per picture after the windows; 0 if a window does not fit."""
    for node in chain:
        if node.op == "Pad":
            amounts = nodes.get(node_name(node.input[1]))
            padded = ints_of(amounts) if amounts is not None and amounts.op == "Const" else []
            side += sum(padded[2:4]) if len(padded) == 8 else 0
            continue
        first = attr_of(node, "data_format").s == b"NCHW"
        stride = int(list(attr_of(node, "strides").list.i)[2 if first else 1])
        if attr_of(node, "padding").s == b"SAME":
            side = -(-side // stride)
            continue
        side = (side - _window(nodes, node, first)) // stride + 1
        if side < 1:
            return 0
    return side * side * channels


def _window(nodes: Dict[str, Any], node: Any, first: bool) -> int:
    if node.op in ("MaxPool", "AvgPool"):
        return int(list(attr_of(node, "ksize").list.i)[2 if first else 1])
    weights = weights_of(nodes, node)
    return dims_of(weights)[0] if weights is not None else 1
