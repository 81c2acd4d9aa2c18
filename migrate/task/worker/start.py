"""Start one of poets' modules in another Python, whatever lies in the folder that it is started from.

``python -m poets.legacy`` puts the working folder first on the path, and there a user's `legacy/`, `poets/`, `numpy.py`
or `typing.py` would be imported instead of the real ones. `python -I` would ignore PYTHONPATH too, which containers and
ssh need. So a short program drops the working folder from the path, finds poets and runs the module.
"""

import os
import shlex
from typing import Dict, List

# The arguments are the folder of the package `poets` here, the module, and the module's own. That folder counts where
# it exists, and only poets itself is taken from it: what is installed beside it may be for another Python. On another
# machine poets is found on that Python's own path, or in the working folder where that is a checkout.
_PROGRAM = """
import sys
sys.path[:] = [place for place in sys.path if place]
import os
here = os.path.realpath(os.getcwd())
sys.path[:] = [place for place in sys.path if os.path.realpath(place) != here]
import importlib.util
import runpy
package, module = sys.argv[1:3]
start = os.path.join(package, "__init__.py")
if not os.path.isfile(start) and importlib.util.find_spec("poets") is None:
    package = os.path.join(here, "poets")
    start = os.path.join(package, "__init__.py")
if os.path.isfile(start) and os.path.isfile(os.path.join(package, "py.typed")):
    spec = importlib.util.spec_from_file_location("poets", start, submodule_search_locations=[package])
    sys.modules["poets"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["poets"])
del sys.argv[1:3]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
START = f"exec({_PROGRAM!r})"  # one line, for shells and for `ps`


def package_folder() -> str:
    """The folder of the package `poets` that runs: `poets/` of a checkout, else where it is installed."""
    import poets

    return os.path.dirname(os.path.abspath(poets.__file__))


def project_root() -> str:
    """The folder that holds the package: of a checkout its root, with `legacy/`, `modern/` and `migrate/`."""
    import poets

    return os.path.dirname(os.path.dirname(os.path.abspath(poets.__file__)))


def start_words(module: str) -> List[str]:
    """The words after a Python that run ``module`` (dotted, such as `poets.legacy`); its own arguments follow them."""
    return ["-c", START, package_folder(), module]


def worker_words(python: List[str], module: str) -> List[str]:
    """The command that starts the worker of ``module`` under ``python``, the words that end in a Python.

    ssh joins its words and lets the other machine's shell split them again, so there ours are quoted once more.
    """
    words = start_words(module) + ["worker"]
    if any(os.path.basename(word) == "ssh" for word in python):
        words = [shlex.quote(word) for word in words]
    return python + words


def clean_environment() -> Dict[str, str]:
    """This process's variables, with PYTHONPATH less the working folder: Python's start reads it before any program."""
    found = dict(os.environ)
    here = os.path.realpath(os.getcwd())
    kept = [
        place for place in found.pop("PYTHONPATH", "").split(os.pathsep) if place and os.path.realpath(place) != here
    ]
    if kept:
        found["PYTHONPATH"] = os.pathsep.join(kept)
    return found
