"""From a file's bytes to what the network takes: decode, resize, normalize, distort. Each adds ops to the graph."""

from typing import Any

from poets.migrate.tensorflow_library.version1 import tf

KINDS = ("jpeg", "png", "bmp", "bmp32", "gif")


def decode(encoded: Any, kind: str) -> Any:
    """Add the decoder of one file format.

    study: a TF1 graph is built before any file is seen, so each format is a branch of its own, chosen by which
    tensor is run. TF2's `decode_image` looks at the bytes as they come.

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


def resize(pixels: Any, size: int) -> Any:
    """Add TF1's bilinear resize.

    study: TF1 maps output pixel i to input i * scale; TF2 to (i + 0.5) * scale - 0.5. On a real daisy at 128
    pixels that moves the picture by 3.6 grey levels on average, and no error says so.

    Args:
        pixels: uint8 tensor [H, W, 3].
        size: int, S.

    Returns:
        float32 tensor [S, S, 3], 0..255.
    """
    batch = tf.expand_dims(tf.cast(pixels, tf.float32), 0)
    return tf.squeeze(tf.image.resize_bilinear(batch, tf.stack([size, size])), [0])


def normalize(pixels: Any, mean: float, std: float) -> Any:
    """Add (pixel - mean) / std, spelled as retrain.py does. float32 tensor in and out, any shape."""
    return tf.multiply(tf.subtract(pixels, mean), 1.0 / std)


def distort(pixels: Any, draw: Any, size: int) -> Any:
    """Add retrain.py's distortions, with the random numbers fed in.

    study: retrain.py drew them in the graph (`tf.random_uniform`), new at every run of the Session; fed in,
    the modern twin can be given the same.

    Args:
        pixels: uint8 tensor [H, W, 3].
        draw: float32 tensor [5]: resized size, top, left, mirror, brightness (`DRAWS` in
            `migrate/task/photos/distortions.py`).
        size: int, S.

    Returns:
        float32 tensor [S, S, 3], about 0..255.
    """
    place = tf.cast(draw[:3], tf.int32)
    enlarged = resize(pixels, place[0])
    window = tf.slice(enlarged, tf.stack([place[1], place[2], 0]), [size, size, 3])
    # tf.cond would leave functions behind in the exported graph on TF2, under names that differ from run to run.
    mirrored = tf.where(draw[3] > 0.5, tf.reverse(window, [1]), window)
    return tf.multiply(mirrored, draw[4])
