"""Shapes after ops that work number by number, and after sums and means over axes."""

from typing import List

from poets.migrate.graphs.shapes.node_view import NodeView, Rules
from poets.migrate.graphs.shapes.partial_shapes import UNKNOWN, Shape, axis_of, broadcast, merged, require

UNCHANGED = (
    "Abs Cast Ceil CheckNumerics Elu Erf Exp FakeQuantWithMinMaxArgs Floor Identity Inv LeakyRelu Log Log1p LogicalNot "
    "Neg OnesLike PreventGradient Reciprocal Relu Relu6 Rint Round Rsqrt Selu Sigmoid Sign Snapshot Softplus Softsign "
    "Sqrt Square StopGradient Tanh ZerosLike"
).split()
BROADCAST = (
    "Add AddV2 Div FloorDiv FloorMod Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr Maximum Minimum Mod Mul "
    "Pow RealDiv SquaredDifference Sub"
).split()
REDUCED = "All Any Max Mean Min Prod Sum".split()


def unchanged(view: NodeView) -> List[Shape]:
    """The first input's shape."""
    require(len(view.inputs) == 1)
    return [view.inputs[0]]


def softmax(view: NodeView) -> List[Shape]:
    """Softmax, LogSoftmax: rank 1 or more."""
    require(view.inputs[0] is None or len(view.inputs[0]) >= 1)
    return [view.inputs[0]]


def broadcasting(view: NodeView) -> List[Shape]:
    """Two inputs of which the smaller is repeated."""
    one, other = view.inputs
    return [broadcast(one, other)]


def equal(view: NodeView) -> List[Shape]:
    """Equal, NotEqual: with incompatible_shape_error=False, TensorFlow 2's own, the answer may be one boolean."""
    require(view.flag("incompatible_shape_error", True))
    return broadcasting(view)


def add_n(view: NodeView) -> List[Shape]:
    """AddN: all inputs have one shape."""
    shape: Shape = None
    for other in view.inputs:
        shape = merged(shape, other)
    return [shape]


def select(view: NodeView) -> List[Shape]:
    """Select: one condition, one per row, or one per number."""
    condition, one, other = view.inputs
    shape = merged(one, other)
    require(condition is not None and shape is not None)
    if condition and shape:
        merged(condition, shape if len(condition) == len(shape) else shape[:1])
    return [shape]


def select_v2(view: NodeView) -> List[Shape]:
    """SelectV2: all three are broadcast."""
    condition, one, other = view.inputs
    return [broadcast(condition, broadcast(one, other))]


def reduced(view: NodeView) -> List[Shape]:
    """Mean, Sum and the like over the axes of the second input."""
    values, keep = view.inputs[0], view.flag("keep_dims")
    axes = view.numbers(1)
    if values is None or axes is None:
        return [(UNKNOWN,) * len(values) if keep and values is not None else None]
    gone = {axis_of(axis, len(values)) for axis in axes}
    if keep:
        return [tuple(1 if axis in gone else size for axis, size in enumerate(values))]
    return [tuple(size for axis, size in enumerate(values) if axis not in gone)]


def arg_max(view: NodeView) -> List[Shape]:
    """ArgMax, ArgMin: the axis goes away."""
    values = view.inputs[0]
    require(values is not None and len(values) >= 1)
    axis = axis_of(view.number(1), len(values or ()))
    return [tuple(size for place, size in enumerate(values or ()) if place != axis)]


def dequantize(view: NodeView) -> List[Shape]:
    """Dequantize: one range for all numbers, or with ``axis`` one for each channel."""
    require(view.integer("axis", -1) == -1 and len(view.inputs) == 3)
    return [view.inputs[0]]


def quantize(view: NodeView) -> List[Shape]:
    """QuantizeV2: the numbers, and their range."""
    require(view.integer("axis", -1) == -1 and len(view.inputs) == 3)
    return [view.inputs[0], (), ()]


def fake_quantized(view: NodeView) -> List[Shape]:
    """FakeQuantWithMinMaxVars: one range."""
    require(len(view.inputs) == 3)
    for shape in view.inputs[1:]:
        merged(shape, ())
    return [view.inputs[0]]


def switch(view: NodeView) -> List[Shape]:
    """Switch: both outputs have the input's shape."""
    merged(view.inputs[1], ())
    return [view.inputs[0]] * 2


def merge(view: NodeView) -> List[Shape]:
    """Merge: what its inputs have in common, and which of them came."""
    first = view.inputs[0]
    if any(shape is None or len(shape) != len(first or ()) for shape in view.inputs) or first is None:
        return [None, ()]
    sizes = [set(each) for each in zip(*[shape for shape in view.inputs if shape is not None])]
    return [tuple(each.pop() if len(each) == 1 else UNKNOWN for each in sizes), ()]


RULES: Rules = {
    "AddN": add_n,
    "ArgMax": arg_max,
    "ArgMin": arg_max,
    "Dequantize": dequantize,
    "Equal": equal,
    "FakeQuantWithMinMaxVars": fake_quantized,
    "LogSoftmax": softmax,
    "Merge": merge,
    "NotEqual": equal,
    "QuantizeV2": quantize,
    "Select": select,
    "SelectV2": select_v2,
    "Softmax": softmax,
    "Switch": switch,
}
RULES.update({op: unchanged for op in UNCHANGED})
RULES.update({op: broadcasting for op in BROADCAST})
RULES.update({op: reduced for op in REDUCED})
