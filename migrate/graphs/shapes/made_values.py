"""Shapes of what does not come from another value: constants, placeholders, random numbers, decoded pictures."""

from typing import List

from poets.migrate.graphs.shapes.node_view import NodeView, Rules
from poets.migrate.graphs.shapes.partial_shapes import UNKNOWN, Shape, merged, of_rank, require
from poets.migrate.graphs.shapes.rearranging import shape_from

FIRST_WITH_SCALARS = 24  # GraphDef version: in older graphs a placeholder of shape {} has an unknown shape
PLACEHOLDER = "Placeholder"


def declared(message: object) -> Shape:
    """The shape that a TensorShapeProto declares."""
    if message.unknown_rank:  # type: ignore[attr-defined]  # a message's classes are made while it is imported
        return None
    sizes = tuple(int(dim.size) for dim in message.dim)  # type: ignore[attr-defined]
    require(all(size >= UNKNOWN for size in sizes))
    return sizes


def placeholder(view: NodeView) -> List[Shape]:
    """Placeholder, PlaceholderV2: the declared shape."""
    view.dtype("dtype")
    if not view.has("shape"):
        require(view.node.op == PLACEHOLDER)
        return [None]
    shape = declared(view.node.attr["shape"].shape)
    is_old = view.node.op == PLACEHOLDER and view.producer < FIRST_WITH_SCALARS
    return [None if shape == () and is_old else shape]


def placeholder_with_default(view: NodeView) -> List[Shape]:
    """PlaceholderWithDefault: the declared shape, which the default must fit."""
    require(view.has("shape"))
    shape = declared(view.node.attr["shape"].shape)
    merged(view.inputs[0], shape)
    return [shape]


def constant(view: NodeView) -> List[Shape]:
    """Const: its tensor's shape."""
    require(view.has("value") and view.node.attr["value"].tensor.dtype == view.dtype("dtype"))
    return [declared(view.node.attr["value"].tensor.tensor_shape)]


def filled(view: NodeView) -> List[Shape]:
    """Fill and the ops that draw random numbers: the shape is an input."""
    return [shape_from(view, 0)]


def shape_of(view: NodeView) -> List[Shape]:
    """Shape: one number per axis."""
    return [(UNKNOWN if view.inputs[0] is None else len(view.inputs[0]),)]


def one_number(view: NodeView) -> List[Shape]:
    """Rank, Size, L2Loss."""
    return [()]


def number_range(view: NodeView) -> List[Shape]:
    """Range: from, to and step."""
    start, stop, step = (view.number(place) for place in range(3))
    require(step != 0)
    return [(len(range(start, stop, step)),)]


def decoded(view: NodeView) -> List[Shape]:
    """DecodeJpeg and the like: a picture of any size."""
    of_rank(view.inputs[0], 0)
    channels = view.integer("channels", 0)
    require(channels in (0, 1, 3, 4))
    return [(UNKNOWN, UNKNOWN, channels or UNKNOWN)]


def nothing(view: NodeView) -> List[Shape]:
    """NoOp."""
    return []


RULES: Rules = {
    "Const": constant,
    "DecodeJpeg": decoded,
    "DecodePng": decoded,
    "Fill": filled,
    "L2Loss": one_number,
    "NoOp": nothing,
    "Placeholder": placeholder,
    "PlaceholderV2": placeholder,
    "PlaceholderWithDefault": placeholder_with_default,
    "RandomStandardNormal": filled,
    "RandomUniform": filled,
    "Range": number_range,
    "Rank": one_number,
    "Shape": shape_of,
    "Size": one_number,
    "TruncatedNormal": filled,
}
