"""The signatures of every SavedModel of the project, retrained here or ported from an old graph."""

import json
import os
import tempfile
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from poets.migrate.tensorflow_library.older_readers import make_loadable_by_older
from poets.migrate.tensorflow_library.version2 import tf

LABELS_ASSET = "labels.txt"
METADATA_ASSET = "poets.json"


class ModelMetadata(NamedTuple):
    input_size: int
    """Pixels."""
    input_mean: float
    """In pixel units."""
    input_std: float
    """In pixel units."""
    resize: str
    """`tf1` or `tf2`."""
    labels: List[str]
    """One per class."""
    network: str
    """Its origin: a SHA-256 or a Hub handle."""
    input_name: str
    """Name of the input of `raw`."""
    output_name: str
    """Name of the output of `raw`."""


def save(
    module: Any,
    probabilities: Callable[[Any], Any],
    metadata: ModelMetadata,
    folder: str,
    images: Any,
    features: Optional[Callable[[Any], Any]] = None,
) -> None:
    """Write a SavedModel.

    Signatures:
        serving_default: `images` float32 [N, S, S, 3], RGB in 0..1 (TensorFlow Hub's convention) ->
            `probabilities` float32 [N, C].
        classify_bytes: `image_bytes` string [N], JPEG, PNG, BMP or GIF -> `labels` string [N, C] and `scores`
            float32 [N, C], most probable first.
        raw: the network's own input, normalised float32 [N, S, S, 3] -> its own output, float32 [N, C].
        features: `images` as for serving_default -> `features` float32 [N, B]; only if there are any.

    Args:
        module: a trackable object that holds the variables used by the functions.
        probabilities: normalised float32 [N, S, S, 3] -> float32 [N, C].
        metadata: ModelMetadata; it is stored inside, as is a labels file.
        folder: str, an empty folder.
        images: an object with the functions `decode`, `resize` and `normalize` for photos: `modern/images.py`.
        features: normalised float32 [N, S, S, 3] -> float32 [N, B], or None.
    """
    images_spec = tf.TensorSpec([None, metadata.input_size, metadata.input_size, 3], tf.float32, "images")
    module.labels = tf.constant(metadata.labels)

    @tf.function(input_signature=[images_spec], autograph=False)
    def serve(pixels: Any) -> Any:
        return {
            "probabilities": probabilities(images.normalize(pixels * 255.0, metadata.input_mean, metadata.input_std))
        }

    # A signature's keyword must be a Python name; an old graph's node (`scope/input:0`) need not be.
    raw_input = "".join(letter if letter.isalnum() else "_" for letter in metadata.input_name)

    @tf.function(input_signature=[tf.TensorSpec(images_spec.shape, tf.float32, raw_input)], autograph=False)
    def raw(normalized: Any) -> Any:
        return {metadata.output_name: probabilities(normalized)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")], autograph=False)
    def classify_bytes(image_bytes: Any) -> Any:
        sides = [metadata.input_size, metadata.input_size, 3]
        pixels = tf.map_fn(
            lambda encoded: tf.ensure_shape(images.resize(images.decode(encoded), sides[:2], metadata.resize), sides),
            image_bytes,
            fn_output_signature=tf.float32,
        )
        scores, order = tf.math.top_k(
            probabilities(images.normalize(pixels, metadata.input_mean, metadata.input_std)), k=len(metadata.labels)
        )
        return {"labels": tf.gather(module.labels, order), "scores": scores}

    signatures: Dict[str, Any] = {"serving_default": serve, "raw": raw, "classify_bytes": classify_bytes}
    if features is not None:
        compute = features

        @tf.function(input_signature=[images_spec], autograph=False)
        def serve_features(pixels: Any) -> Any:
            return {"features": compute(images.normalize(pixels * 255.0, metadata.input_mean, metadata.input_std))}

        signatures["features"] = serve_features
    with tempfile.TemporaryDirectory() as notes:
        module.notes = [
            tf.saved_model.Asset(_write(notes, LABELS_ASSET, "\n".join(metadata.labels) + "\n")),
            tf.saved_model.Asset(_write(notes, METADATA_ASSET, json.dumps(metadata._asdict()))),
        ]
        tf.saved_model.save(module, folder, signatures=signatures)
    make_loadable_by_older(folder)


def read_metadata(folder: str) -> Optional[ModelMetadata]:
    """The metadata inside a SavedModel folder, or None if there is none."""
    path = os.path.join(folder, "assets", METADATA_ASSET)
    if not os.path.exists(path):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return ModelMetadata(**json.load(file))
    except (ValueError, TypeError):
        return None  # a foreign file of that name


def _write(folder: str, name: str, text: str) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path
