"""The targets a graph can be ported to: how each is written, loaded again and judged."""

from typing import Callable
from typing import Dict
from typing import NamedTuple

import numpy as np

from migrate.port import hub
from migrate.port import keras_lift
from migrate.port import savedmodel
from migrate.port import tflite
from migrate.port import tflite_run
from migrate.port.reading import Reading
from modern.hub_layer import HubLayer
from modern.tensorflow_v2 import tf

# Pixels float32 [n, S, S, 3], 0..255 -> probabilities float32 [n, C].
Run = Callable[[np.ndarray], np.ndarray]

Target = NamedTuple("Target", [
    ("name", str),  # of the file or folder
    ("write", Callable[[Reading, str], None]),  # reading, an empty folder or a file's path
    ("load", Callable[[str, Reading], Run]),
    ("is_folder", bool),
    ("tolerance", float),  # of probabilities, one image at a time
    ("batch_tolerance", float),  # of probabilities, in a batch of three
    ("exact", bool),  # True: 0.0 is asked for unless a rewrite reorders arithmetic
    ("must_agree", bool),  # whether top-1 must be the same for every picture
])


def _load_savedmodel(path: str, reading: Reading) -> Run:
    run = tf.saved_model.load(path).signatures["raw"]
    mean, std = np.float32(reading.roles.input_mean), np.float32(reading.roles.input_std)
    return lambda pixels: list(run(tf.constant((pixels - mean) / std)).values())[0].numpy()


def _load_hub(path: str, reading: Reading) -> Run:
    """The module's features through the graph's own last layers, so that probabilities can be compared."""
    layer = HubLayer(path)
    rest = tf.function(savedmodel.graph_function(reading, reading.roles.output_layer, fed=reading.bottleneck))
    return lambda pixels: np.asarray(rest(layer(tf.constant(pixels / np.float32(255)))))


# Of probabilities. Arithmetic in another order: on 600 photos the v1 Session itself moves by 9.0e-6 when grappler's
# folding is switched off, Keras is at most 1.06e-5 from it and TFLite 1.14e-5, every top-1 the same.
LIFTED = 2e-5

TARGETS: Dict[str, Target] = {
    "hub": Target("hub", hub.save, _load_hub, True, LIFTED, LIFTED, False, True),
    "keras": Target("model.keras", keras_lift.save, keras_lift.load, False, LIFTED, LIFTED, False, True),
    "tflite": Target("model.tflite", tflite.save, tflite_run.load, False, LIFTED, LIFTED, False, True),
    "savedmodel": Target("savedmodel", savedmodel.save, _load_savedmodel, True, 0.0, 1e-5, True, True),
}

