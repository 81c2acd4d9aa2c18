"""retrain.py's four distortions; random numbers are drawn beforehand so that both twins share them.

Geometry (retrain.py's `add_input_distortions`): the photo is resized to S * margin * scale on both sides, an
S x S window is cut at a random place and possibly mirrored, and every pixel is multiplied by a brightness.
"""

from typing import NamedTuple, Sequence, Union

import numpy as np

from poets.migrate.task.errors import BadInput


class Distortions(NamedTuple):
    flip_left_right: bool
    """Whether half of the photos are mirrored."""
    random_crop: int
    """Percent of margin around the window."""
    random_scale: int
    """Largest enlargement in percent."""
    random_brightness: int
    """Largest change of brightness in percent, up or down."""


NONE = Distortions(False, 0, 0, 0)

# One row per photo: resized size in pixels, window's top and left in pixels, mirrored (0 or 1), brightness.
DRAWS = ("size", "top", "left", "mirror", "brightness")


def check_distortions(distortions: Distortions) -> None:
    """Raise BadInput for percentages out of range."""
    for flag in ("random_crop", "random_scale", "random_brightness"):
        value = getattr(distortions, flag)
        if not 0 <= value <= 100:
            raise BadInput(f"--{flag}: {value} is not a percentage from 0 to 100")


def draw_distortions(
    distortions: Distortions, count: int, batch: int, input_size: int, seed: Union[int, Sequence[int]]
) -> np.ndarray:
    """float64 [count, batch, 5], in the order of `DRAWS`, for a network with inputs of ``input_size`` pixels."""
    random = np.random.RandomState(seed)
    shape = (count, batch)
    scale = 1 + random.random_sample(shape) * distortions.random_scale / 100.0
    size = np.floor(np.float32(1 + distortions.random_crop / 100.0) * scale.astype(np.float32) * input_size)
    size = np.maximum(size, input_size)
    top, left = (np.floor(random.random_sample(shape) * (size - input_size + 1)) for _ in range(2))
    mirror = (random.random_sample(shape) < 0.5) & distortions.flip_left_right
    brightness = 1 + (2 * random.random_sample(shape) - 1) * distortions.random_brightness / 100.0
    return np.stack([size, top, left, mirror.astype(np.float64), brightness], axis=-1)
