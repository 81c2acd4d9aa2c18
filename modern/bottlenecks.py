"""Compute the pretrained network's features (bottlenecks) of every photo once, and cache them."""

import os
from typing import Iterator, Optional, Sequence

import numpy as np

from poets.migrate.retraining.network import Photo, TaskNetwork
from poets.migrate.retraining.run import CHUNK, Run
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.photos.survey import undecodable_photo
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.types import Dataset, Tensor
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images
from poets.modern.backbone import Backbone


def read_pixels(path: Tensor, backbone: Backbone, method: str) -> Tensor:
    """float32 tensor [S, S, 3]: one photo, normalised. ``path`` is a string tensor."""
    resized = images.resize(images.decode(tf.io.read_file(path)), [backbone.input_size, backbone.input_size], method)
    return images.normalize(resized, backbone.layer.input_mean, backbone.layer.input_std)


def read_distorted(path: Tensor, draw: Tensor, backbone: Backbone, method: str) -> Tensor:
    """float32 tensor [S, S, 3]: one photo, distorted by ``draw`` float32 [5], normalised."""
    window = images.distort(images.decode(tf.io.read_file(path)), draw, backbone.input_size, method)
    return images.normalize(window, backbone.layer.input_mean, backbone.layer.input_std)


def pixels_of(backbone: Backbone, paths: Sequence[str], method: str, draws: Optional[np.ndarray] = None) -> Dataset:
    """Each photo as float32 tensor [S, S, 3], normalised and distorted by ``draws``, float64 [..., 5], if given.

    study: the tf.data pipeline decodes the next photos on other cores while the network runs. TF1's loop calls one
    `sess.run` after another.
    """

    def read(path: Tensor, draw: Optional[Tensor] = None) -> Tensor:
        if draw is None:
            return read_pixels(path, backbone, method)
        return read_distorted(path, draw, backbone, method)

    names = tf.constant([os.fsencode(path) for path in paths], tf.string)  # need not be UTF-8
    parts = (names,) if draws is None else (names, draws.astype(np.float32).reshape(-1, draws.shape[-1]))
    # AutoGraph rewrites Python's `if` and `for`. None here depends on a tensor, and skipping it saves 0.2 s.
    read = tf.autograph.experimental.do_not_convert(read)
    return tf.data.Dataset.from_tensor_slices(parts).map(read, num_parallel_calls=tf.data.AUTOTUNE)


def compute(backbone: Backbone, pixels: Tensor, resources: Resources) -> np.ndarray:
    """float32 [N, B]: features of normalised images, float32 [N, S, S, 3]."""

    def features(some: Tensor) -> np.ndarray:
        found = (backbone.layer if backbone.layer.trainable else backbone.features)(some)
        resources.ran_on("bottlenecks", found.device)
        return found.numpy()

    return resources.map("bottlenecks", pixels, features)


def compute_of_photos(
    backbone: Backbone, paths: Sequence[str], method: str, resources: Resources
) -> Iterator[np.ndarray]:
    """Yield features of photos in chunks, float32 [CHUNK, B]; the last chunk may be shorter.

    Raises:
        BadPhoto: TensorFlow cannot decode one of them.
    """
    batches = iter(pixels_of(backbone, paths, method).batch(CHUNK).prefetch(2))
    while True:
        try:
            pixels = next(batches, None)
        except tf.errors.InvalidArgumentError as error:
            raise BadPhoto(error.message.split("\n")[0])
        if pixels is None:
            return
        yield compute(backbone, pixels, resources)


def check_pixels(path: str) -> None:
    """Raise BadPhoto if TensorFlow cannot decode a photo."""
    try:
        images.decode(tf.io.read_file(os.fsencode(path)))
    except tf.errors.InvalidArgumentError as error:
        raise undecodable_photo(path, error.message)


def network_of(backbone: Backbone, run: Run) -> TaskNetwork:
    """The network as the run sees it: functions on arrays, each of which calls functions on tensors."""
    size, method = backbone.input_size, run.resize

    def distorted(photo: Photo, draw: np.ndarray) -> np.ndarray:
        return read_distorted(os.fsencode(photo[0]), draw.astype(np.float32), backbone, method).numpy()

    return TaskNetwork(
        backbone.identity,
        size,
        backbone.layer.input_mean,
        backbone.layer.input_std,
        width=backbone.layer.compute_output_shape((None, size, size, 3))[1],
        compute_of_photos=lambda photos: compute_of_photos(backbone, [one[0] for one in photos], method, run.resources),
        compute=lambda pixels: compute(backbone, pixels, run.resources),
        read_distorted=distorted,
        check_pixels=lambda photo: check_pixels(photo[0]),
        can_train=backbone.layer.can_train(),
    )
