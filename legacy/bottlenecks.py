"""Compute the pretrained network's features (bottlenecks) of every photo once, and cache them."""

from typing import Dict, Iterator, NamedTuple, Sequence, Tuple

import numpy as np

from poets.legacy import images
from poets.legacy.backbone import Backbone
from poets.migrate.retraining.run import CHUNK, CacheableNetwork, Run
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.photos.survey import undecodable_photo
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.session_resources import run as run_on_device
from poets.migrate.tensorflow_library.types import Session, Tensor
from poets.migrate.tensorflow_library.version1 import tf

Photo = Tuple[str, str]  # path, kind


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
    with open(path, "rb") as file:
        encoded = file.read()
    try:
        return session.run(preprocessing.stages[kind].normalize, {preprocessing.encoded: encoded})
    except tf.errors.InvalidArgumentError as error:
        raise undecodable_photo(path, error.message)


def read_distorted(session: Session, preprocessing: Preprocessing, photo: Photo, draw: np.ndarray) -> np.ndarray:
    """float32 [S, S, 3]: one photo, distorted by ``draw``, float64 [5], and normalised."""
    path, kind = photo
    with open(path, "rb") as file:
        feed_dict = {preprocessing.encoded: file.read(), preprocessing.draw: draw}
    return session.run(preprocessing.distorted[kind], feed_dict)


def compute(session: Session, pretrained: Backbone, pixels: np.ndarray, resources: Resources) -> np.ndarray:
    """float32 [N, B]: features of normalised images, float32 [N, S, S, 3].

    study: the batch size can be fixed inside a frozen graph. A graph frozen for one image is run once per image.
    """

    def features(some: np.ndarray) -> np.ndarray:
        return run_on_device(session, pretrained.bottleneck, {pretrained.images: some}, resources, "bottlenecks")

    return resources.map("bottlenecks", pixels, features, None if pretrained.batches else 1)


def compute_of_photos(
    session: Session,
    pretrained: Backbone,
    preprocessing: Preprocessing,
    photos: Sequence[Photo],
    resources: Resources,
) -> Iterator[np.ndarray]:
    """Yield features of photos in chunks, float32 [CHUNK, B]; the last chunk may be shorter.

    study: each photo takes one `sess.run`, and the network waits until all are decoded. In TF2, tf.data decodes the
    next photos on other cores while the network runs.

    Raises:
        BadPhoto: TensorFlow cannot decode one of them.
    """
    for start in range(0, len(photos), CHUNK):
        pixels = [read_pixels(session, preprocessing, photo) for photo in photos[start : start + CHUNK]]
        yield compute(session, pretrained, np.stack(pixels), resources)


def compute_distorted(
    session: Session,
    pretrained: Backbone,
    preprocessing: Preprocessing,
    photos: Sequence[Photo],
    draws: np.ndarray,
    resources: Resources,
) -> np.ndarray:
    """float32 [N, B]: features of photos, each distorted by its row of ``draws``, float64 [N, 5]."""
    pixels = [read_distorted(session, preprocessing, photo, draw) for photo, draw in zip(photos, draws)]
    return compute(session, pretrained, np.stack(pixels), resources)


def undecodable(session: Session, preprocessing: Preprocessing, photos: Sequence[Photo]) -> Dict[str, str]:
    """The photos that TensorFlow cannot decode: path -> reason."""
    bad = {}
    for photo in photos:
        try:
            read_pixels(session, preprocessing, photo)
        except BadPhoto as error:
            bad[photo[0]] = str(error)
    return bad


def network_of(session: Session, pretrained: Backbone, preprocessing: Preprocessing, run: Run) -> CacheableNetwork:
    """What the cache needs: the network's identity, and functions that compute with it."""
    architecture = run.architecture
    return CacheableNetwork(
        pretrained.identity,
        f"{architecture.input_size} {architecture.input_mean!r} {architecture.input_std!r} tf1",
        int(pretrained.bottleneck.shape[-1]),
        True,
        lambda photos: compute_of_photos(session, pretrained, preprocessing, photos, run.resources),
        lambda photos: undecodable(session, preprocessing, photos),
    )
