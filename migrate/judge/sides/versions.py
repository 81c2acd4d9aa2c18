"""`poets --version -v`: report each interpreter's Python, TensorFlow and Keras without importing TensorFlow."""

import argparse
import json
import subprocess
import sys
from typing import Dict, List, Optional

from poets import __version__
from poets.migrate import console
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.python_command import python_words
from poets.migrate.task.worker.start import clean_environment

# Runs in the other interpreter. It reads package metadata only, so it takes a fraction of a second.
PROBE = """
import sys
sys.path[:] = [place for place in sys.path if place]
import os
here = os.path.realpath(os.getcwd())
sys.path[:] = [place for place in sys.path if os.path.realpath(place) != here]  # not what lies in the working folder
import json, platform
try:
    from importlib.metadata import version
except ImportError:
    import pkg_resources
    version = lambda name: pkg_resources.get_distribution(name).version
found = {"python": platform.python_version()}
for name in ("tensorflow", "keras", "tensorflow-hub", "numpy"):
    try:
        found[name] = version(name)
    except Exception:
        found[name] = None
print(json.dumps(found))
"""


def main(argv: Optional[List[str]] = None) -> int:
    """Print one line per side."""
    parser = argparse.ArgumentParser(prog="poets --version -v")
    for twin in ("legacy", "modern"):
        parser.add_argument(f"--{twin}-python", metavar="CMD")
    parser.add_argument("--json", metavar="FILE", help="write the versions as JSON; - for standard output")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: show({"legacy": flags.legacy_python, "modern": flags.modern_python}, flags.json))


def show(pythons: Dict[str, Optional[str]], json_target: Optional[str]) -> int:
    """Query each interpreter and print its versions.

    Raises:
        BrokenEnvironment: an interpreter cannot be started or does not answer.
    """
    answers = {}
    for twin, python in pythons.items():
        command = python_words(python, f"--{twin}-python")
        try:
            answer = subprocess.run(
                command + ["-c", PROBE],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=clean_environment(),
                timeout=60,
            )
            answers[twin] = json.loads(answer.stdout.decode("utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            reason = str(error).split("\n")[0]
            raise BrokenEnvironment(f"--{twin}-python: '{' '.join(command)}' is not a working Python ({reason})")
    if json_target:
        console.write_json(json_target, dict({"poets": __version__}, **answers))
    if json_target != "-":
        for twin, found in answers.items():
            versions = ", ".join(f"{name} {value or 'missing'}" for name, value in found.items())
            sys.stdout.write(f"{twin}: {versions}\n")
    return 0
