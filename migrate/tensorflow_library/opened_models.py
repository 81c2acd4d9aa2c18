"""An opened SavedModel or `.keras` file: a function of images, with its preprocessing and labels."""

import os
import zipfile
from typing import Any, Callable, List, NamedTuple, Optional, Sequence

from poets.migrate.gate.keras_files import refuse_keras_file
from poets.migrate.gate.saved_models import refuse_saved_model
from poets.migrate.task.errors import BadInput, BrokenEnvironment, PoetsError
from poets.migrate.task.networks.zip_metadata import read_metadata
from poets.migrate.task.out_of_memory import ran_out_of_memory
from poets.migrate.task.photos.preprocessing import HUB, Preprocessing, channels_for
from poets.migrate.tensorflow_library import signatures
from poets.migrate.tensorflow_library.hub_layer import HubLayer, allowed_ops
from poets.migrate.tensorflow_library.pictures.model_scaling import preprocessing_of
from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf


class LoadedModel(NamedTuple):
    run: Callable[[Any], Any]
    """Normalised float32 [N, S, S, 3] -> probabilities float32 [N, C]."""
    preprocessing: Preprocessing
    """What becomes of a photo before `run`."""
    labels: Optional[List[str]]
    """Labels stored in the model, if any."""


def load_model(path: str, allow_ops: Sequence[str] = ()) -> LoadedModel:
    """Open a SavedModel folder or a `.keras` file.

    study: a SavedModel is called by signature; node names are not needed.

    Raises:
        BadInput: it is neither, or a SavedModel that takes no images, or it could act outside itself by ops that are
            not in ``allow_ops``; then nothing of it has run.
        BrokenEnvironment: a `.keras` file under Keras 2.
    """
    if os.path.isdir(path):
        if not os.path.exists(os.path.join(path, "saved_model.pb")):
            raise BadInput(f"--graph: no saved_model.pb in the folder {path}")
        return _saved_model(path, allow_ops)
    if not os.path.exists(path):
        raise BadInput(f"--graph: no file or folder '{path}' here")
    if not zipfile.is_zipfile(path):
        raise BadInput(
            f"--graph: {path} is neither a SavedModel folder nor a .keras file; a frozen graph is labelled by "
            "`poets label --twin legacy`"
        )
    if not KERAS_3:
        raise BrokenEnvironment(
            "--graph: a .keras file needs Keras 3 (TensorFlow 2.16 or later); label with the SavedModel beside it"
        )
    return _keras_file(path, allow_ops)


def _saved_model(path: str, allow_ops: Sequence[str]) -> LoadedModel:
    refuse_saved_model(path, allow_ops)
    module = tf.saved_model.load(path)  # the caller must keep it alive: a TF 2.6 signature does not hold its variables
    metadata = signatures.read_metadata(path)
    if metadata is not None and "raw" in module.signatures:
        return LoadedModel(
            lambda pixels: list(module.signatures["raw"](pixels).values())[0],
            metadata.preprocessing("the SavedModel's metadata"),
            metadata.labels,
        )
    run = module.signatures.get("serving_default") if hasattr(module.signatures, "get") else None
    specs = list(run.structured_input_signature[1].items()) if run is not None else []
    if len(specs) != 1 or specs[0][1].shape.rank != 4 or not specs[0][1].shape[1]:
        raise BadInput(f"--graph: the SavedModel {path} has no 'serving_default' that takes images of a fixed size")
    name, spec = specs[0]
    return LoadedModel(
        lambda pixels: list(module.signatures["serving_default"](**{name: pixels}).values())[0],
        preprocessing_of(run, int(spec.shape[1]), int(spec.shape[2]), spec.shape[3]),
        None,
    )


def _keras_file(path: str, allow_ops: Sequence[str]) -> LoadedModel:
    refuse_keras_file(path, allow_ops)
    try:
        # safe mode refuses Lambda layers and other code; what it raises depends on what is wrong and on Keras
        with allowed_ops(allow_ops):
            model = keras.models.load_model(path, custom_objects={"HubLayer": HubLayer}, compile=False)
        height, width, depth = (int(size) for size in model.inputs[0].shape[1:])
    except PoetsError:
        raise
    except Exception as error:
        if ran_out_of_memory(error):
            raise
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise BadInput(f"--graph: Keras does not load {path}: {said}")
    labels = (read_metadata(path) or {}).get("labels")
    # study: called directly, a Keras model runs layer by layer; in a tf.function it is one graph, as in a Session.
    run = tf.function(
        lambda pixels: model(pixels, training=False),
        input_signature=[tf.TensorSpec([None] + list(model.inputs[0].shape[1:]), tf.float32)],
    )
    for layer in model.layers:
        if isinstance(layer, HubLayer):
            known = Preprocessing(height, width, layer.input_mean, layer.input_std, "the .keras file's metadata")
            return LoadedModel(run, known, labels)
    if labels is not None:  # `poets port` and `retrain` write models that take 0..1
        return LoadedModel(run, Preprocessing(height, width, 0.0, 255.0, HUB, channels_for(depth)), labels)
    return LoadedModel(run, preprocessing_of(run.get_concrete_function(), height, width, depth), None)
