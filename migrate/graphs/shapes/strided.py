"""What a StridedSlice, Python's `x[a:b:c]`, takes of each axis."""

from typing import List, NamedTuple

from poets.migrate.graphs.shapes.node_view import NodeView
from poets.migrate.graphs.shapes.partial_shapes import UNKNOWN, require


class Taken(NamedTuple):
    places: range
    """The positions on the axis; of no use if ``size`` is UNKNOWN."""
    size: int
    """How many there are."""
    is_dropped: bool
    """Whether the axis goes away, as in `x[0]`."""


def taken(view: NodeView) -> List[Taken]:
    """What is taken of each axis of the first input.

    Raises:
        NotInferred: the bounds are not known, an ellipsis or a new axis is used, or a position is outside.
    """
    values = view.inputs[0]
    bounds = [view.numbers(place) for place in (1, 2, 3)]
    require(values is not None and None not in bounds)
    require(view.integer("ellipsis_mask", 0) == 0 and view.integer("new_axis_mask", 0) == 0)
    begins, ends, steps = (bound or () for bound in bounds)
    sizes = values or ()
    require(len(begins) == len(ends) == len(steps) <= len(sizes) and 0 not in steps)
    open_begins, open_ends, dropped = (view.integer(name, 0) for name in ("begin_mask", "end_mask", "shrink_axis_mask"))
    found = []
    for axis, size in enumerate(sizes):
        if axis >= len(begins):
            found.append(Taken(range(max(size, 0)), size, False))
            continue
        bit, begin, end, step = 1 << axis, begins[axis], ends[axis], steps[axis]
        if dropped & bit:
            require(step > 0 and not open_begins & bit)  # TensorFlow's own reading of a mask on a dropped axis is odd
            place = begin + size if begin < 0 else begin
            require(size == UNKNOWN or 0 <= place < size)
            found.append(Taken(range(place, place + 1), 1, True))
            continue
        bounds_of_axis = slice(None if open_begins & bit else begin, None if open_ends & bit else end, step)
        if size == UNKNOWN:
            require(bounds_of_axis == slice(None, None, 1))
            found.append(Taken(range(0), UNKNOWN, False))
            continue
        places = range(*bounds_of_axis.indices(size))
        found.append(Taken(places, len(places), False))
    return found
