"""Compute the pretrained network's features (bottlenecks) of every photo once, and cache them."""

import os
from typing import Dict, Iterator, Sequence

import numpy as np

from poets.migrate.retraining.run import CHUNK, CacheableNetwork, Run
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.photos.survey import undecodable_photo
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.types import Tensor
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images
from poets.modern.backbone import Backbone


def read_pixels(path: Tensor, backbone: Backbone, method: str) -> Tensor:
    """float32 tensor [S, S, 3]: one photo, normalised. ``path`` is a string tensor."""
    resized = images.resize(images.decode(tf.io.read_file(path)), [backbone.input_size, backbone.input_size], method)
    return images.normalize(resized, backbone.input_mean, backbone.input_std)


def read_distorted(path: Tensor, draw: Tensor, backbone: Backbone, method: str) -> Tensor:
    """float32 tensor [S, S, 3]: one photo, distorted by ``draw`` float32 [5], normalised."""
    window = images.distort(images.decode(tf.io.read_file(path)), draw, backbone.input_size, method)
    return images.normalize(window, backbone.input_mean, backbone.input_std)


def compute(backbone: Backbone, pixels: Tensor, resources: Resources) -> np.ndarray:
    """float32 [N, B]: features of normalised images, float32 [N, S, S, 3]."""

    def features(some: Tensor) -> np.ndarray:
        found = (backbone.layer if backbone.layer.trainable else backbone.features)(some)
        if "bottlenecks" not in resources.devices:
            resources.ran_on("bottlenecks", found.device)
        return found.numpy()

    return resources.map("bottlenecks", pixels, features)


def compute_of_photos(
    backbone: Backbone,
    paths: Sequence[str],
    method: str,
    resources: Resources,
    chunk: int = CHUNK,
) -> Iterator[np.ndarray]:
    """Yield features of photos in chunks, float32 [chunk, B]; the last chunk may be shorter.

    study: the tf.data pipeline decodes the next photos on other cores while the network runs. TF1's loop calls one
    `sess.run` after another.

    Raises:
        BadPhoto: TensorFlow cannot decode one of them.
    """
    if not len(paths):
        return
    dataset = tf.data.Dataset.from_tensor_slices([os.fsencode(path) for path in paths])  # names need not be UTF-8
    # AutoGraph rewrites Python's `if` and `for`. There are none here, and skipping it saves 0.2 s.
    pixels_of = tf.autograph.experimental.do_not_convert(lambda path: read_pixels(path, backbone, method))
    dataset = dataset.map(pixels_of, num_parallel_calls=tf.data.AUTOTUNE)
    iterator = iter(dataset.batch(chunk).prefetch(2))
    while True:
        try:
            pixels = next(iterator)
        except StopIteration:
            return
        except tf.errors.InvalidArgumentError as error:
            raise BadPhoto(error.message.split("\n")[0])
        yield compute(backbone, pixels, resources)


def compute_distorted(
    backbone: Backbone,
    paths: Sequence[str],
    draws: np.ndarray,
    method: str,
    resources: Resources,
) -> np.ndarray:
    """float32 [N, B]: features of photos, each distorted by its row of ``draws``, float64 [N, 5]."""
    drawn = zip(map(os.fsencode, paths), draws.astype(np.float32))
    pixels = [read_distorted(path, draw, backbone, method) for path, draw in drawn]
    return compute(backbone, tf.stack(pixels), resources)


def undecodable(paths: Sequence[str]) -> Dict[str, str]:
    """The photos that TensorFlow cannot decode: path -> reason."""
    bad = {}
    for path in paths:
        try:
            images.decode(tf.io.read_file(os.fsencode(path)))
        except tf.errors.InvalidArgumentError as error:
            bad[path] = str(undecodable_photo(path, error.message))
    return bad


def network_of(backbone: Backbone, run: Run) -> CacheableNetwork:
    """What the cache needs: the network's identity, and functions that compute with it."""
    size = backbone.input_size
    return CacheableNetwork(
        backbone.identity,
        f"{size} {backbone.input_mean!r} {backbone.input_std!r} {run.resize}",
        backbone.layer.compute_output_shape((None, size, size, 3))[1],
        not run.hub_module and run.resize == "tf1",
        lambda photos: compute_of_photos(backbone, [path for path, _ in photos], run.resize, run.resources),
        lambda photos: undecodable([path for path, _ in photos]),
    )
