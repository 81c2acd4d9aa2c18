"""One node as the rules see it: its attributes, and what is known of its inputs."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.graphs.shapes.partial_shapes import NotInferred, Shape, require

INTEGERS = (3, 9)  # DT_INT32, DT_INT64


class Value(NamedTuple):
    """A small integer tensor that says what shape another one has."""

    sizes: Tuple[int, ...]
    """Its own shape: () for one number."""
    numbers: Tuple[Optional[int], ...]
    """In order; None for a number that is not known before the graph runs."""
    is_constant: bool
    """Whether all of it follows from constants and known shapes, so that TensorFlow computes it while it imports."""
    is_shape: bool = False
    """Whether it is the output of a Shape op itself."""


class NodeView(NamedTuple):
    """A node, with what is known of its data inputs, in their order."""

    node: Any
    """A NodeDef message."""
    inputs: List[Shape]
    values: List[Optional[Value]]
    """None for what is no small integer tensor, or is computed by an op that is not followed here."""
    producer: int
    """Version of GraphDef that the TensorFlow that wrote the graph had."""

    def has(self, name: str) -> bool:
        """Whether an attribute is given. Asking the map for one that is not would add it."""
        return name in self.node.attr

    def integers(self, name: str, default: Optional[List[int]] = None) -> List[int]:
        """An attribute that is a list of integers; NotInferred if it is missing and has no default."""
        if self.has(name):
            return [int(number) for number in self.node.attr[name].list.i]
        return _given(default)

    def integer(self, name: str, default: Optional[int] = None) -> int:
        """An attribute that is an integer."""
        return int(self.node.attr[name].i) if self.has(name) else _given(default)

    def flag(self, name: str, default: bool = False) -> bool:
        """An attribute that is a boolean."""
        return bool(self.node.attr[name].b) if self.has(name) else default

    def text(self, name: str, default: Optional[str] = None) -> str:
        """An attribute that is a string."""
        return self.node.attr[name].s.decode("utf-8", "replace") if self.has(name) else _given(default)

    def dtype(self, name: str) -> int:
        """An attribute that is a DataType, as its number."""
        require(self.has(name) and self.node.attr[name].type != 0)
        return int(self.node.attr[name].type)

    def numbers(self, place: int) -> Optional[Tuple[int, ...]]:
        """The numbers of an input; None if TensorFlow does not know them either while it imports the graph.

        Raises:
            NotInferred: they are not followed here.
        """
        value = self.values[place]
        if value is None:
            raise NotInferred
        return tuple(number for number in value.numbers if number is not None) if value.is_constant else None

    def number(self, place: int) -> int:
        """The one number of an input; NotInferred if it is not known."""
        numbers = self.numbers(place)
        if numbers is None or len(numbers) != 1:
            raise NotInferred
        return numbers[0]


def _given(default: Any) -> Any:
    require(default is not None)
    return default


Rule = Callable[[NodeView], List[Shape]]
"""Returns the shapes of all outputs. Raises NotInferred if TensorFlow might refuse the node or know more."""

Rules = Dict[str, Rule]
"""Op -> its rule."""
