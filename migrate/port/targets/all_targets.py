"""The port targets: how each is written, loaded again and judged."""

from functools import partial
from typing import Callable, Dict, NamedTuple, Union

import numpy as np

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.targets import hub, keras_lift, onnx, savedmodel, serving, tflite
from poets.migrate.runners import portable_models
from poets.migrate.tensorflow_library.hub_layer import HubLayer
from poets.migrate.tensorflow_library.version2 import tf

# Pixels float32 [n, S, S, 3], 0..255 -> probabilities float32 [n, C].
Run = Callable[[np.ndarray], np.ndarray]


class Same(NamedTuple):
    """Judge of an exact port: by the largest difference of a probability; every top-1 must be the same."""

    tolerance: float
    """Tolerance of probabilities, one image at a time."""
    batch_tolerance: float
    """Tolerance of probabilities, in a batch of three."""
    share: float
    """Tolerance of probabilities as a share of their standard deviation, where that allows more."""


class Near(NamedTuple):
    """Judge of a lossy port: by comparison with the effect of a deliberate mistake. How far rounding moves a
    probability depends on the network: 1e-5 to 0.8 in the ten graphs of `parity_tests.fixtures.models.port_checks`.
    """

    share: float
    """Largest allowed mean distance from the original, as a share of the distance from the nearest mistake's outputs.
    """
    sure: float
    """The original is sure of a picture if its two best probabilities are this far apart."""
    agreement: float
    """Smallest share of those pictures that must have the same top-1."""


class Target(NamedTuple):
    name: str
    """Name of the file or folder."""
    write: Callable[..., None]
    """Takes a Reading and an empty folder or a file's path; if `is_calibrated`, also pictures as `representative`."""
    load: Callable[[str, Reading], Run]
    """(path of the written port, Reading) -> a function float32 [n, S, S, 3], 0..255 -> float32 [n, C]."""
    is_folder: bool
    """Whether it is a folder, not a file."""
    is_calibrated: bool
    """Whether writing it needs pictures, to find the ranges of activations."""
    judge: Union[Same, Near]
    """How the port is proved."""


def _load_hub(path: str, reading: Reading) -> Run:
    """Run the module's features through the graph's last layers, so that probabilities can be compared."""
    layer = HubLayer(path)
    rest = tf.function(savedmodel.graph_function(reading, reading.roles.answer_layer, fed=reading.bottleneck))
    return lambda pixels: np.asarray(rest(layer(tf.constant(pixels / np.float32(255)))))


# Tolerances of probabilities, for arithmetic in another order. On 600 photos, the v1 Session itself moves by 9.0e-6
# when grappler's folding is off; Keras differs from it by at most 1.06e-5 and TFLite by 1.14e-5, with every top-1 the
# same. Where TFLite folds the mean of 0..255 into the first convolution (Custom Vision's `data_bn`), large
# sums cancel out: 2.1e-5, of probabilities that spread by 0.4.
LIFTED = Same(2e-5, 2e-5, 2e-4)
EXACT = Same(0.0, 1e-5, 0.0)  # a rewrite that reorders arithmetic has its own tolerance
# 16-bit weights. On 32 seeded, painted or real pictures, the ten graphs are at most 0.062 times as far from the
# original as from a mistake; with BGR or another normalisation on purpose, 13 times or more. No top-1 changed that the
# original was surer of than 0.113.
HALF = Near(0.1, 0.2, 1.0)
# 8-bit weights. 0.7: beyond 1 / sqrt(2), rounding as an independent error moves outputs more than the mistake does. On
# painted pictures the ten graphs are at 0.70 or less, dynamic at 0.60; with BGR, another normalisation, or ranges
# calibrated on pictures 5 times too dark or 255 times too bright, at 0.848 or more. On pictures that the original is
# surer of than 0.5, top-1 agreement is 0.905 or more.
BYTES = Near(0.7, 0.5, 0.9)

TARGETS: Dict[str, Target] = {
    "hub": Target("hub", hub.save, _load_hub, True, False, LIFTED),
    "keras": Target("model.keras", keras_lift.save, keras_lift.load, False, False, LIFTED),
    "onnx": Target("model.onnx", onnx.save, portable_models.load, False, False, LIFTED),
    "savedmodel": Target("savedmodel", savedmodel.save, savedmodel.load, True, False, EXACT),
    "serving": Target("serving", serving.save, serving.load, True, False, EXACT),
    "tflite": Target("model.tflite", tflite.save, portable_models.load, False, False, LIFTED),
    "tflite_dynamic": Target(
        "model_dynamic.tflite", partial(tflite.save, quantize="dynamic"), portable_models.load, False, False, BYTES
    ),
    "tflite_float16": Target(
        "model_float16.tflite", partial(tflite.save, quantize="float16"), portable_models.load, False, False, HALF
    ),
    "tflite_int8": Target(
        "model_int8.tflite", partial(tflite.save, quantize="int8"), portable_models.load, False, True, BYTES
    ),
}
