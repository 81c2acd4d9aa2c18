"""The target `tflite`: one flatbuffer, float32 or quantised, with labels and a card appended to it."""

import os
import tempfile
import warnings
from typing import Any
from typing import Iterable
from typing import Iterator
from typing import List
from typing import Optional

import numpy as np

from migrate.port.card_in_zip import append_card
from migrate.port.reading import Reading
from migrate.port.savedmodel import card_of
from migrate.port.savedmodel import graph_function
from migrate.task.errors import BadInput
from migrate.task.hush import hushed_import
from modern import images
from modern.tensorflow_v2 import tf

# dynamic: 8-bit weights; float16: 16-bit weights; int8: 8-bit weights and activations, calibrated on pictures.
QUANTIZATIONS = ("dynamic", "float16", "int8")
INPUT = "images"


def save(reading: Reading, path: str, quantize: Optional[str] = None,
         representative: Optional[Iterable[np.ndarray]] = None) -> None:
    """Write a TFLite model: `images` float32 [N, S, S, 3], RGB in 0..1 -> `probabilities` float32 [N, C].

    N is 1 until the caller resizes the input. Input and output are float32 in every quantisation.

    Args:
        reading: Reading.
        path: str.
        quantize: None for float32, or one of QUANTIZATIONS.
        representative: float32 [1, S, S, 3] pixels in 0..1, one picture at a time; int8 measures the ranges of
            activations on them. A hundred photos of the task are plenty.

    Raises:
        BadInput: no such quantisation, int8 without pictures, or the converter lacks an op.
    """
    converter = _converter(reading)
    _quantize(converter, quantize, representative)
    problem, model = "", b""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with hushed_import():
                model = converter.convert()
        except Exception as error:  # ConverterError, which is not public, and what its MLIR raises
            problem = _first_line(error)
        if not problem:
            made = os.path.join(folder, "model.tflite")
            with open(made, "wb") as file:
                file.write(model)
            append_card(made, card_of(reading))
            with open(made, "rb") as file:
                model = file.read()
    if problem:
        raise BadInput("--to tflite: %s cannot be converted: %s" % (reading.path, problem))
    with open(path, "wb") as file:
        file.write(model)
