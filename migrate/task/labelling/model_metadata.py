"""What travels inside every model that the project writes: preprocessing, labels, origin."""

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.preprocessing import CHANNELS, RESIZES, Numbers, Preprocessing, numbers_in


class ModelMetadata(NamedTuple):
    input_size: int
    """Pixels; the height, if `input_width` says another width."""
    input_mean: Numbers
    """In pixel units, one number or one per channel."""
    input_std: Numbers
    """In pixel units, one number or one per channel."""
    resize: str
    """One of `poets.migrate.task.photos.preprocessing.RESIZES`."""
    labels: List[str]
    """One per class."""
    network: str
    """Its origin: a SHA-256 or a Hub handle."""
    input_name: str
    """Name of the input of `raw`."""
    output_name: str
    """Name of the output of `raw`."""
    input_width: Optional[int] = None
    """Pixels; None if it is the height."""
    channels: str = "rgb"
    """Order or number of channels that the network takes: one of `...preprocessing.CHANNELS`."""
    normalization_from: str = ""
    """Where mean and std come from, in words; empty in files of before this was kept."""
    guessed: bool = False
    """Whether nothing but a habit speaks for them."""

    def preprocessing(self, holder: str) -> Preprocessing:
        """What becomes of a photo before `raw`; ``holder`` is the kind of file, such as `the SavedModel's metadata`."""
        source = f"{holder} ({self.normalization_from})" if self.guessed else holder
        return Preprocessing(
            self.input_size,
            self.input_width or self.input_size,
            numbers_in(self.input_mean, "input_mean"),
            numbers_in(self.input_std, "input_std"),
            source,
            self.channels,
            self.resize,
            guessed=self.guessed,
        )


def metadata_from(record: Optional[Dict[str, Any]]) -> Optional[ModelMetadata]:
    """The metadata from its JSON; None if it is not of this project.

    Raises:
        BadInput: it has the project's fields, but holds what the project does not write: without it, photos would be
            scaled by a guess.
    """
    try:
        found = ModelMetadata(**record) if record else None
    except TypeError:
        return None
    wrong = next((name for name, fits in _checks(found) if not fits), "") if found else ""
    if wrong:
        raise BadInput(f"the model's metadata were changed: {wrong} is {getattr(found, wrong)!r:.60}; port it again")
    return found


def _checks(found: ModelMetadata) -> Iterator[Tuple[str, bool]]:
    """(field, whether its value can be of this project). Mean and deviation are checked where they are used."""
    yield "input_size", _is_size(found.input_size)
    yield "input_width", found.input_width is None or _is_size(found.input_width)
    yield "resize", found.resize in RESIZES
    yield "channels", found.channels in CHANNELS
    labels: Any = found.labels
    yield "labels", labels is None or (isinstance(labels, list) and all(isinstance(label, str) for label in labels))
    for name in ("network", "input_name", "output_name", "normalization_from"):
        yield name, isinstance(getattr(found, name), str)
    yield "guessed", isinstance(found.guessed, bool)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def of_network(given: Preprocessing, labels: List[str], network: str, ends: List[str]) -> ModelMetadata:
    """The metadata of a network with this preprocessing; ``ends`` are the names of its input and output."""
    return ModelMetadata(
        given.height,
        given.mean,
        given.std,
        given.resize,
        labels,
        network,
        ends[0],
        ends[1],
        None if given.width == given.height else given.width,
        given.channels,
        given.source,
        given.guessed,
    )
