"""Compute features with a Hub module or a SavedModel, which the judge compares instead of probabilities."""

import os
from typing import Any, Callable, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.gate.saved_models import refuse_saved_model
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling import labels
from poets.migrate.task.photos.preprocessing import HUB, Preprocessing, with_given
from poets.migrate.tensorflow_library import signatures
from poets.migrate.tensorflow_library.hub_layer import HubLayer, local_path
from poets.migrate.tensorflow_library.version2 import grow_memory, tf
from poets.modern.label_image import ModelClassifier


class FeatureVector(ModelClassifier):
    """A Hub module, or the `features` signature of a SavedModel, as a `Classifier`; `run` returns float32 [N, B].

    Args:
        options: `graph`, an address, folder or archive; `resize` and the preprocessing.

    Raises:
        BadInput: it has no features, or it takes pictures of any size and no size is given.
    """

    def __init__(self, options: labels.ModelOptions) -> None:
        grow_memory()
        self.path = options.graph
        self._run, size = _open(options.graph, options.allow_ops)
        if size is None and None in (options.input_height, options.input_width):
            raise BadInput(f"{options.graph} takes pictures of any size; give a size with --input_size")
        self.given = with_given(Preprocessing(size or 0, size or 0, 0.0, 255.0, HUB), options)

    def run(self, batch: np.ndarray) -> np.ndarray:
        try:
            rows = np.asarray(self._run(tf.constant(batch)))
        except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
            raise labels.refused_pixels(self.path, self.given, error)
        return rows.reshape(len(rows), -1)


def _open(handle: str, allow_ops: Sequence[str]) -> Tuple[Callable[[Any], Any], Optional[int]]:
    """A function float32 [N, S, S, 3] in 0..1 -> features float32 [N, B], and S, or None for any size."""
    folder = local_path(handle)
    metadata = signatures.read_metadata(folder) if os.path.isdir(folder) else None
    if metadata is not None:
        refuse_saved_model(folder, allow_ops)
        module = tf.saved_model.load(folder)
        if "features" not in module.signatures:
            raise BadInput(f"the SavedModel {handle} has no 'features' signature")
        return lambda images: module.signatures["features"](images)["features"], metadata.input_size
    layer = HubLayer(handle, allow_ops=allow_ops)
    return tf.function(lambda images: layer(images, training=False)), layer.side
