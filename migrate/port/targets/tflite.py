"""The target `tflite`: one flatbuffer, float32 or quantised, with labels and metadata appended to it."""

import os
import shutil
import tempfile
import warnings
from typing import Any, Iterable, Iterator, List, Optional

import numpy as np

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.targets.savedmodel import batch_size, metadata_of, picture_function
from poets.migrate.task.errors import BadInput
from poets.migrate.task.networks.zip_metadata import append_metadata
from poets.migrate.task.quiet_import import quiet_import
from poets.migrate.tensorflow_library.version2 import tf

# dynamic: 8-bit weights; float16: 16-bit weights; int8: 8-bit weights and activations, calibrated on pictures.
QUANTIZATIONS = ("dynamic", "float16", "int8")
INPUT = "images"


def save(
    reading: Reading, path: str, quantize: Optional[str] = None, representative: Optional[Iterable[np.ndarray]] = None
) -> None:
    """Write a TFLite model: `images` float32 [N, H, W, 3], RGB in 0..1 -> `probabilities` float32 [N, C].

    A network of one channel takes gray [N, H, W, 1].

    N is 1 until the caller resizes the input. Input and output are float32 in every quantisation.

        Args: reading: Reading. path: str. quantize: None for float32, or one of QUANTIZATIONS. representative: float32
        [1, S, S, 3] pixels in 0..1, one picture at a time; int8 calibrates the ranges of activations on them. A hundred
        photos of the task suffice.

    Raises:
        BadInput: no such quantisation, int8 without pictures, or the converter lacks an op.
    """
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path))) as folder:
        converter = _converter(reading, os.path.join(folder, "savedmodel"))
        _quantize(converter, quantize, representative)
        model = _convert(converter, reading.path)
        made = os.path.join(folder, "model.tflite")
        with open(made, "wb") as file:
            file.write(model)
        append_metadata(made, metadata_of(reading))
        shutil.move(made, path)


def _convert(converter: Any, path: str) -> bytes:
    problem, model = "", b""
    with quiet_import(), warnings.catch_warnings():  # MLIR reports to fd 2 what it also raises
        warnings.simplefilter("ignore")
        try:
            model = converter.convert()
        except Exception as error:  # ConverterError, which is not public, and MLIR's errors
            problem = _first_line(error)
    if problem:
        raise BadInput(f"--to tflite: {path} cannot be converted: {problem}")
    return model


def _converter(reading: Reading, folder: str) -> Any:
    """A converter of one function, which contains the graph's constants and the normalisation.

    It goes through a SavedModel in ``folder``, the only way to name inputs and outputs in TF 2.6.
    """
    given, answer = reading.roles.preprocessing, picture_function(reading)
    module = tf.Module()
    shape = [batch_size(reading), given.height, given.width, given.depth]

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, INPUT)])
    def probabilities(pixels: Any) -> Any:
        return {"probabilities": answer(pixels)}

    tf.saved_model.save(module, folder, signatures=probabilities)
    return tf.lite.TFLiteConverter.from_saved_model(folder)


def _quantize(converter: Any, quantize: Optional[str], representative: Optional[Iterable[np.ndarray]]) -> None:
    """Set the converter's number types."""
    if quantize is None:
        return
    if quantize not in QUANTIZATIONS:
        raise BadInput(f"--quantize: '{quantize}' is none of {', '.join(QUANTIZATIONS)}")
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantize == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if quantize == "int8":
        pictures = [np.asarray(picture, np.float32) for picture in representative or []]
        if not pictures:
            raise BadInput("--quantize int8: needs pictures to measure activations on; give --representative DIR")
        converter.representative_dataset = lambda: _one_by_one(pictures)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]


def _one_by_one(pictures: List[np.ndarray]) -> Iterator[List[np.ndarray]]:
    for picture in pictures:
        yield [picture]


def _first_line(error: Exception) -> str:
    """The cause, without the SavedModel locations that MLIR puts before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].split(" error: ")[-1] if lines else type(error).__name__
