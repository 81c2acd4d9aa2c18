"""Start one of poets' modules in another Python, independent of the files in the working folder.

``python -m poets.legacy`` puts the working folder first on sys.path, so a user's `legacy/`, `poets/`, `numpy.py` or
`typing.py` there would be imported instead of the real ones. `python -I` also ignores PYTHONPATH, which containers and
ssh need. So a short program removes the working folder from sys.path, finds poets and runs the module.
"""

import os
import shlex
from typing import Dict, List, Optional

import poets

# The arguments are the folder of the package `poets` here, the module, and the module's own arguments. If that folder
# exists, only poets is imported from it, as packages installed beside it may be for another Python. On another machine,
# poets is found on that Python's own path, or in the working folder if that is a checkout.
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
    """The folder of the running package `poets`: `poets/` of a checkout, or where it is installed."""
    return os.path.dirname(os.path.abspath(poets.__file__))


def project_root() -> str:
    """The folder that holds the package: for a checkout its root, with `legacy/`, `modern/` and `migrate/`."""
    return os.path.dirname(os.path.dirname(os.path.abspath(poets.__file__)))


def start_words(module: str) -> List[str]:
    """The arguments to a Python that run ``module`` (dotted, such as `poets.legacy`); its own arguments follow."""
    return ["-c", START, package_folder(), module]


def worker_words(python: List[str], module: str, settings: Optional[Dict[str, str]] = None) -> List[str]:
    """The command that starts the worker of ``module``; ``python`` are the words of a command that starts a Python.

    ``settings`` are environment variables for the worker, given as words because ssh and containers pass none on.

    ssh joins its arguments and the remote shell splits them again, so for ssh ours are quoted once more.
    """
    words = start_words(module) + ["worker"] + [f"{name}={value}" for name, value in sorted((settings or {}).items())]
    if any(os.path.basename(word) == "ssh" for word in python):
        words = [shlex.quote(word) for word in words]
    return python + words


def clean_environment() -> Dict[str, str]:
    """This process's environment, with the working folder removed from PYTHONPATH, which Python reads at start."""
    found = dict(os.environ)
    here = os.path.realpath(os.getcwd())
    kept = [
        place for place in found.pop("PYTHONPATH", "").split(os.pathsep) if place and os.path.realpath(place) != here
    ]
    if kept:
        found["PYTHONPATH"] = os.pathsep.join(kept)
    return found
