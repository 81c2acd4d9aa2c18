"""TensorFlow's bilinear resizes in numpy, for use without it: TF1's (`tf.image.resize_bilinear`) and TF2's."""

import functools
from typing import Tuple

import numpy as np

from poets.migrate.task.photos.preprocessing import central


def resize(pixels: np.ndarray, height: int, width: int, rule: str) -> np.ndarray:
    """float32 [height, width, 3]: a photo [H, W, 3] resized by one of `preprocessing.RESIZES`."""
    part = central(pixels, height, width) if rule.endswith("_crop") else pixels
    return resize_tf1(part, height, width, half_pixel_centers=rule.startswith("tf2"))


def resize_tf1(pixels: np.ndarray, height: int, width: int, half_pixel_centers: bool = False) -> np.ndarray:
    """Resize as ResizeBilinear does without aligned corners, and without half-pixel centres unless they are
    asked for, as TF2's `tf.image.resize` does.

    The arithmetic is the kernel's (TensorFlow's image/resize_bilinear_op.cc), in float32 and in the same order, so the
    result is bit-identical to a TensorFlow built without fused multiply-add, such as its x86 packages.

    Args:
        pixels: uint8 or float32 [H, W, 3].
        height: int, of the result.
        width: int, of the result.
        half_pixel_centers: bool, whether pixels are sampled at their centres.

    Returns:
        float32 [height, width, 3], in the units of ``pixels``.
    """
    top, bottom, down = _neighbours(pixels.shape[0], height, half_pixel_centers)
    left, right, across = _neighbours(pixels.shape[1], width, half_pixel_centers)
    across, down = across[:, np.newaxis], down[:, np.newaxis, np.newaxis]
    above = _between(_corner(pixels, top, left), _corner(pixels, top, right), across)
    below = _between(_corner(pixels, bottom, left), _corner(pixels, bottom, right), across)
    return _between(above, below, down)


@functools.lru_cache(maxsize=64)
def _neighbours(size: int, wanted: int, half_pixel_centers: bool) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of ``wanted`` samples: the pixels before and after it, and its position between them, 0..1."""
    scale = np.float32(size) / np.float32(wanted)
    if half_pixel_centers:
        places = (np.arange(wanted, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    else:
        places = np.arange(wanted, dtype=np.float32) * scale
    before = np.floor(places).astype(np.int64)
    after = np.minimum(np.ceil(places).astype(np.int64), size - 1)
    return np.maximum(before, 0), after, places - before.astype(np.float32)


def _corner(pixels: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.asarray(pixels[rows[:, np.newaxis], columns], np.float32)


def _between(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    return np.asarray(first + (second - first) * share)
