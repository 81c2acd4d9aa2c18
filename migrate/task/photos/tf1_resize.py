"""TF1's bilinear resize (`tf.image.resize_bilinear`) in numpy, for use without TensorFlow."""

import functools
from typing import Tuple

import numpy as np


def resize_tf1(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize as ResizeBilinear does without aligned corners or half-pixel centres.

    The arithmetic is the kernel's (TensorFlow's image/resize_bilinear_op.cc), in float32 and in the same order, so the
    result is bit-identical to a TensorFlow built without fused multiply-add, such as its x86 packages.

    Args:
        pixels: uint8 or float32 [H, W, 3].
        height: int, of the result.
        width: int, of the result.

    Returns:
        float32 [height, width, 3], in the units of ``pixels``.
    """
    top, bottom, down = _neighbours(pixels.shape[0], height)
    left, right, across = _neighbours(pixels.shape[1], width)
    across, down = across[:, np.newaxis], down[:, np.newaxis, np.newaxis]
    above = _between(_corner(pixels, top, left), _corner(pixels, top, right), across)
    below = _between(_corner(pixels, bottom, left), _corner(pixels, bottom, right), across)
    return _between(above, below, down)


@functools.lru_cache(maxsize=64)
def _neighbours(size: int, wanted: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of ``wanted`` samples: the pixels before and after it, and its position between them, 0..1."""
    places = np.arange(wanted, dtype=np.float32) * (np.float32(size) / np.float32(wanted))
    before = places.astype(np.int64)
    after = np.minimum(np.ceil(places).astype(np.int64), size - 1)
    return before, after, places - before.astype(np.float32)


def _corner(pixels: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.asarray(pixels[rows[:, np.newaxis], columns], np.float32)


def _between(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    return np.asarray(first + (second - first) * share)
