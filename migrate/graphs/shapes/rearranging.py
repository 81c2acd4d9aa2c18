"""Shapes after ops that move, join, cut or repeat values and compute none."""

from typing import List, Tuple

from poets.migrate.graphs.shapes.node_view import NodeView, Rules
from poets.migrate.graphs.shapes.partial_shapes import (
    UNKNOWN,
    NotInferred,
    Shape,
    axis_of,
    known,
    merged,
    of_rank,
    product,
    require,
    same_size,
    summed,
)
from poets.migrate.graphs.shapes.strided import taken


def shape_from(view: NodeView, place: int) -> Tuple[int, ...]:
    """The shape that an input's numbers ask for; -1 and numbers that are not known are UNKNOWN."""
    value = view.values[place]
    if value is None or len(value.sizes) != 1:
        raise NotInferred
    asked = tuple(UNKNOWN if number is None else number for number in value.numbers)
    require(all(size >= UNKNOWN for size in asked))
    return asked


def reshape(view: NodeView) -> List[Shape]:
    """Reshape: at most one size may be left open."""
    values, asked = view.inputs[0], shape_from(view, 1)
    if values is None:
        return [asked]
    open_in, open_out = values.count(UNKNOWN), asked.count(UNKNOWN)
    total = product([size for size in values if size != UNKNOWN])
    wanted = product([size for size in asked if size != UNKNOWN])
    if 0 in (total, wanted):
        require(total == wanted and open_in == open_out == 0)  # what 0 values fit is TensorFlow's to say
    elif open_in == open_out == 0:
        require(total == wanted)
    elif open_in == 0 and open_out == 1:
        require(total % wanted == 0)
        return [tuple(total // wanted if size == UNKNOWN else size for size in asked)]
    elif open_in == 1 and open_out == 0:
        require(wanted % total == 0)
    return [asked]


def _joined(shapes: List[Shape], axis: int) -> Shape:
    if any(shape is None for shape in shapes):
        raise NotInferred
    ranks = {len(shape) for shape in shapes if shape is not None}
    require(len(ranks) == 1 and min(ranks) >= 1)
    axis = axis_of(axis, ranks.pop())
    rest: Shape = None
    for shape in shapes:
        rest = merged(rest, tuple(0 if place == axis else size for place, size in enumerate(shape or ())))
    total = summed([(shape or ())[axis] for shape in shapes])
    return tuple(total if place == axis else size for place, size in enumerate(rest or ()))


def concat(view: NodeView) -> List[Shape]:
    """Concat: the axis comes first."""
    return [_joined(view.inputs[1:], view.number(0))]


def concat_v2(view: NodeView) -> List[Shape]:
    """ConcatV2: the axis comes last."""
    return [_joined(view.inputs[:-1], view.number(len(view.inputs) - 1))]


def split(view: NodeView) -> List[Shape]:
    """Split: equal parts along the first input."""
    values, count = view.inputs[1], view.integer("num_split")
    require(values is not None and count >= 1)
    axis = axis_of(view.number(0), len(values or ()))
    size = (values or ())[axis]
    require(size == UNKNOWN or size % count == 0)
    part = tuple(
        (UNKNOWN if size == UNKNOWN else size // count) if place == axis else other
        for place, other in enumerate(values or ())
    )
    return [part] * count


def pack(view: NodeView) -> List[Shape]:
    """Pack: a new axis, as long as there are inputs."""
    shape: Shape = None
    for other in view.inputs:
        shape = merged(shape, other)
    if shape is None:
        return [None]
    axis = axis_of(view.integer("axis", 0), len(shape) + 1)
    return [shape[:axis] + (len(view.inputs),) + shape[axis:]]


def unpack(view: NodeView) -> List[Shape]:
    """Unpack: an axis goes away, and there are as many outputs as it was long."""
    values, count = view.inputs[0], view.integer("num")
    if values is None:
        return [None] * count
    axis = axis_of(view.integer("axis", 0), len(values))
    same_size(values[axis], count)
    return [values[:axis] + values[axis + 1 :]] * count


def squeeze(view: NodeView) -> List[Shape]:
    """Squeeze: axes of size 1 go away, the named ones or all."""
    values, named = view.inputs[0], view.integers("squeeze_dims", [])
    if values is None:
        return [None]
    if not named:
        return [tuple(size for size in values if size != 1) if known(values) else None]
    gone = {axis_of(axis, len(values)) for axis in named}
    require(all(values[axis] in (1, UNKNOWN) for axis in gone))
    return [tuple(size for axis, size in enumerate(values) if axis not in gone)]


def expand_dims(view: NodeView) -> List[Shape]:
    """ExpandDims: a new axis of size 1."""
    values = view.inputs[0]
    if values is None:
        return [None]
    axis = axis_of(view.number(1), len(values) + 1)
    return [values[:axis] + (1,) + values[axis:]]


def transpose(view: NodeView) -> List[Shape]:
    """Transpose: the axes in the order of the second input."""
    order = view.numbers(1)
    if order is None:
        raise NotInferred
    values = of_rank(view.inputs[0], len(order))
    order = tuple(axis_of(axis, len(values)) for axis in order)
    require(sorted(order) == list(range(len(values))))
    return [tuple(values[axis] for axis in order)]


def _pairs(view: NodeView, place: int) -> List[Tuple[int, int]]:
    numbers = view.numbers(place)
    if numbers is None or len(numbers) % 2 or view.inputs[place] != (len(numbers) // 2, 2):
        raise NotInferred
    return list(zip(numbers[::2], numbers[1::2]))


def pad(view: NodeView) -> List[Shape]:
    """Pad and the like: the second input is [rank, 2], numbers to add before and after."""
    pairs = _pairs(view, 1)
    values = of_rank(view.inputs[0], len(pairs))
    require(all(min(pair) >= 0 for pair in pairs))
    return [tuple(summed((size,) + pair) for size, pair in zip(values, pairs))]


def tile(view: NodeView) -> List[Shape]:
    """Tile: each axis is repeated."""
    times = view.numbers(1)
    if times is None:
        raise NotInferred
    values = of_rank(view.inputs[0], len(times))
    require(min(times + (0,)) >= 0)
    return [tuple(product(pair) for pair in zip(values, times))]


def strided_slice(view: NodeView) -> List[Shape]:
    """StridedSlice: `x[a:b:c]`."""
    return [tuple(part.size for part in taken(view) if not part.is_dropped)]


def cut_out(view: NodeView) -> List[Shape]:
    """Slice: a start and a size for each axis; -1 for all that follows."""
    begins, sizes = view.numbers(1), view.numbers(2)
    if begins is None or sizes is None or not known(view.inputs[0]):
        raise NotInferred
    values = of_rank(view.inputs[0], len(begins))
    require(len(sizes) == len(begins))
    found = tuple(whole - begin if size == -1 else size for whole, begin, size in zip(values, begins, sizes))
    require(all(0 <= begin and 0 <= size <= whole - begin for whole, begin, size in zip(values, begins, found)))
    return [found]


def gather(view: NodeView) -> List[Shape]:
    """Gather, GatherV2: one axis is replaced by the axes of the indices."""
    values, indices = view.inputs[:2]
    require(view.integer("batch_dims", 0) == 0 and values is not None and indices is not None)
    axis = axis_of(view.number(2) if len(view.inputs) == 3 else 0, len(values or ()))
    return [(values or ())[:axis] + (indices or ()) + (values or ())[axis + 1 :]]


def space_to_batch(view: NodeView) -> List[Shape]:
    """SpaceToBatchND: what a dilated convolution of TensorFlow 1 begins with."""
    return [_regrouped(view, True)]


def batch_to_space(view: NodeView) -> List[Shape]:
    """BatchToSpaceND: what it ends with."""
    return [_regrouped(view, False)]


def _regrouped(view: NodeView, is_packing: bool) -> Tuple[int, ...]:
    blocks, pairs, values = view.numbers(1), _pairs(view, 2), view.inputs[0]
    if blocks is None or values is None:
        raise NotInferred
    require(len(blocks) == len(pairs) < len(values) and min(blocks) >= 1 and all(min(pair) >= 0 for pair in pairs))
    block = product(blocks)
    sizes = [product([values[0], block]) if is_packing else _divided(values[0], block)]
    for size, each, pair in zip(values[1:], blocks, pairs):
        if is_packing:
            sizes.append(_divided(summed((size,) + pair), each))
        else:
            sizes.append(UNKNOWN if size == UNKNOWN else size * each - sum(pair))
    require(min(sizes) >= UNKNOWN)
    return tuple(sizes) + values[1 + len(blocks) :]


def _divided(size: int, by: int) -> int:
    require(size == UNKNOWN or size % by == 0)
    return UNKNOWN if size == UNKNOWN else size // by


RULES: Rules = {
    "BatchToSpaceND": batch_to_space,
    "Concat": concat,
    "ConcatV2": concat_v2,
    "ExpandDims": expand_dims,
    "Gather": gather,
    "GatherV2": gather,
    "MirrorPad": pad,
    "Pack": pack,
    "Pad": pad,
    "PadV2": pad,
    "Reshape": reshape,
    "Slice": cut_out,
    "SpaceToBatchND": space_to_batch,
    "Split": split,
    "Squeeze": squeeze,
    "StridedSlice": strided_slice,
    "Tile": tile,
    "Transpose": transpose,
    "Unpack": unpack,
}
