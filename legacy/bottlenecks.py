"""Compute the pretrained network's features of every photo, once, and keep them."""

from typing import Any, Dict, NamedTuple, Sequence, Tuple

import numpy as np

from poets.legacy import images
from poets.legacy.backbone import Backbone
from poets.legacy.device import run
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.version1 import tf

CHUNK = 32  # photos a `sess.run` of the network


class Preprocessing(NamedTuple):
    encoded: Any
    """string placeholder []."""
    stages: Dict[str, Dict[str, Any]]
    """Kind -> {"decode", "resize", "normalize"} tensors."""
    draw: Any
    """float32 placeholder [5]."""
    distorted: Dict[str, Any]
    """Kind -> float32 tensor [S, S, 3], normalised."""


def add_preprocessing(architecture: Architecture, size: int) -> Preprocessing:
    """Add decode, resize and normalize for every file format, once: a loop that adds ops slows down as it runs."""
    encoded = tf.placeholder(tf.string, [], name="DecodeJPGInput")
    draw = tf.placeholder(tf.float32, [5], name="DistortDraw")
    stages, distorted = {}, {}
    for kind in images.KINDS:
        decoded = images.decode(encoded, kind)
        resized = images.resize(decoded, size)
        normalized = images.normalize(resized, architecture.input_mean, architecture.input_std)
        stages[kind] = {"decode": decoded, "resize": resized, "normalize": normalized}
        window = images.distort(decoded, draw, size)
        distorted[kind] = images.normalize(window, architecture.input_mean, architecture.input_std)
    return Preprocessing(encoded, stages, draw, distorted)


def read_pixels(session: Any, preprocessing: Preprocessing, path: str, kind: str) -> np.ndarray:
    """float32 [S, S, 3]: one photo, normalised.

    Raises:
        BadPhoto: TensorFlow cannot decode it.
    """
    with open(path, "rb") as file:
        encoded = file.read()
    try:
        return session.run(preprocessing.stages[kind]["normalize"], {preprocessing.encoded: encoded})
    except tf.errors.InvalidArgumentError as error:
        raise BadPhoto(
            "%s: its pixels cannot be decoded (%s); replace or delete it" % (path, error.message.split("\n")[0][:120])
        )


def read_distorted(session: Any, preprocessing: Preprocessing, path: str, kind: str, draw: np.ndarray) -> np.ndarray:
    """float32 [S, S, 3]: one photo, distorted by ``draw``, float64 [5], and normalised."""
    with open(path, "rb") as file:
        feed = {preprocessing.encoded: file.read(), preprocessing.draw: draw}
    return session.run(preprocessing.distorted[kind], feed)


def compute(session: Any, backbone: Backbone, pixels: np.ndarray, resources: Resources) -> np.ndarray:
    """float32 [N, B]: features of normalised images, float32 [N, S, S, 3].

    study: a frozen graph's batch size is part of the graph. Those frozen for one image are run one by one.
    """
    return resources.map(
        "bottlenecks",
        pixels,
        lambda some: run(session, backbone.bottleneck, {backbone.images: some}, resources, "bottlenecks"),
        None if backbone.batches else 1,
    )


def compute_of_photos(
    session: Any,
    backbone: Backbone,
    preprocessing: Preprocessing,
    photos: Sequence[Tuple[str, str]],
    resources: Resources,
) -> np.ndarray:
    """float32 [N, B]: features of photos given as (path, kind).

    Raises:
        BadPhoto: TensorFlow cannot decode one of them.
    """
    # study: one photo a `sess.run`, and the network waits for all of them. tf.data decodes beside it, on other cores.
    pixels = [read_pixels(session, preprocessing, path, kind) for path, kind in photos]
    return compute(session, backbone, np.stack(pixels), resources)


def compute_distorted(
    session: Any,
    backbone: Backbone,
    preprocessing: Preprocessing,
    photos: Sequence[Tuple[str, str]],
    draws: np.ndarray,
    resources: Resources,
) -> np.ndarray:
    """float32 [N, B]: features of photos, each distorted by its row of ``draws``, float64 [N, 5]."""
    pixels = [read_distorted(session, preprocessing, path, kind, draw) for (path, kind), draw in zip(photos, draws)]
    return compute(session, backbone, np.stack(pixels), resources)


def undecodable(
    session: Any,
    preprocessing: Preprocessing,
    photos: Sequence[Tuple[str, str]],
) -> Dict[str, str]:
    """Which of the photos TensorFlow cannot decode: path -> why."""
    bad = {}
    for path, kind in photos:
        try:
            read_pixels(session, preprocessing, path, kind)
        except BadPhoto as error:
            bad[path] = str(error)
    return bad
