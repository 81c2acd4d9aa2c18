"""The user's options for reading a network; missing options are found from the network itself."""

from typing import NamedTuple, Optional, Sequence, Union

from poets.migrate.task.photos.preprocessing import Given, as_numbers, sides_of


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
    input_size: Optional[Sequence[int]] = None
    """Pixels: one number per side, or height and width."""
    input_mean: Union[None, float, Sequence[float]] = None
    """In pixel units, one number or one per channel."""
    input_std: Union[None, float, Sequence[float]] = None
    """In pixel units, one number or one per channel."""
    channels: Optional[str] = None
    """One of `poets.migrate.task.photos.preprocessing.CHANNELS`."""
    resize: Optional[str] = None
    """One of `poets.migrate.task.photos.preprocessing.RESIZES`."""
    measured: str = ""
    """Where the preprocessing comes from if it was measured, in words."""

    def preprocessing(self) -> Given:
        """What the user says of the preprocessing.

        Raises:
            BadInput: more numbers than a flag takes.
        """
        height, width = sides_of(self.input_size)
        mean, std = as_numbers(self.input_mean, "--input_mean"), as_numbers(self.input_std, "--input_std")
        return Given(height, width, mean, std, self.channels, self.resize, self.measured)


ALL_FOUND = ReadingOptions()  # no option is given
