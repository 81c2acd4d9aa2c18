"""Run a TFLite port with an installed interpreter; small ones come first, because they start without TensorFlow."""

import importlib
import warnings
from typing import Any, Callable, List

import numpy as np

from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.quiet_import import quiet_import

# In order of start time. The last one is part of TensorFlow.
INTERPRETERS = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter", "tensorflow.lite")


def make_interpreter(path: str) -> Any:
    """An interpreter of the TFLite model at ``path``.

    Raises:
        BadInput: the file is not a TFLite model, or needs ops that the interpreter lacks.
        BrokenEnvironment: none of INTERPRETERS is installed.
    """
    if not _has_root_table(path):  # the interpreter trusts a flatbuffer's offsets, and can crash on corrupt ones
        raise BadInput(f"{path} cannot be run as a TFLite model: it is corrupt or has another format")
    found = _interpreter_class()
    with warnings.catch_warnings(), quiet_import():  # XNNPACK logs its use, and TensorFlow that its interpreter moves
        warnings.simplefilter("ignore")
        try:
            interpreter = found(model_path=path)
            interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            problem = str(error).strip().splitlines()[0]
        else:
            return interpreter
    raise BadInput(f"{path} cannot be run as a TFLite model: {problem}")


def _has_root_table(path: str) -> bool:
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 8 or data[4:8] != b"TFL3":
        return False
    root = int.from_bytes(data[:4], "little")
    table = root - int.from_bytes(data[root : root + 4], "little", signed=True)
    return root + 4 <= len(data) and 0 <= table <= len(data) - 4


def _interpreter_class() -> Any:
    for name in INTERPRETERS:
        try:
            with quiet_import():
                return _import(name).Interpreter
        except ImportError:
            continue
    raise BrokenEnvironment("no TFLite interpreter is installed; install ai-edge-litert")


def _import(name: str) -> Any:
    if name == "tensorflow.lite":  # an attribute loaded on demand, not a module
        return importlib.import_module("tensorflow").lite
    return importlib.import_module(name)


def runner(interpreter: Any) -> Callable[[np.ndarray], np.ndarray]:
    """A function from a batch of any size of the model's input to its first output, both in the model's dtypes."""
    entry, output = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    allocated: List[int] = [int(size) for size in interpreter.get_input_details()[0]["shape"]]

    def run(batch: np.ndarray) -> np.ndarray:
        if list(batch.shape) != allocated:
            interpreter.resize_tensor_input(entry, batch.shape)
            with quiet_import():
                interpreter.allocate_tensors()
            allocated[:] = batch.shape
        interpreter.set_tensor(entry, batch)
        interpreter.invoke()
        return interpreter.get_tensor(output)

    return run
