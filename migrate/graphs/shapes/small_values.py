"""The numbers of small integer tensors: graphs compute with them what shape a Reshape or Fill is to have."""

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from poets.migrate.graphs.shapes.node_view import INTEGERS, NodeView, Value
from poets.migrate.graphs.shapes.partial_shapes import UNKNOWN, Shape, known, product
from poets.migrate.graphs.shapes.strided import taken

MOST_NUMBERS = 64  # a shape has a few; the paddings of 4 axes are 8
LARGEST = 2**31 - 1  # int32, in which shapes are computed; what is beyond it is left to TensorFlow
SAME_NUMBERS = "ExpandDims Identity Reshape Squeeze StopGradient".split()


def value_of(view: NodeView, shape: Shape) -> Optional[Value]:
    """The value of a node's first output, of the shape ``shape``; None if it is no small integer tensor.

    TensorFlow computes a value while it imports a graph only if all of it is constant, except that it follows single
    sizes through a few ops. Where it knows nothing, the numbers are None here too.
    """
    if shape is None or not known(shape) or len(shape) > 2 or product(shape) > MOST_NUMBERS:
        return None
    op, count = view.node.op, product(shape)
    if op in FOLLOWED:
        numbers, is_constant = FOLLOWED[op](view)
        if len(numbers) != count:
            return None
        return Value(shape, tuple(numbers), is_constant, op == "Shape")
    if op not in COMPUTED or not view.values or any(value is None for value in view.values):
        return None
    if not all(value.is_constant for value in view.values if value is not None):
        return Value(shape, (None,) * count, False)
    computed = COMPUTED[op](view, [view.numbers(place) or () for place in range(len(view.values))])
    if len(computed) != count or any(abs(number) > LARGEST for number in computed):
        return None
    return Value(shape, tuple(computed), True)


Numbers = List[Optional[int]]
Followed = Tuple[Numbers, bool]


def constant_numbers(view: NodeView) -> Followed:
    """Const: the numbers of its tensor, int32 or int64."""
    tensor = view.node.attr["value"].tensor
    if tensor.dtype not in INTEGERS:
        return [], False
    count = product([int(dim.size) for dim in tensor.tensor_shape.dim])
    return list(integers_of(tensor, count)), True


def integers_of(tensor: Any, count: int) -> List[int]:
    """The ``count`` numbers of a TensorProto, int32 or int64; [] if it does not hold as many."""
    width = 4 if tensor.dtype == INTEGERS[0] else 8
    content = tensor.tensor_content
    if content:
        found = [
            int.from_bytes(content[at : at + width], "little", signed=True) for at in range(0, len(content), width)
        ]
        return found if len(content) == width * count else []
    found = [int(number) for number in (tensor.int_val if width == 4 else tensor.int64_val)]
    return (found + [found[-1] if found else 0] * (count - len(found))) if len(found) <= count else []


def _sizes(view: NodeView) -> Followed:
    sizes = view.inputs[0] or ()
    return [None if size == UNKNOWN else size for size in sizes], known(view.inputs[0])


def _size(view: NodeView) -> Followed:
    return [product(view.inputs[0] or ())], known(view.inputs[0])


def _rank(view: NodeView) -> Followed:
    return [len(view.inputs[0] or ())], view.inputs[0] is not None


def _sliced(view: NodeView) -> Followed:
    value = view.values[0]
    if value is None or len(value.sizes) != 1:
        return [], False
    part = taken(view)[0]
    numbers = [value.numbers[place] for place in part.places]
    is_size = value.is_shape and part.is_dropped and None not in numbers
    return numbers, value.is_constant or is_size


def _joined(view: NodeView, values: List[Optional[Value]]) -> Followed:
    numbers: Numbers = []
    for value, shape in zip(values, view.inputs):
        if value is not None:
            numbers += value.numbers
        elif shape is not None and known(shape):
            numbers += [None] * product(shape)
        else:
            return [], False
    return numbers, all(value is not None and value.is_constant for value in values)


def _packed(view: NodeView) -> Followed:
    """Of numbers. TensorFlow knows an input's number only if it is constant."""
    values = [
        value if value is None or value.is_constant else value._replace(numbers=(None,) * len(value.numbers))
        for value in view.values
    ]
    return _joined(view, values) if all(shape == () for shape in view.inputs) else ([], False)


def _concatenated(view: NodeView) -> Followed:
    return _joined(view, view.values[:-1])


def _cast(view: NodeView) -> Followed:
    value = view.values[0]
    if value is None or view.dtype("SrcT") not in INTEGERS or view.dtype("DstT") not in INTEGERS:
        return [], False
    return list(value.numbers), value.is_constant


FOLLOWED: Dict[str, Callable[[NodeView], Followed]] = {
    "Cast": _cast,
    "ConcatV2": _concatenated,
    "Const": constant_numbers,
    "Pack": _packed,
    "Rank": _rank,
    "Shape": _sizes,
    "Size": _size,
    "StridedSlice": _sliced,
}

Computed = Callable[[NodeView, List[Tuple[int, ...]]], Sequence[int]]


def _pairwise(compute: Callable[[int, int], int]) -> Computed:
    def computed(view: NodeView, numbers: List[Tuple[int, ...]]) -> Sequence[int]:
        one, other = numbers
        count = max(len(one), len(other))
        pairs = zip(one * count if len(one) == 1 else one, other * count if len(other) == 1 else other)
        return [compute(*pair) for pair in pairs]

    return computed


def _of_all(compute: Callable[[Tuple[int, ...]], int]) -> Computed:
    def computed(view: NodeView, numbers: List[Tuple[int, ...]]) -> Sequence[int]:
        return [compute(numbers[0])] if len(view.inputs[0] or ()) == 1 and len(numbers[1]) == 1 else []

    return computed


def _gathered(view: NodeView, numbers: List[Tuple[int, ...]]) -> Sequence[int]:
    values, places = numbers[:2]
    if len(view.inputs[0] or ()) != 1 or not all(0 <= place < len(values) for place in places):
        return []
    return [values[place] for place in places]


def _cut_out(view: NodeView, numbers: List[Tuple[int, ...]]) -> Sequence[int]:
    values, begins, sizes = numbers
    if len(begins) != 1:
        return []
    return values[begins[0] :] if sizes[0] == -1 else values[begins[0] : begins[0] + sizes[0]]


COMPUTED: Dict[str, Computed] = {
    "Add": _pairwise(lambda one, other: one + other),
    "AddV2": _pairwise(lambda one, other: one + other),
    "Fill": lambda view, numbers: list(numbers[1]) * product(numbers[0]),
    "Gather": _gathered,
    "GatherV2": _gathered,
    "Max": _of_all(lambda numbers: max(numbers, default=-LARGEST - 2)),
    "Maximum": _pairwise(max),
    "Min": _of_all(lambda numbers: min(numbers, default=LARGEST + 2)),
    "Minimum": _pairwise(min),
    "Mul": _pairwise(lambda one, other: one * other),
    "Neg": lambda view, numbers: [-number for number in numbers[0]],
    "Prod": _of_all(product),
    "Range": lambda view, numbers: list(range(numbers[0][0], numbers[1][0], numbers[2][0])),
    "Slice": _cut_out,
    "Sub": _pairwise(lambda one, other: one - other),
    "Sum": _of_all(sum),
}
COMPUTED.update({op: lambda view, numbers: list(numbers[0]) for op in SAME_NUMBERS})
