"""What is said of an error that poets did not raise on purpose, and the exit code."""

import linecache
import os
import re
import sys
import tempfile
import traceback
from typing import Any, List, NamedTuple, Optional, Tuple

from poets import __version__
from poets.migrate.task.errors import BrokenEnvironment, PoetsError
from poets.migrate.task.out_of_memory import ran_out_of_memory, reason_of, why_full

FAULT = 70  # EX_SOFTWARE of sysexits.h
PACKAGES = {"PIL": "pillow", "google": "protobuf"}  # whose name on PyPI is another
IMPORT = r"\s*(?:import|from)\s+([A-Za-z_]\w*)"


class End(NamedTuple):
    lines: List[str]
    """What to say."""
    exit_code: int


def end_of(error: Exception) -> End:
    """How a command ends that an error stopped."""
    missing = cannot_import(error)
    if missing:
        return End([f"error: {missing}"], missing.exit_code)
    if ran_out_of_memory(error):  # MemoryError, or TensorFlow's if no smaller batch helps
        why = f"out of memory ({reason_of(error)}); use a smaller batch, or close other programs"
        return End([f"error: {why}"], BrokenEnvironment.exit_code)
    if why_full(error) is not None and not isinstance(error, OSError):  # TensorFlow's
        why = f"the disk is full: {reason_of(error)}; free some space, or write elsewhere"
        return End([f"error: {why}"], PoetsError.exit_code)
    if isinstance(error, OSError):
        return End([f"error: {_name(error.filename)}: {error.strerror or error}"], PoetsError.exit_code)
    said = (str(error).strip().splitlines() or ["no message"])[0][:200]
    shown, kept = _keep_traceback()
    return End(shown + [f"error: a fault in poets: {type(error).__name__}: {said}; {kept}"], FAULT)


def cannot_import(error: BaseException) -> Optional[BrokenEnvironment]:
    """The error that says what to install, if ``error`` arose while a package that is not ours was imported."""
    name = _imported(error)
    if name is None or name == "poets":
        return None
    python = sys.executable or "python3"
    if isinstance(error, ModuleNotFoundError) and error.name == name:
        return BrokenEnvironment(
            f"{name} is not installed in {python}; install it: {python} -m pip install {PACKAGES.get(name, name)}"
        )
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return BrokenEnvironment(f"{name} cannot be imported in {python}: {said}; `poets doctor` says what may be wrong")


def _imported(error: BaseException) -> Optional[str]:
    """The package whose import raised ``error``: the one that the last of our own lines on the way imports."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return error.name.split(".")[0]
    top = os.path.abspath(__file__)
    for _ in __name__.split(".")[1:]:
        top = os.path.dirname(top)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [place for place, frame in enumerate(frames) if os.path.abspath(frame.filename).startswith(top + os.sep)]
    ours = [place for place in ours if "site-packages" not in os.path.relpath(frames[place].filename, top)]
    if not ours or (ours[-1] == len(frames) - 1 and not isinstance(error, ImportError)):
        return None
    frame = frames[ours[-1]]
    found = re.match(IMPORT, linecache.getline(frame.filename, frame.lineno or 0))
    return found.group(1) if found else None


def interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: the import of a C++ module turns KeyboardInterrupt into ImportError."""
    cause: Optional[BaseException] = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _keep_traceback() -> Tuple[List[str], str]:
    """Keep the traceback in a file: (what of it to show, which is all under POETS_TRACEBACK=1, what to do with it)."""
    text = traceback.format_exc()
    shown = [text] if os.environ.get("POETS_TRACEBACK") == "1" else []
    head = f"poets {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{sys.argv}\n\n"
    try:
        descriptor, path = tempfile.mkstemp(prefix="poets-fault-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(head + text)
    except OSError as error:
        return shown, f"its traceback could not be kept ({error.strerror or error}); POETS_TRACEBACK=1 shows it"
    return shown, f"please report it with {path}; POETS_TRACEBACK=1 shows the traceback"


def _name(filename: Any) -> str:
    if filename is None or isinstance(filename, int):
        return "a file"
    return os.fsdecode(filename)
