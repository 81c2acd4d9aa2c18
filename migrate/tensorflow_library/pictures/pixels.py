"""Pixels as networks take them, in tensors: channels, and the part of a photo that is resized.

Both twins use it. TensorFlow is imported late, because each twin imports it first with its own settings.
"""

from typing import Any, Sequence

from poets.migrate.task.photos.preprocessing import LUMA, as_float32


def in_channels(pixels: Any, channels: str) -> Any:
    """RGB pixels [..., 3] with the channels that a network takes; gray pixels [..., 1] are returned as they are.

    Args:
        pixels: float32 tensor.
        channels: one of `poets.migrate.task.photos.preprocessing.CHANNELS`.
    """
    import tensorflow.compat.v1 as tf

    if channels == "bgr":
        return tf.gather(pixels, [2, 1, 0], axis=-1)
    if channels == "gray" and pixels.shape[-1] == 3:
        return tf.reduce_sum(pixels * as_float32(LUMA), axis=-1, keepdims=True)
    return pixels


def resized(images: Any, pixels: Any, sides: Sequence[int], rule: str) -> Any:
    """float32 [height, width, 3]: a photo resized by one of `poets.migrate.task.photos.preprocessing.RESIZES`.

    Args:
        images: an object with the function `resize`: `modern/images.py`.
        pixels: uint8 tensor [H, W, 3].
        sides: height and width.
        rule: str.
    """
    import tensorflow.compat.v1 as tf

    if rule.endswith("_crop"):
        pixels = central(pixels, sides)
    if rule.startswith("tf2"):
        batch = tf.cast(pixels, tf.float32)[tf.newaxis]
        return tf.raw_ops.ResizeBilinear(images=batch, size=sides, half_pixel_centers=True)[0]
    return images.resize(pixels, sides)


def central(pixels: Any, sides: Sequence[int]) -> Any:
    """The largest central part of a photo with the proportions of ``sides``, as `preprocessing.central` cuts it."""
    import tensorflow.compat.v1 as tf

    height, width = tf.shape(pixels)[0], tf.shape(pixels)[1]
    tall = tf.minimum(height, width * sides[0] // sides[1])
    wide = tf.minimum(width, height * sides[1] // sides[0])
    top, left = (height - tall) // 2, (width - wide) // 2
    return pixels[top : top + tall, left : left + wide]
