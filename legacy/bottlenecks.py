"""Compute the pretrained network's features (bottlenecks) of every photo once, and cache them."""

from pathlib import Path
from typing import Dict, Iterator, NamedTuple, Optional, Sequence

import numpy as np

from poets.legacy import images
from poets.legacy.backbone import Backbone
from poets.migrate.retraining.network import Photo, TaskNetwork
from poets.migrate.retraining.run import CHUNK, Run
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.photos.survey import undecodable_photo
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.session_resources import run as run_on_device
from poets.migrate.tensorflow_library.types import Session, Tensor
from poets.migrate.tensorflow_library.version1 import tf


class Preprocessing(NamedTuple):
    encoded: Tensor
    """string placeholder []."""
    stages: Dict[str, images.Stages]
    """File format -> its tensors."""
    draw: Tensor
    """float32 placeholder [5]."""
    distorted: Dict[str, Tensor]
    """File format -> float32 [S, S, 3], normalised."""


def add_preprocessing(architecture: Architecture, size: int) -> Preprocessing:
    """Add decode, resize and normalize for every file format, once: adding ops inside a loop slows the loop down."""
    encoded = tf.placeholder(tf.string, [], name="DecodeJPGInput")
    draw = tf.placeholder(tf.float32, [5], name="DistortDraw")
    mean, std = architecture.input_mean, architecture.input_std
    stages, distorted = {}, {}
    for kind in images.KINDS:
        stages[kind] = images.add_stages(encoded, kind, [size, size], mean, std)
        distorted[kind] = images.normalize(images.distort(stages[kind].decode, draw, size), mean, std)
    return Preprocessing(encoded, stages, draw, distorted)


def read_pixels(session: Session, preprocessing: Preprocessing, photo: Photo) -> np.ndarray:
    """float32 [S, S, 3]: one photo, normalised.

    Raises:
        BadPhoto: TensorFlow cannot decode it.
    """
    path, kind = photo
    feed_dict = {preprocessing.encoded: Path(path).read_bytes()}
    try:
        return session.run(preprocessing.stages[kind].normalize, feed_dict)
    except tf.errors.InvalidArgumentError as error:
        raise undecodable_photo(path, error.message)


def read_distorted(session: Session, preprocessing: Preprocessing, photo: Photo, draw: np.ndarray) -> np.ndarray:
    """float32 [S, S, 3]: one photo, distorted by ``draw``, float64 [5], and normalised."""
    path, kind = photo
    feed_dict = {preprocessing.encoded: Path(path).read_bytes(), preprocessing.draw: draw}
    return session.run(preprocessing.distorted[kind], feed_dict)


def pixels_of(
    session: Session, preprocessing: Preprocessing, photos: Sequence[Photo], draws: Optional[np.ndarray] = None
) -> np.ndarray:
    """float32 [n, S, S, 3]: normalised photos, distorted by ``draws``, float64 [n, 5], if given.

    study: each photo takes one `sess.run`, and the network waits until all are decoded. In TF2, tf.data decodes the
    next photos on other cores while the network runs.

    Raises:
        BadPhoto: TensorFlow cannot decode one of them.
    """
    if draws is None:
        return np.stack([read_pixels(session, preprocessing, photo) for photo in photos])
    return np.stack([read_distorted(session, preprocessing, photo, draw) for photo, draw in zip(photos, draws)])


def compute(session: Session, pretrained: Backbone, pixels: np.ndarray, resources: Resources) -> np.ndarray:
    """float32 [N, B]: features of normalised images, float32 [N, S, S, 3].

    study: the batch size can be fixed inside a frozen graph. A graph frozen for one image is run once per image.
    """

    def features(some: np.ndarray) -> np.ndarray:
        return run_on_device(session, pretrained.bottleneck, {pretrained.images: some}, resources, "bottlenecks")

    return resources.map("bottlenecks", pixels, features, None if pretrained.batches else 1)


def compute_of_photos(
    session: Session, pretrained: Backbone, preprocessing: Preprocessing, photos: Sequence[Photo], resources: Resources
) -> Iterator[np.ndarray]:
    """Yield features of photos in chunks, float32 [CHUNK, B]; the last chunk may be shorter.

    Raises:
        BadPhoto: TensorFlow cannot decode one of them.
    """
    for start in range(0, len(photos), CHUNK):
        pixels = pixels_of(session, preprocessing, photos[start : start + CHUNK])
        yield compute(session, pretrained, pixels, resources)


def network_of(session: Session, pretrained: Backbone, preprocessing: Preprocessing, run: Run) -> TaskNetwork:
    """The network as the run sees it: functions on arrays, each of which runs a part of the graph."""
    architecture, resources = run.architecture, run.resources
    return TaskNetwork(
        pretrained.identity,
        architecture.input_size,
        architecture.input_mean,
        architecture.input_std,
        width=int(pretrained.bottleneck.shape[-1]),
        compute_of_photos=lambda photos: compute_of_photos(session, pretrained, preprocessing, photos, resources),
        compute=lambda pixels: compute(session, pretrained, pixels, resources),
        read_distorted=lambda photo, draw: read_distorted(session, preprocessing, photo, draw),
        check_pixels=lambda photo: read_pixels(session, preprocessing, photo),
    )
