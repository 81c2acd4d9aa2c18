"""Label photos with a SavedModel or a `.keras` file: ``python -m modern label_image --graph MODEL --image PHOTO``."""

import argparse
import os
import time
import zipfile
from typing import Any
from typing import Callable
from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Sequence
from typing import Tuple

import numpy as np

from migrate import console
from migrate.task import labelling
from migrate.task.card_in_zip import read_card
from migrate.task.errors import BadInput
from migrate.task.errors import BrokenEnvironment
from migrate.task.flags import Parser
from migrate.task.flags import add_label_flags
from migrate.task.flags import add_resize_flag
from migrate.task.flags import label_targets
from migrate.task.photos import BadPhoto
from modern import images
from modern import signatures
from modern.hub_layer import HubLayer
from modern.tensorflow_v2 import KERAS_3
from modern.tensorflow_v2 import grow_memory
from modern.tensorflow_v2 import keras
from modern.tensorflow_v2 import tf

Model = NamedTuple("Model", [
    ("run", Callable[[Any], Any]),  # normalised float32 [N, S, S, 3] -> probabilities float32 [N, C]
    ("size", int),
    ("mean", float),
    ("std", float),
    ("source", str),
    ("labels", Optional[List[str]]),  # that travel inside, if any
])


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="modern label_image", description="Label photos with a SavedModel or a .keras file.")
    add_label_flags(parser)
    add_resize_flag(parser)
    flags = parser.parse_args(argv)
    return console.run_command(lambda: label_image(flags))


def label_image(flags: argparse.Namespace) -> int:
    """Label, as the flags say.

    Raises:
        PoetsError: anything that stops it.
    """
    grow_memory()
    model = load_model(flags.graph)
    given = labelling.preprocessing_of(flags, model.size, model.mean, model.std, model.source)
    labels = model.labels
    if flags.labels or not labels:
        labels = labelling.read_labels(flags.labels or labelling.labels_beside(flags.graph), None)
    photos = labelling.find_photos(label_targets(flags), flags.on_bad_image, console.warn)
    if flags.verbose:
        console.say("input %dx%d, mean %g, std %g (%s), %d labels" % (
            given.height, given.width, given.mean, given.std, given.source, len(labels)))

    def answer(batch: Sequence[Tuple[str, str]]) -> np.ndarray:
        pixels = []
        for path, _ in batch:
            try:
                decoded = images.decode(tf.io.read_file(path))
            except tf.errors.InvalidArgumentError as error:
                raise BadPhoto("%s: its pixels cannot be decoded (%s); replace or delete it"
                               % (path, error.message.split("\n")[0][:120]))
            resized = images.resize(decoded, [given.height, given.width], flags.resize)
            pixels.append(images.normalize(resized, given.mean, given.std))
        try:
            return np.asarray(model.run(tf.stack(pixels)))
        except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
            raise labelling.refused_pixels(flags.graph, given, error)

    started = time.time()
    with console.progress("labelling", len(photos), flags.quiet) as advance:
        answers = labelling.label_photos(photos, answer, labels, flags.top_k, flags.on_bad_image, console.warn, advance)
    if flags.verbose:
        console.say("%d photos in %.3f s" % (len(answers), time.time() - started))
    console.write_answers(flags, answers, {"graph": flags.graph, "preprocessing": given._asdict()})
    return 0


def load_model(path: str) -> Model:
    """Open a SavedModel folder or a `.keras` file.

    study: a SavedModel is called by signature; nobody has to know a node's name.

    Raises:
        BadInput: neither of both, or a SavedModel that takes no images.
        BrokenEnvironment: a `.keras` file under Keras 2.
    """
    if os.path.isdir(path):
        if not os.path.exists(os.path.join(path, "saved_model.pb")):
            raise BadInput("--graph: no saved_model.pb in the folder %s" % path)
        return _saved_model(path)
    if not os.path.exists(path):
        raise BadInput("--graph: no file or folder '%s' here" % path)
    if not zipfile.is_zipfile(path):
        raise BadInput("--graph: %s is neither a SavedModel folder nor a .keras file; a frozen graph is labelled by "
                       "`poets label --twin legacy`" % path)
    if not KERAS_3:
        raise BrokenEnvironment("--graph: a .keras file needs Keras 3 (TensorFlow 2.16 or later); label with the "
                                "SavedModel beside it")
    return _keras_file(path)


def _saved_model(path: str) -> Model:
    module = tf.saved_model.load(path)  # what runs it must hold it: a signature of TF 2.6 does not keep its variables
    card = signatures.read_card(path)
    if card is not None and "raw" in module.signatures:
        return Model(lambda pixels: list(module.signatures["raw"](pixels).values())[0],
                     card.input_size, card.input_mean, card.input_std, "the SavedModel's own notes", card.labels)
    run = module.signatures.get("serving_default") if hasattr(module.signatures, "get") else None
    specs = list(run.structured_input_signature[1].items()) if run is not None else []
    if len(specs) != 1 or specs[0][1].shape.rank != 4 or not specs[0][1].shape[1]:
        raise BadInput("--graph: the SavedModel %s has no 'serving_default' that takes images of a fixed size" % path)
    name, spec = specs[0]
    return Model(lambda pixels: list(module.signatures["serving_default"](**{name: pixels}).values())[0],
                 int(spec.shape[1]), 0.0, 255.0, "TensorFlow Hub's image convention", None)


def _keras_file(path: str) -> Model:
    model = keras.models.load_model(path, custom_objects={"HubLayer": HubLayer}, compile=False)
    size = int(model.inputs[0].shape[1])
    labels = (read_card(path) or {}).get("labels")
    for layer in model.layers:
        if isinstance(layer, HubLayer):
            return Model(model, size, layer.input_mean, layer.input_std, "the .keras file's own notes", labels)
    return Model(model, size, 0.0, 255.0, "TensorFlow Hub's image convention", labels)
