"""The target `keras`: a frozen graph as a functional model of stock Keras 3 layers, which can be fine-tuned."""

import os
import re
import shutil
import tempfile
from typing import Any, Callable, Dict, List

import numpy as np

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.targets.keras_fold import FoldedNetwork, carrying, fold, refuse
from poets.migrate.port.targets.keras_layers import BUILDERS
from poets.migrate.port.targets.savedmodel import metadata_of, refuse_mixing
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.networks.zip_metadata import append_metadata
from poets.migrate.task.photos.preprocessing import Preprocessing
from poets.migrate.tensorflow_library.version2 import KERAS_3, KERAS_VERSION, keras

INPUT = "images"
NORMALIZATION, BGR = "normalization", "bgr"


def lift(reading: Reading) -> Any:
    """Build a Keras model with the same outputs as the graph.

    Args:
        reading: Reading.

        Returns: keras.Model, `images` float32 [N, S, S, 3], RGB in 0..1 -> the output node's value, float32 [N, C].
        Layers are named after nodes, with ``_`` for characters that Keras and its backends do not allow; the last one
        after the output. Weights and batch norms are the graph's own, and trainable.

    Raises:
        BadInput: a node has no stock layer; the message names it.
        BrokenEnvironment: this Keras is older than 3.
    """
    _need_keras_3()
    refuse_mixing(reading, "keras")
    network = fold(reading, BUILDERS)
    titles = _titles(network.order)
    images = keras.Input(network.shapes[network.entry], name=INPUT)
    values = {network.entry: normalized(images, reading.roles.preprocessing)}
    within: set = set()  # nodes merged into the layer of an earlier node
    for name in network.order:
        if name in values or name in within:
            continue
        node = network.nodes[name]
        given = [values[source] for source in carrying(node, network.inputs[name]) if source in values]
        try:
            built = BUILDERS[node.op](network, name, titles[name], given)
        except (TypeError, ValueError) as error:  # Keras' own checks
            refuse(node, str(error).strip().splitlines()[0])
        within.update(built.nodes)
        values[built.nodes[-1]] = built.value
    return keras.Model(images, _named(values, network, reading.roles.answer_layer, titles))


def normalized(images: Any, given: Preprocessing) -> Any:
    """Images in 0..1 as the network takes them: (255 * value - mean) / std, after a fixed 1 x 1 convolution for BGR."""
    if given.channels == "bgr":
        turn = keras.layers.Conv2D(3, 1, use_bias=False, trainable=False, name=BGR)
        images = turn(images)
        turn.set_weights([np.eye(3, dtype=np.float32)[::-1].reshape(1, 1, 3, 3)])
    mean, std = (np.asarray(numbers, np.float64) for numbers in (given.mean, given.std))
    return keras.layers.Rescaling((255.0 / std).tolist(), (-mean / std).tolist(), name=NORMALIZATION)(images)


def _need_keras_3() -> None:
    if not KERAS_3:
        raise BrokenEnvironment(
            "--to keras: needs Keras 3, which comes with TensorFlow 2.16 and later; installed is Keras " + KERAS_VERSION
        )


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _titles(names: List[str]) -> Dict[str, str]:
    """A layer name per node, unique even if case is ignored: some file systems do not distinguish `A` from `a`."""
    taken, titles = {INPUT, NORMALIZATION}, {}
    for name in names:
        title, number = _plain(name), 1
        while title.lower() in taken:
            number += 1
            title = f"{_plain(name)}_{number}"
        taken.add(title.lower())
        titles[name] = title
    return titles


def _named(values: Dict[str, Any], network: FoldedNetwork, output: str, titles: Dict[str, str]) -> Any:
    """The output's value, under the output's name; its layer may be named after the product before its bias."""
    value = values[network.output]
    made_by = value._keras_history.operation.name
    wanted = _plain(output)
    if made_by == wanted or (output == network.output and made_by == titles[output]):
        return value
    free = wanted if wanted not in titles.values() or titles.get(output) == wanted else wanted + "_output"
    return keras.layers.Identity(name=free)(value)


def save(reading: Reading, path: str) -> None:
    """Write the lifted model to ``path``, a `.keras` file that also holds the labels and metadata.

    Raises:
        BadInput: a node has no stock layer.
        BrokenEnvironment: this Keras is older than 3.
    """
    model = lift(reading)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path))) as folder:
        made = os.path.join(folder, "model.keras")  # Keras refuses any other ending
        model.save(made)
        append_metadata(made, metadata_of(reading))
        shutil.move(made, path)


def load(path: str, reading: Reading) -> Callable[[np.ndarray], np.ndarray]:
    """Load what `save` wrote in safe mode, without custom objects.

    Returns:
        A function pixels float32 [n, S, S, 3], 0..255 -> probabilities float32 [n, C].
    """
    _need_keras_3()
    model = keras.models.load_model(path, compile=False, safe_mode=True)

    def run(pixels: np.ndarray) -> np.ndarray:
        images = np.asarray(pixels, np.float32) / np.float32(255.0)
        return keras.ops.convert_to_numpy(model(images, training=False))

    return run
