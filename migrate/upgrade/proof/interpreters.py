"""The Pythons of a proof: check their TensorFlow versions, and run programs under them."""

import os
import re
import subprocess
from typing import Dict, List, NamedTuple

from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.python_command import command_words
from poets.migrate.task.worker.hang_up import die_with_parent
from poets.migrate.task.worker.start import clean_environment

LAST_LINES = 8  # of a failed program's output
# differences must come from TensorFlow, not from the machine or its settings
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONWARNINGS": "ignore",
}


class ScriptRun(NamedTuple):
    code: int
    """Exit code; 124 if it ran out of time."""
    said: str
    """Its stdout."""
    errors: str
    """The last lines of its stderr."""


# read TensorFlow's version from its dist-info folder, because importing it takes seconds
VERSION = """
import sys
sys.path[:] = [place for place in sys.path if place]  # not what lies in the working folder
import glob, importlib.util, os
found = importlib.util.find_spec("tensorflow")
place = os.path.dirname(os.path.dirname(found.origin or list(found.submodule_search_locations)[0] + "/x"))
names = [os.path.basename(one).split("-") for one in glob.glob(os.path.join(place, "tensorflow*.dist-info"))]
names = [one[1].replace(".dist", "") for one in names if one[0] in ("tensorflow", "tensorflow_cpu", "tensorflow_gpu")]
if not names:
    import tensorflow
    names = [tensorflow.__version__]
print("TF", names[0])
"""


def check_python(typed: str, flag: str, major: str) -> List[str]:
    """Check that a command is a Python with that TensorFlow, and return its words.

    Raises:
        BrokenEnvironment: it is not.
    """
    words = command_words(typed, flag)
    try:
        done = subprocess.run(
            words + ["-c", VERSION],
            env=own_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=die_with_parent,
            timeout=300,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrokenEnvironment(f"{flag}: '{typed}' does not run: {getattr(error, 'strerror', '') or error}")
    found = re.search(r"^TF (\S+)", done.stdout.decode("utf-8", "replace"), re.MULTILINE)
    if done.returncode or not found:
        raise BrokenEnvironment(f"{flag}: no TensorFlow under '{typed}': {last_lines(done.stderr, 1) or 'no output'}")
    if not found.group(1).startswith(major + "."):
        raise BrokenEnvironment(
            f"{flag}: '{typed}' has TensorFlow {found.group(1)}; TensorFlow { {'1': '1.15', '2': '2'}[major] } is "
            "required"
        )
    return words


def environment() -> Dict[str, str]:
    """The environment of both runs of the user's program; PYTHONPATH is unchanged."""
    return _settled(dict(os.environ))


def own_environment() -> Dict[str, str]:
    """The environment of our own programs, which import nothing from the user's folder."""
    return _settled(clean_environment())


def _settled(found: Dict[str, str]) -> Dict[str, str]:
    """Remove TF2_BEHAVIOR, which TensorFlow 2 passes to child processes and 1.15 reads."""
    kept = {name: value for name, value in found.items() if name not in ("TF2_BEHAVIOR", "TF_USE_LEGACY_KERAS")}
    return dict(kept, **ENVIRONMENT)


def run(command: List[str], folder: str, timeout: float) -> ScriptRun:
    """Run a command in a folder; the exit code is 124 if it exceeded the time limit."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=die_with_parent,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        return ScriptRun(124, "", f"did not end within {timeout:g} s (--timeout)")
    return ScriptRun(done.returncode, done.stdout.decode("utf-8", "replace"), last_lines(done.stderr, LAST_LINES))


def last_lines(data: bytes, number: int) -> str:
    """The last lines of a program's output."""
    return "\n".join(data.decode("utf-8", "replace").strip().splitlines()[-number:])
