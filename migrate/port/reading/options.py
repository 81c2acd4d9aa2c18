"""The user's options for reading a network; missing options are found from the network itself."""

from typing import NamedTuple, Optional, Sequence


class ReadingOptions(NamedTuple):
    """Options passed unchanged from the flags to `graph_reading.read`, in both processes that port a graph."""

    labels: Optional[str] = None
    """The labels file; None takes the one beside the graph, or numbers the classes if there is none."""
    input_layer: Optional[str] = None
    """Name of the input node."""
    output_layer: Optional[str] = None
    """Name of the output node."""
    allow_ops: Sequence[str] = ()
    """Ops to allow although they act outside the graph or TensorFlow does not know them."""
    keep: Sequence[str] = ()
    """Rewrites to skip."""
    backbone: Optional[str] = None
    """For a checkpoint with only the last layer: the frozen graph of the network below it."""
    input_size: Optional[int] = None
    """Pixels per side."""
    input_mean: Optional[float] = None
    """In pixel units."""
    input_std: Optional[float] = None
    """In pixel units."""


ALL_FOUND = ReadingOptions()  # no option is given
