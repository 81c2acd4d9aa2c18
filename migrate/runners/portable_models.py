"""Open a TFLite or ONNX model through one interface, without TensorFlow."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.runners import onnx_runner, tflite_runner
from poets.migrate.task.networks.zip_metadata import read_metadata


class Lite(NamedTuple):
    run: Callable[[np.ndarray], np.ndarray]
    """A function batch -> the first output."""
    inputs: List[Dict[str, Any]]
    """In the format of TFLite's interpreter."""
    outputs: List[Dict[str, Any]]
    """In the same format."""
    metadata: Optional[Dict[str, Any]]
    """The metadata of `poets port`; None in other models."""


def open_lite(path: str, allow_ops: Sequence[str] = ()) -> Lite:
    """Open a model: `.onnx` by its name, else TFLite.

    Raises:
        BadInput: the file is not such a model, or reads files that ``allow_ops`` does not allow.
        BrokenEnvironment: no package that runs it is installed.
    """
    if path.endswith(".onnx"):
        session = onnx_runner.make_session(path, allow_ops)
        return Lite(
            onnx_runner.runner(session),
            onnx_runner.details(session.get_inputs()),
            onnx_runner.details(session.get_outputs()),
            onnx_runner.metadata_of(session),
        )
    interpreter = tflite_runner.make_interpreter(path)
    return Lite(
        tflite_runner.runner(interpreter),
        interpreter.get_input_details(),
        interpreter.get_output_details(),
        read_metadata(path),
    )


def load(path: str, reading: Any = None) -> Callable[[np.ndarray], np.ndarray]:
    """Load a port.

    Args:
        path: str.
        reading: not used, because the file contains everything; every target's `load` has it.

    Returns:
        A function pixels float32 [n, S, S, 3], 0..255 -> probabilities float32 [n, C].

    Raises:
        BadInput: the file is not such a model.
        BrokenEnvironment: no package that runs it is installed.
    """
    run = open_lite(path).run
    return lambda pixels: run(np.asarray(pixels, np.float32) / np.float32(255.0))
