"""TensorFlow's protobuf messages, such as GraphDef, without importing TensorFlow, which takes seconds.

The generated modules below `tensorflow.core` need nothing but protobuf; only the package around them, `tensorflow`,
imports everything. So an empty package stands in for it while they are imported, and is then taken away. The modules
stay: a later `import tensorflow` finds them and has the very same classes.
"""

import importlib
import importlib.util
import sys
import threading
import types
from typing import Any

from poets.migrate.task.quiet_import import quiet_import

PACKAGE = "tensorflow"
_LOCK = threading.Lock()  # another thread must not meet the empty package


def graph_def() -> Any:
    """An empty GraphDef message.

    Raises:
        ImportError: there is no TensorFlow, or it cannot be imported.
    """
    return _module("framework.graph_pb2").GraphDef()


def saved_model() -> Any:
    """An empty SavedModel message."""
    return _module("protobuf.saved_model_pb2").SavedModel()


def meta_graph_def() -> Any:
    """An empty MetaGraphDef message."""
    return _module("protobuf.meta_graph_pb2").MetaGraphDef()


def dtype_name(number: int) -> str:
    """The name of a DataType as TensorFlow prints it, such as `float32`; `unknown` if there is none."""
    types_pb2 = _module("framework.types_pb2")
    try:
        name = types_pb2.DataType.Name(number)
    except ValueError:
        return "unknown"
    name, is_reference = name[len("DT_") :].lower(), name.endswith("_REF")
    plain = name[: -len("_ref")] if is_reference else name
    found = {"float": "float32", "double": "float64", "half": "float16", "invalid": "unknown"}.get(plain, plain)
    return found + "_ref" if is_reference else found


def _module(name: str) -> Any:
    """A generated module, by its name below `tensorflow.core`."""
    whole = f"{PACKAGE}.core.{name}"
    with _LOCK:
        if PACKAGE not in sys.modules and whole not in sys.modules:
            try:
                return _without_package(whole)
            except Exception:  # another layout, such as TensorFlow 1.15's
                pass
        if whole not in sys.modules:
            with quiet_import():
                import tensorflow  # noqa: F401  # all of it: then the module below it can be imported too
        return importlib.import_module(whole)


def _without_package(whole: str) -> Any:
    """Import a module while an empty package stands in for `tensorflow`.

    Raises:
        ImportError: the package is not there, or not laid out like that.
    """
    before = set(sys.modules)
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(f"there is no package {PACKAGE}")
    package = types.ModuleType(PACKAGE)
    package.__path__ = list(spec.submodule_search_locations)  # what makes it a package
    sys.modules[PACKAGE] = package
    try:
        return importlib.import_module(whole)
    except BaseException:
        for left in set(sys.modules) - before:
            if left.startswith(PACKAGE + "."):
                del sys.modules[left]
        raise
    finally:
        sys.modules.pop(PACKAGE, None)
