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

# `python -m poets` puts the working folder first on the path, and there a user's `numpy.py` or `random.py` would be
# imported instead of the real one. While Python looks for the module to run, its name for the program is "-m".
if getattr(sys, "argv", [])[:1] == ["-m"] and sys.path and (not sys.path[0] or sys.path[0] == os.getcwd()):
    del sys.path[0]
