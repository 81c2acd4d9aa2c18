"""What happens to a photo's pixels before a network takes them."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from poets.migrate.task.errors import BadInput

Numbers = Union[float, Tuple[float, ...]]
"""One number for all channels, or one per channel, in the order in which the network takes the channels."""

HUB = "TensorFlow Hub's image convention"  # 0..1
CHANNELS = ("rgb", "bgr", "gray")
RESIZES = ("tf1", "tf2", "tf1_crop", "tf2_crop")  # _crop: the largest central part of the network's proportions first
# Means of ImageNet's photos, subtracted by Caffe's networks and by those made from them: slim's vgg_preprocessing.py
# (RGB) and Keras's imagenet_utils.py (BGR).
CAFFE_RGB = (123.68, 116.779, 103.939)
CAFFE_BGR = CAFFE_RGB[::-1]
# PyTorch's, per channel of 0..1 pixels; here in pixel units, RGB. In Keras: DenseNet.
TORCH_MEAN, TORCH_STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
LUMA = (0.299, 0.587, 0.114)  # of red, green and blue in gray: JFIF, ITU-R BT.601


class Preprocessing(NamedTuple):
    height: int
    """Pixels, of the network's input."""
    width: int
    """Pixels."""
    mean: Numbers
    """Subtracted from every pixel, in pixel units, 0..255."""
    std: Numbers
    """What the result is divided by, in pixel units."""
    source: str
    """Where mean and std come from, in words."""
    channels: str = "rgb"
    """One of CHANNELS."""
    resize: str = "tf1"
    """One of RESIZES."""
    layout: str = "NHWC"
    """How the network takes a batch: `NHWC`, `NCHW`, or `flat`, a row of H * W * C numbers per photo."""
    dtype: str = "float32"
    """`float32`, or `uint8` where the network takes bytes and scales them itself."""
    guessed: bool = False
    """Whether nothing but a habit speaks for mean and std."""

    @property
    def sides(self) -> List[int]:
        """Height and width."""
        return [self.height, self.width]

    @property
    def depth(self) -> int:
        """Number of channels that the network takes, 1 or 3."""
        return 1 if self.channels == "gray" else 3

    def as_given(self) -> Dict[str, Any]:
        """What `Given` and a model's other options call it: the values, and where they come from as ``measured``."""
        values = {"input_mean": self.mean, "input_std": self.std, "channels": self.channels, "resize": self.resize}
        return dict(values, measured=self.source)

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [..., height, width, depth], normalised, of RGB pixels 0..255, [..., height, width, 3 or depth]."""
        ordered = in_channels(np.asarray(pixels, np.float32), self.channels)
        return np.asarray((ordered - as_float32(self.mean)) / as_float32(self.std))

    def feed(self, normalized: np.ndarray) -> np.ndarray:
        """What the network is fed: normalised float32 [N, height, width, depth] in its own layout and dtype."""
        batch = normalized
        if self.layout == "NCHW":
            batch = np.transpose(batch, (0, 3, 1, 2))
        elif self.layout == "flat":
            batch = batch.reshape(len(batch), -1)
        return np.clip(batch, 0, 255).astype(np.uint8) if self.dtype == "uint8" else batch


def channels_for(depth: Any, colours: str = "rgb") -> str:
    """The channels of a network that takes this many of them: one is gray, three are ``colours``."""
    return "gray" if depth == 1 else colours


def as_float32(numbers: Numbers) -> np.ndarray:
    """One number, float32 [], or one per channel, float32 [3]."""
    return np.asarray(numbers, np.float32)


def for_tensors(numbers: Numbers) -> Any:
    """One number as it is, or one per channel as float32 [3], for TensorFlow's operators."""
    return as_float32(numbers) if isinstance(numbers, (tuple, list)) else numbers


def in_channels(pixels: Any, channels: str) -> np.ndarray:
    """RGB pixels [..., 3] with the channels that the network takes; gray pixels [..., 1] are returned as they are."""
    if channels == "bgr":
        return np.asarray(pixels[..., ::-1])
    if channels == "gray" and pixels.shape[-1] == 3:
        return np.asarray((pixels @ as_float32(LUMA))[..., np.newaxis])
    return np.asarray(pixels)


def central(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """The largest central part of a photo [H, W, 3] with the proportions height : width."""
    tall = min(pixels.shape[0], pixels.shape[1] * height // width)
    wide = min(pixels.shape[1], pixels.shape[0] * width // height)
    top, left = (pixels.shape[0] - tall) // 2, (pixels.shape[1] - wide) // 2
    return pixels[top : top + tall, left : left + wide]


def numbers_in_words(numbers: Numbers) -> str:
    """`127.5`, or `104 117 124`."""
    return " ".join(f"{number:g}" for number in (numbers if isinstance(numbers, (tuple, list)) else [numbers]))


def as_numbers(values: Union[None, float, Sequence[float]], flag: str) -> Optional[Numbers]:
    """The values of a flag, or one number; None if there are none.

    Raises:
        BadInput: neither one number nor three.
    """
    return None if values is None else numbers_in(values, flag)


def numbers_in(values: Any, flag: str) -> Numbers:
    """One number or a tuple of three, of a number or a sequence; ``flag`` is where they come from.

    Raises:
        BadInput: neither one number nor three, or one is not finite.
    """
    given = list(values) if isinstance(values, (tuple, list)) else [values]
    if len(given) not in (1, 3):
        raise BadInput(f"{flag}: one number, or one per channel (three), not {len(given)}")
    try:
        numbers = tuple(float(value) for value in given)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(f"{flag}: {given[0]!r:.60} is no number")
    odd = [number for number in numbers if not abs(number) <= float(np.finfo(np.float32).max)]
    if odd:
        raise BadInput(f"{flag}: {odd[0]:g} is no finite number of 32 bits")
    return numbers[0] if len(numbers) == 1 else numbers


def sides_of(size: Union[None, int, Sequence[int]]) -> Tuple[Optional[int], Optional[int]]:
    """(height, width) of `--input_size`: one number for both, or two; (None, None) if it is not given.

    Raises:
        BadInput: neither one number nor two.
    """
    if size is None:
        return None, None
    sides = [size] if isinstance(size, int) else list(size)
    if len(sides) not in (1, 2):
        raise BadInput(f"--input_size: one number, or height and width, not {len(sides)} numbers")
    return int(sides[0]), int(sides[-1])


class Given(NamedTuple):
    """What the user says of a network's preprocessing; None to find it. The names are those of the flags."""

    input_height: Optional[int] = None
    """Pixels."""
    input_width: Optional[int] = None
    """Pixels."""
    input_mean: Optional[Numbers] = None
    """In pixel units, 0..255."""
    input_std: Optional[Numbers] = None
    """In pixel units."""
    channels: Optional[str] = None
    """One of CHANNELS."""
    resize: Optional[str] = None
    """One of RESIZES."""
    measured: str = ""
    """Where they come from if they were measured, in words."""


def with_given(found: Preprocessing, given: Any) -> Preprocessing:
    """What was found, with what the user says instead. `--input_mean 0` counts as given.

    Args:
        found: Preprocessing.
        given: Given, or anything else with its attributes; ``measured`` says where mean and std come from.

    Raises:
        BadInput: a size below 1, a standard deviation of 0, or other channels than the network's number.
    """
    height = found.height if given.input_height is None else given.input_height
    width = found.width if given.input_width is None else given.input_width
    if height < 1 or width < 1:
        raise BadInput(f"--input_height {height}, --input_width {width}: a picture has at least one pixel")
    source, guessed = found.source, found.guessed
    if given.input_mean is not None or given.input_std is not None:
        source, guessed = getattr(given, "measured", "") or "the flags", False
    mean = found.mean if given.input_mean is None else numbers_in(given.input_mean, "--input_mean")
    std = found.std if given.input_std is None else numbers_in(given.input_std, "--input_std")
    if not np.all(as_float32(std)):
        raise BadInput("--input_std: pixels cannot be divided by 0")
    channels = given.channels or found.channels
    made = found._replace(
        height=height, width=width, mean=mean, std=std, source=source, channels=channels, guessed=guessed
    )
    if made.depth != found.depth:
        raise BadInput(f"--channels {channels}: the network takes {found.depth} channel{'s' * (found.depth > 1)}")
    for flag, numbers in (("--input_mean", mean), ("--input_std", std)):
        if isinstance(numbers, tuple) and len(numbers) != made.depth:
            raise BadInput(f"{flag}: {len(numbers)} numbers, but the network takes {made.depth} channel")
    return made._replace(resize=given.resize or found.resize)
