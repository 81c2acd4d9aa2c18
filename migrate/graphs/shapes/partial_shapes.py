"""Shapes of which some or all sizes are unknown, with the arithmetic of TensorFlow's shape inference."""

from typing import Optional, Sequence, Tuple

UNKNOWN = -1  # a size that TensorFlow does not know either

Shape = Optional[Tuple[int, ...]]
"""The sizes, each UNKNOWN or 0 or more; None if TensorFlow does not even know how many there are."""


class NotInferred(Exception):
    """There is no rule for an op, or its inputs do not fit: TensorFlow has to say what it is, or what is wrong."""


def require(fits: bool) -> None:
    """Raise NotInferred unless a node is as its rule expects it."""
    if not fits:
        raise NotInferred


def known(shape: Shape) -> bool:
    """Whether every size is known."""
    return shape is not None and UNKNOWN not in shape


def same_size(one: int, other: int) -> int:
    """The size that both are; NotInferred if they differ."""
    require(UNKNOWN in (one, other) or one == other)
    return other if one == UNKNOWN else one


def merged(one: Shape, other: Shape) -> Shape:
    """What is known of a shape of which two descriptions are given; NotInferred if they contradict each other."""
    if one is None or other is None:
        return other if one is None else one
    require(len(one) == len(other))
    return tuple(same_size(*sizes) for sizes in zip(one, other))


def of_rank(shape: Shape, rank: int) -> Tuple[int, ...]:
    """A shape that must have ``rank`` sizes; all of them unknown where nothing is known."""
    if shape is None:
        return (UNKNOWN,) * rank
    require(len(shape) == rank)
    return shape


def broadcast(one: Shape, other: Shape) -> Shape:
    """The shape of an elementwise op's output."""
    if one is None or other is None:
        return None
    rank = max(len(one), len(other))
    pairs = zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other)
    return tuple(_broadcast_size(*sizes) for sizes in pairs)


def _broadcast_size(one: int, other: int) -> int:
    if 1 in (one, other):
        return other if one == 1 else one
    if UNKNOWN in (one, other):  # it can only be 1 or the other size, unless that is 0
        return max(one, other) if max(one, other) > 1 else UNKNOWN
    return same_size(one, other)


def product(sizes: Sequence[int]) -> int:
    """The number of values; UNKNOWN if a size is, unless another one is 0."""
    if 0 in sizes:
        return 0
    total = 1
    for size in sizes:
        if size == UNKNOWN:
            return UNKNOWN
        total *= size
    return total


def summed(sizes: Sequence[int]) -> int:
    """The sum of some sizes; UNKNOWN if one is."""
    return UNKNOWN if UNKNOWN in sizes else sum(sizes)


def axis_of(axis: int, rank: int) -> int:
    """An axis that may be counted from the end; NotInferred if there is none."""
    require(-rank <= axis < rank)
    return axis % rank
