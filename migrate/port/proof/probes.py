"""Pictures for the proof: the user's photos, or seeded pictures with the spectrum of natural photos."""

import os
from typing import Any, List, Optional, Sequence

import numpy as np

from poets.migrate.task.labelling.labels import find_photos
from poets.migrate.task.photos.preprocessing import Preprocessing

COUNT = 6
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


def read_pictures(folder: str, decode_and_resize: Any, count: int = 32) -> np.ndarray:
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


def pictures_for(folder: Optional[str], given: Preprocessing, decode_and_resize: Any) -> np.ndarray:
    """The user's photos if a folder is given, else seeded pictures: float32 [n, H, W, C], 0..255, RGB or gray."""
    if folder:
        return read_pictures(os.path.expanduser(folder), decode_and_resize)
    return natural_pictures(given)
