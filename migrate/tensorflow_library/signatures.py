"""The signatures of every SavedModel of the project, retrained here or ported from an old graph."""

import json
import os
import tempfile
from typing import Any, Callable, Dict, Optional

from poets.migrate.task.labelling.model_metadata import ModelMetadata, metadata_from
from poets.migrate.task.photos.preprocessing import for_tensors
from poets.migrate.tensorflow_library.older_readers import make_loadable_by_older
from poets.migrate.tensorflow_library.pictures.pixels import in_channels, resized
from poets.migrate.tensorflow_library.version2 import tf

LABELS_ASSET = "labels.txt"
METADATA_ASSET = "poets.json"


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
        serving_default: `images` float32 [N, H, W, 3], RGB in 0..1 (TensorFlow Hub's convention), or [N, H, W, 1] if
            the network takes one channel -> `probabilities` float32 [N, C].
        classify_bytes: `image_bytes` string [N], JPEG, PNG, BMP or GIF -> `labels` string [N, C] and `scores`
            float32 [N, C], most probable first.
        raw: the network's own input, normalised float32 [N, H, W, 3 or 1], its channels in its own order -> its own
            output, float32 [N, C].
        features: `images` as for serving_default -> `features` float32 [N, B]; only if there are any.

    Args:
        module: a trackable object that holds the variables used by the functions.
        probabilities: normalised float32 [N, S, S, 3] -> float32 [N, C].
        metadata: ModelMetadata; it is stored inside, as is a labels file.
        folder: str, an empty folder.
        images: an object with the functions `decode`, `resize` and `normalize` for photos: `modern/images.py`.
        features: normalised float32 [N, S, S, 3] -> float32 [N, B], or None.
    """
    given = metadata.preprocessing("")
    images_spec = tf.TensorSpec([None, given.height, given.width, given.depth], tf.float32, "images")
    module.labels = tf.constant(metadata.labels)

    def normalized(pixels: Any) -> Any:
        return images.normalize(in_channels(pixels, given.channels), for_tensors(given.mean), for_tensors(given.std))

    @tf.function(input_signature=[images_spec], autograph=False)
    def serve(pixels: Any) -> Any:
        return {"probabilities": probabilities(normalized(pixels * 255.0))}

    # A signature's keyword must be a Python name; an old graph's node (`scope/input:0`) need not be.
    raw_input = "".join(letter if letter.isalnum() else "_" for letter in metadata.input_name)

    @tf.function(input_signature=[tf.TensorSpec(images_spec.shape, tf.float32, raw_input)], autograph=False)
    def raw(values: Any) -> Any:
        return {metadata.output_name: probabilities(values)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")], autograph=False)
    def classify_bytes(image_bytes: Any) -> Any:
        sides = [given.height, given.width, 3]
        pixels = tf.map_fn(
            lambda encoded: tf.ensure_shape(resized(images, images.decode(encoded), sides[:2], given.resize), sides),
            image_bytes,
            fn_output_signature=tf.float32,
        )
        scores, order = tf.math.top_k(probabilities(normalized(pixels)), k=len(metadata.labels))
        return {"labels": tf.gather(module.labels, order), "scores": scores}

    signatures: Dict[str, Any] = {"serving_default": serve, "raw": raw, "classify_bytes": classify_bytes}
    if features is not None:
        compute = features

        @tf.function(input_signature=[images_spec], autograph=False)
        def serve_features(pixels: Any) -> Any:
            return {"features": compute(normalized(pixels * 255.0))}

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
            return metadata_from(json.load(file))
    except ValueError:
        return None  # a foreign file of that name


def _write(folder: str, name: str, text: str) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path
