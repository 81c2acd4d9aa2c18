"""Run an ONNX port with onnxruntime, without TensorFlow."""

import importlib.util
import json
import os
from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np

from poets.migrate.gate.onnx_files import refuse_outside_weights
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.quiet_import import quiet_import

# In the model's metadata_props.
LABELS_KEY = "labels"  # one per line
METADATA_KEY = "poets"  # the fields of `poets.migrate.tensorflow_library.signatures.ModelMetadata` as JSON
TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8, "tensor(int8)": np.int8}
_ERRORS_ONLY = 3  # of ONNX Runtime's log levels


def need(*modules: str) -> None:
    """Raise BrokenEnvironment if one of the extra's modules is not installed; none is imported."""
    for name in modules:
        if importlib.util.find_spec(name) is None:
            raise BrokenEnvironment(f"{name} is not installed; install poets-migrate[onnx]")


def make_session(path: str, allow_ops: Sequence[str] = ()) -> Any:
    """An onnxruntime.InferenceSession of the ONNX model at ``path``, on the CPU.

    Raises:
        BadInput: the file is not an ONNX model, or the runtime cannot run it, or its weights lie outside its folder and
            ``allow_ops`` does not have `external_data`.
        BrokenEnvironment: onnxruntime is not installed.
    """
    if not os.path.isfile(path):
        raise BadInput(f"there is no ONNX model at {path}")
    refuse_outside_weights(path, allow_ops)
    need("onnxruntime")
    problem = ""
    with quiet_import():  # it writes to fd 2 what it also raises, and the devices that it does not find
        import onnxruntime as runtime

        options = runtime.SessionOptions()
        options.log_severity_level = _ERRORS_ONLY
        try:
            return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's errors are a dozen direct subclasses of Exception
            problem = str(error).strip().split("\n")[0]
    raise BadInput(f"{path} cannot be run as an ONNX model: {problem}")


def details(tensors: Sequence[Any]) -> List[Dict[str, Any]]:
    """A session's inputs or outputs, in the format of TFLite's interpreter; -1 means any size."""
    return [
        {
            "shape": [size if isinstance(size, int) else -1 for size in tensor.shape],
            "dtype": TYPES.get(tensor.type, np.object_),
            "quantization": (0.0, 0),
        }
        for tensor in tensors
    ]


def runner(session: Any) -> Callable[[np.ndarray], np.ndarray]:
    """A function batch -> the model's first output.

    Both are arrays of the shapes and dtypes that the model declares.
    """
    entry = session.get_inputs()[0].name

    def run(batch: np.ndarray) -> np.ndarray:
        try:
            return np.asarray(session.run(None, {entry: batch})[0])
        except Exception as error:  # as of TFLite's interpreter
            raise RuntimeError(str(error).strip()) from error

    return run


def read_metadata(path: str) -> Optional[Dict[str, Any]]:
    """The fields of the metadata in an ONNX model, or None if there is none.

    Raises:
        BadInput: the file is not an ONNX model.
        BrokenEnvironment: onnxruntime is not installed.
    """
    return metadata_of(make_session(path))


def metadata_of(session: Any) -> Optional[Dict[str, Any]]:
    """The fields of the metadata in a session's model, or None if there is none."""
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    try:
        metadata = json.loads(text or "null")
    except ValueError:
        return None  # an entry of the same name from another tool
    return metadata if isinstance(metadata, dict) else None
