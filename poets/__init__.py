"""poets: move the TensorFlow for Poets retraining task from TensorFlow 1 to TensorFlow 2, and prove it is the same.

All imports say `poets.legacy`, `poets.modern` and `poets.migrate`. Installed, these are folders below this one. In a
checkout they lie beside it, as `legacy/`, `modern/` and `migrate/`, and are found there.
"""

import os
import sys

__version__ = "0.2.0"

_root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if os.path.isfile(os.path.join(_root, "pyproject.toml")) and os.path.isdir(os.path.join(_root, "migrate")):
    __path__.append(_root)


def _started_as_module() -> bool:
    """Whether this is `python -m poets` or `python -m poets.legacy`, and no program that imports poets."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__") not in ("runpy", "importlib._bootstrap", "importlib._bootstrap_external"):
            return False
        frame = frame.f_back  # type: ignore[assignment]
    return getattr(sys, "argv", [])[:1] == ["-m"]  # the program's name while Python looks for the module


# Python puts the working folder first on the path then, and there a user's `numpy.py` or `random.py` would be imported
# instead of the real one.
if sys.path and (not sys.path[0] or sys.path[0] == os.getcwd()) and _started_as_module():
    del sys.path[0]
