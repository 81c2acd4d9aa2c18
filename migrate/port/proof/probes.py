"""Pictures for the proof: the user's photos, or seeded ones: natural by their spectrum, painted, or faint."""

from typing import Any, List, Sequence

import numpy as np

from poets.migrate.demo.flowers import KINDS, paint_flower
from poets.migrate.task.labelling.labels import find_photos
from poets.migrate.task.photos.preprocessing import Preprocessing, in_channels

COUNT = 6
LOSSY_COUNT = 32  # as many as `--probe` uses from a folder
RAGGED = (1, 3)  # batch sizes: one image, as the graph was frozen for, and a batch that is neither 1 nor all


def natural_pictures(given: Preprocessing, count: int = COUNT, seed: int = 0) -> np.ndarray:
    """float32 [count, H, W, C], whole grey levels 0..255: coloured noise whose amplitude falls as 1 / frequency.

    Natural photos have that spectrum (Field 1987); white noise would drive a network into a range that no photo
    reaches.
    """
    random = np.random.RandomState(seed)
    sides = (given.height, given.width)
    rows, columns = np.fft.fftfreq(sides[0])[:, None], np.fft.fftfreq(sides[1])[None, :]
    fall = 1.0 / np.maximum(np.hypot(rows, columns), 1.0 / max(sides))
    pictures = np.empty((count,) + sides + (given.depth,), np.float32)
    for picture in pictures:
        shared = random.normal(size=sides)
        for channel in range(given.depth):
            noise = shared + 0.5 * random.normal(size=sides)
            shaped = np.real(np.fft.ifft2(np.fft.fft2(noise) * fall))
            shaped = (shaped - shaped.mean()) / shaped.std()
            picture[:, :, channel] = np.clip(np.round(127 + 60 * shaped + random.uniform(-30, 30)), 0, 255)
    return pictures


def read_pictures(folder: str, decode_and_resize: Any, count: int = LOSSY_COUNT) -> np.ndarray:
    """float32 [n, H, W, C], 0..255: photos below ``folder``, evenly spread, resized as the network takes them.

    Args:
        folder: str, a folder of photos (or one photo).
        decode_and_resize: path -> float32 [H, W, C].
        count: int, maximum number of photos.

    Raises:
        BadInput: the folder has no usable photo.
    """
    warnings: List[str] = []
    found = find_photos([folder], "skip", warnings.append)
    chosen = [path for path, _ in spread(found, count)]
    return np.stack([decode_and_resize(path) for path in chosen])


def spread(found: Sequence[Any], count: int) -> List[Any]:
    """Evenly spread ``count`` items, or all if there are fewer; the first ones would all be of one class."""
    count = min(len(found), count)
    return [found[number * len(found) // count] for number in range(count)]


def painted_pictures(given: Preprocessing, count: int = LOSSY_COUNT) -> np.ndarray:
    """float32 [count, H, W, C], 0..255: painted flowers, one of each kind in turn.

    They are as colourful as photos. In seeded pictures the channels are similar, so BGR changes less than 8-bit
    rounding does.
    """
    kinds = sorted(KINDS)
    flowers = [paint_flower(kinds[number % len(kinds)], number // len(kinds)) for number in range(count)]
    painted = np.stack([np.asarray(flower.resize((given.width, given.height)), np.float32) for flower in flowers])
    return in_channels(painted, "gray") if given.depth == 1 else painted


def faint_pictures(given: Preprocessing, count: int = COUNT) -> np.ndarray:
    """float32 [count, H, W, C], whole grey levels near the middle, which may not saturate a network that others do."""
    return np.round(127 + (natural_pictures(given, count) - 127) / 12)
