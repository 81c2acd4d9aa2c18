"""What ports are compared with: pictures, and the original's answers to them and to deliberate mistakes."""

import os
from typing import Callable, Dict, NamedTuple, Optional

import numpy as np

from poets.migrate.demo.flowers import KINDS, paint_flower
from poets.migrate.port.proof import probes
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.reading.original import original_answers
from poets.migrate.task.photos.preprocessing import Preprocessing, in_channels
from poets.migrate.tensorflow_library.pictures.pixels import resized
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images


class Reference(NamedTuple):
    """The reference of a comparison: pictures, and the original's outputs for them and for deliberate mistakes."""

    pixels: np.ndarray
    """float32 [n, S, S, 3], 0..255."""
    expected: np.ndarray
    """float32 [n, C]."""
    mistaken: Dict[str, np.ndarray]
    """A mistake's name -> float32 [n, C]."""


LOSSY_COUNT = 32  # as many as `--probe` uses from a folder


def decode_and_resize(given: Preprocessing) -> Callable[[str], np.ndarray]:
    """A function path -> float32 [H, W, 3], 0..255, RGB, or gray [H, W, 1] for a network that takes one channel."""

    def pixels(path: str) -> np.ndarray:
        decoded = images.decode(tf.io.read_file(os.fsencode(path)))
        found = resized(images, decoded, [given.height, given.width], given.resize).numpy()
        return in_channels(found, "gray") if given.depth == 1 else found

    return pixels


def make_reference(reading: Reading, folder: Optional[str], lossy: bool) -> Reference:
    """The photos below ``folder``, or built-in pictures if it is None, with the original's outputs for them."""
    given = reading.roles.preprocessing
    if lossy and not folder:
        pixels = painted_pictures(given)
    else:
        pixels = probes.pictures_for(folder, given, decode_and_resize(given))
    normalized = given.normalize(pixels)
    mistaken = {"BGR": normalized[..., ::-1], "another normalisation": other_normalization(pixels, given)}
    return Reference(
        pixels,
        original_answers(reading, normalized),
        {name: original_answers(reading, wrong) for name, wrong in mistaken.items()} if lossy else {},
    )


def painted_pictures(given: Preprocessing, count: int = LOSSY_COUNT) -> np.ndarray:
    """float32 [count, H, W, C], 0..255: painted flowers, one of each kind in turn.

    They are as colourful as photos. In seeded pictures the channels are similar, so BGR changes less than 8-bit
    rounding does.
    """
    kinds = sorted(KINDS)
    flowers = [paint_flower(kinds[number % len(kinds)], number // len(kinds)) for number in range(count)]
    painted = np.stack([np.asarray(flower.resize((given.width, given.height)), np.float32) for flower in flowers])
    return in_channels(painted, "gray") if given.depth == 1 else painted


def other_normalization(pixels: np.ndarray, given: Preprocessing) -> np.ndarray:
    """Mistaken input: 0..1 for a network that takes -1..1 or other means, and -1..1 for one that takes none."""
    wrong = given._replace(mean=0.0, std=255.0) if np.any(given.mean) else given._replace(mean=127.5, std=127.5)
    return wrong.normalize(pixels)
