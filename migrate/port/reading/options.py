"""What the user decides about how a network is read; whatever is not given is found from the network itself."""

from typing import NamedTuple, Optional, Sequence


class ReadingOptions(NamedTuple):
    """From the flags to `graph_reading.read` unchanged, through both processes that port a graph."""

    labels: Optional[str] = None
    """The labels file; None looks beside the graph, and numbers the classes if there is none."""
    input_layer: Optional[str] = None
    """Name of the input node."""
    output_layer: Optional[str] = None
    """Name of the output node."""
    allow_ops: Sequence[str] = ()
    """Ops that may act outside the graph, or that TensorFlow does not know."""
    keep: Sequence[str] = ()
    """Rewrites not to do."""
    backbone: Optional[str] = None
    """For a checkpoint of the last layer alone: the frozen graph of the network below it."""
    input_size: Optional[int] = None
    """Pixels per side."""
    input_mean: Optional[float] = None
    """In pixel units."""
    input_std: Optional[float] = None
    """In pixel units."""


ALL_FOUND = ReadingOptions()  # nothing is given
