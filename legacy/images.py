"""From a file's bytes to the network's input: decode, resize, normalize, distort. Each adds ops to the graph."""

from typing import NamedTuple, Sequence, Union

from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version1 import tf

KINDS = ("jpeg", "png", "bmp", "bmp32", "gif")


class Stages(NamedTuple):
    decode: Tensor
    """uint8 [H, W, 3]."""
    resize: Tensor
    """float32 [S, S, 3], 0..255."""
    normalize: Tensor
    """float32 [S, S, 3]."""


def decode(encoded: Tensor, kind: str) -> Tensor:
    """Add the decoder of one file format.

    study: a TF1 graph is built before the first file is read, so each format needs its own branch; the tensor that
    is run selects the branch. TF2's `decode_image` detects the format from the bytes.

    Args:
        encoded: string tensor [], a file's bytes.
        kind: str, one of `KINDS`.

    Returns:
        uint8 tensor [H, W, 3], RGB.
    """
    if kind == "jpeg":
        return tf.image.decode_jpeg(encoded, channels=3)
    if kind == "png":
        return tf.image.decode_png(encoded, channels=3)
    if kind == "gif":
        return tf.image.decode_gif(encoded)[0]  # a GIF decodes to [frames, H, W, 3] even with one frame
    if kind == "bmp32":
        return tf.image.decode_bmp(encoded, channels=4)[:, :, :3]  # TF 1.15 refuses channels=3 for such a file
    return tf.image.decode_bmp(encoded, channels=3)


def resize(pixels: Tensor, sides: Sequence[Union[int, Tensor]]) -> Tensor:
    """Add TF1's bilinear resize.

    study: TF1 maps output pixel i to input i * scale; TF2 to (i + 0.5) * scale - 0.5. For a photo of a daisy at 128
    pixels the results differ by 3.6 grey levels on average, and no error or warning points it out.

    Args:
        pixels: uint8 tensor [H, W, 3].
        sides: height and width, int or int32 tensors [].

    Returns:
        float32 tensor [height, width, 3], 0..255.
    """
    batch = tf.expand_dims(tf.cast(pixels, tf.float32), 0)
    return tf.squeeze(tf.image.resize_bilinear(batch, tf.stack(sides)), [0])


def normalize(pixels: Tensor, mean: float, std: float) -> Tensor:
    """Add (pixel - mean) / std, computed as in retrain.py. float32 tensor in and out, any shape."""
    return tf.multiply(tf.subtract(pixels, mean), 1.0 / std)


def distort(pixels: Tensor, draw: Tensor, size: int) -> Tensor:
    """Add retrain.py's distortions, with the random numbers as an input.

    study: retrain.py drew the numbers inside the graph (`tf.random_uniform`), anew in each `sess.run`. As an input,
    the same numbers can be given to the modern twin.

    Args:
        pixels: uint8 tensor [H, W, 3].
        draw: float32 tensor [5]: resized size, top, left, mirror, brightness (`DRAWS` in
            `migrate/task/photos/distortions.py`).
        size: int, S.

    Returns:
        float32 tensor [S, S, 3], about 0..255.
    """
    place = tf.cast(draw[:3], tf.int32)
    enlarged = resize(pixels, [place[0], place[0]])
    window = tf.slice(enlarged, tf.stack([place[1], place[2], 0]), [size, size, 3])
    # Not tf.cond: on TF2 it leaves functions in the exported graph, under names that differ between runs.
    mirrored = tf.where(draw[3] > 0.5, tf.reverse(window, [1]), window)
    return tf.multiply(mirrored, draw[4])


def add_stages(encoded: Tensor, kind: str, sides: Sequence[int], mean: float, std: float) -> Stages:
    """Add all stages from a file of one format, a string tensor [], to the network's input, float32 [S, S, 3]."""
    decoded = decode(encoded, kind)
    resized = resize(decoded, sides)
    return Stages(decoded, resized, normalize(resized, mean, std))
