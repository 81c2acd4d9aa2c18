"""A model that runs without TensorFlow, TFLite or ONNX: opened alike, described alike."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np

from poets.migrate.runners import onnx_runner, tflite_runner
from poets.migrate.task.networks.zip_metadata import read_card


class Lite(NamedTuple):
    run: Callable[[np.ndarray], np.ndarray]
    """A batch -> what the first output makes of it."""
    inputs: List[Dict[str, Any]]
    """Described as TFLite's interpreter does."""
    outputs: List[Dict[str, Any]]
    card: Optional[Dict[str, Any]]
    """What `poets port` put in; None in other people's models."""


def open_lite(path: str) -> Lite:
    """Open a model: `.onnx` by its name, else TFLite.

    Raises:
        BadInput: the file is no such model.
        BrokenEnvironment: nothing that runs it is installed.
    """
    if path.endswith(".onnx"):
        session = onnx_runner.make_session(path)
        return Lite(
            onnx_runner.runner(session),
            onnx_runner.details(session.get_inputs()),
            onnx_runner.details(session.get_outputs()),
            onnx_runner.card_of(session),
        )
    interpreter = tflite_runner.make_interpreter(path)
    return Lite(
        tflite_runner.runner(interpreter),
        interpreter.get_input_details(),
        interpreter.get_output_details(),
        read_card(path),
    )


def load(path: str, reading: Any = None) -> Callable[[np.ndarray], np.ndarray]:
    """Load a port.

    Args:
        path: str.
        reading: not used: the file holds all that is needed. Here because every target's `load` has it.

    Returns:
        A function pixels float32 [n, S, S, 3], 0..255 -> probabilities float32 [n, C].

    Raises:
        BadInput: the file is no such model.
        BrokenEnvironment: nothing that runs it is installed.
    """
    run = open_lite(path).run
    return lambda pixels: run(np.asarray(pixels, np.float32) / np.float32(255.0))
