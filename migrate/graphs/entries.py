"""Where photos enter a graph, and in which shape: found from the graph's first layers and their inputs."""

from math import sqrt
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from poets.migrate.graphs.constants import ints_of
from poets.migrate.graphs.edges import PASSING, ancestors, attr_of, node_name
from poets.migrate.graphs.ends import DECODERS, QUEUES, Ends, first_layers, scalar_value
from poets.migrate.graphs.families import dims_of, weights_of
from poets.migrate.graphs.size_from_layers import size_from_dense, size_from_pooling
from poets.migrate.task.errors import BadInput

INPUT_NAMES = ("input", "Mul", "Placeholder", "input_1", "image", "images")
FLOAT, BYTES, HALF = 1, 4, 19  # DataType in TensorFlow's types.proto
RESIZES = ("ResizeBilinear", "ResizeBicubic", "ResizeNearestNeighbor", "ResizeArea")
LEAST_FLAT = 8  # pixels per side of the smallest picture taken for one: the digits of 1998 have 8


class Entry(NamedTuple):
    name: str
    """The node that takes pictures."""
    height: int
    """Pixels."""
    width: int
    """Pixels."""
    depth: int
    """Number of channels, 1 or 3."""
    layout: str
    """`NHWC`, `NCHW` or `flat`, as in Preprocessing."""
    dtype: str
    """`float32` or `uint8`."""


def find_entry(nodes: Dict[str, Any], ends: Ends, output: str) -> str:
    """The node that takes pictures.

    Raises:
        BadInput: nothing fits, or more than one node does.
    """
    above = ancestors(nodes, output)
    decodes = any(nodes[name].op in DECODERS for name in above)
    if decodes and "Mul" in above and not _is_in_loop(nodes, above):
        return "Mul"  # the 2015 Inception export decodes and scales in the graph; retrain.py feeds after that
    fed = [name for name in above if nodes[name].op == "Placeholder" and _takes_numbers(nodes, ends, name)]
    for name in INPUT_NAMES:
        if name in fed:
            return name
    before = set(ancestors(nodes, *first_layers(nodes, ends, output)))
    named = [name for name in fed if name.split("/")[-1] in INPUT_NAMES]
    pictures = [name for name in fed if len(attr_of(nodes[name], "shape").shape.dim) == 4]
    for candidates in (fed, pictures, named, [name for name in fed if name in before]):
        if len(candidates) == 1:
            return candidates[0]
    if not fed:
        behind = _behind_decoder(nodes, above) if decodes else [name for name in above if nodes[name].op in QUEUES]
        if len(behind) == 1:
            return behind[0]
    found = ", ".join(sorted(fed)) or "no placeholder"
    raise BadInput(f"--input_layer: cannot tell the input among {found}; name it")


def _takes_numbers(nodes: Dict[str, Any], ends: Ends, name: str) -> bool:
    kind = attr_of(nodes[name], "dtype").type
    return kind in (FLOAT, BYTES, HALF) and scalar_value(nodes, ends.consumers, name) is None


def _is_in_loop(nodes: Dict[str, Any], above: Sequence[str]) -> bool:
    return any(nodes[name].op.startswith("TensorArrayGather") for name in above)


def _behind_decoder(nodes: Dict[str, Any], above: Sequence[str]) -> List[str]:
    """Where resized pixels leave the part of a graph that decodes files: a loop's result, else a resize."""
    gathered = [name for name in above if nodes[name].op.startswith("TensorArrayGather")]
    resized = [name for name in above if nodes[name].op in RESIZES]
    return (gathered or resized)[:1]


def entry_of(
    nodes: Dict[str, Any], ends: Ends, name: str, output: str, sides: Sequence[Optional[int]] = (None, None)
) -> Entry:
    """The shape of the pictures that an input node takes.

    Args:
        nodes: name -> NodeDef.
        ends: Ends.
        name: str, the input node.
        output: str, the output node.
        sides: height and width in pixels if the user says; each None is found.

    Raises:
        BadInput: it takes no pictures, or the graph does not hold its input size.
    """
    node = nodes[name]
    sizes = _declared(node)
    dtype = "uint8" if attr_of(node, "dtype").type == BYTES else "float32"
    if len(sizes) == 2 and sizes[1] > 0:
        return _flat(nodes, name, sizes[1], dtype)
    depth = _depth(nodes, ends, sizes, output)
    layout = "NCHW" if len(sizes) == 4 and sizes[1] in (1, 3) and sizes[3] not in (1, 3) else "NHWC"
    if depth not in (1, 3):
        raise BadInput(f"--input_layer: '{name}' takes {depth} channels, not a picture's 1 or 3; name another node")
    height, width = (sizes[2:4] if layout == "NCHW" else sizes[1:3]) if len(sizes) == 4 else (-1, -1)
    height, width = sides[0] or height, sides[1] or width
    if height < 1 or width < 1:
        height, width = _sides(nodes, name, output)
    return Entry(name, height, width, depth, layout, dtype)


def _declared(node: Any) -> List[int]:
    """The declared shape of a placeholder or of what a queue's first component gives; empty if it is not declared."""
    if node.op == "Placeholder":
        return [int(dim.size) for dim in attr_of(node, "shape").shape.dim]
    shapes = attr_of(node, "output_shapes").list.shape or attr_of(node, "_output_shapes").list.shape
    return [int(dim.size) for dim in shapes[0].dim] if shapes else []


def _flat(nodes: Dict[str, Any], name: str, width: int, dtype: str) -> Entry:
    """A row of numbers per picture: the shape into which the graph folds it, else a square of 1 or 3 channels."""
    consumers = [node for node in nodes.values() if any(node_name(edge) == name for edge in node.input)]
    for node in consumers:
        shape = nodes.get(node_name(node.input[1])) if node.op == "Reshape" else None
        folded = ints_of(shape) if shape is not None and shape.op == "Const" else []
        if len(folded) == 4 and folded[1] > 0 and folded[2] > 0 and folded[3] in (1, 3):
            return Entry(name, folded[1], folded[2], folded[3], "flat", dtype)
    for depth in (1, 3):
        side = int(round(sqrt(width // depth)))
        if side * side * depth == width and side >= LEAST_FLAT:
            return Entry(name, side, side, depth, "flat", dtype)
    raise BadInput(
        f"--input_layer: '{name}' takes {width} numbers, which are no square picture of 1 or 3 channels: this is no "
        "classifier of pictures"
    )


def _depth(nodes: Dict[str, Any], ends: Ends, sizes: List[int], output: str) -> int:
    """Channels: as declared, else as the first convolution takes."""
    if len(sizes) == 4:
        if sizes[3] in (1, 3):
            return sizes[3]
        if sizes[1] in (1, 3):
            return sizes[1]
        if sizes[3] > 0:
            return sizes[3]
    for layer in first_layers(nodes, ends, output):
        weights = weights_of(nodes, nodes[layer])
        if weights is not None and len(dims_of(weights)) == 4:
            return dims_of(weights)[2]
    return 3


def _sides(nodes: Dict[str, Any], name: str, output: str) -> List[int]:
    """Height and width from the queue or the resize before the input, a reshape behind it, or the layers."""
    for above in ancestors(nodes, name):
        node = nodes[above]
        if node.op in RESIZES:
            size = nodes.get(node_name(node.input[1]))
            if size is not None and size.op == "Const":
                return ints_of(size)[:2]
        for shape in attr_of(node, "shapes").list.shape if "shapes" in node.attr else []:
            sides = [int(dim.size) for dim in shape.dim]
            if len(sides) in (3, 4) and sides[-1] in (1, 3) and min(sides[-3:-1]) > 0:
                return sides[-3:-1]
    for node in nodes.values():
        if node.op == "Reshape" and _follows(nodes, node, name):
            folded = ints_of(nodes[node_name(node.input[1])])
            if len(folded) == 4 and min(folded[1:3]) > 0:
                return folded[1:3]
    side = size_from_pooling(nodes) or size_from_dense(nodes, output)
    if side is None:
        raise BadInput(
            "the graph does not hold its input size; give --input_height and --input_width to label, --input_size to "
            "port"
        )
    return [side, side]


def _follows(nodes: Dict[str, Any], node: Any, name: str) -> bool:
    source = node_name(node.input[0])
    while source != name and nodes[source].op in PASSING + ("Cast",) and nodes[source].input:
        source = node_name(nodes[source].input[0])
    shape = nodes.get(node_name(node.input[1]))
    return source == name and shape is not None and shape.op == "Const"
