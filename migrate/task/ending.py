"""How a command ends: its errors become one line on stderr and an exit code. Nothing heavy is imported here.

An error that poets raises on purpose brings its own exit code (`poets.migrate.task.errors`). Everything else is a fault
of poets or of what it runs on, and must not pass for a result: Python's own exit code for it, 1, means "no parity".
"""

import io
import os
import re
import sys
from typing import Any, Callable, Optional

from poets import __version__
from poets.migrate.task.errors import BrokenEnvironment, PoetsError
from poets.migrate.task.printable import printable

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BROKEN_PIPE = 141  # 128 + SIGPIPE
FAULT = 70  # EX_SOFTWARE of sysexits.h
PACKAGES = {"PIL": "pillow", "google": "protobuf"}  # whose name on PyPI is another
IMPORT = re.compile(r"\s*(?:import|from)\s+([A-Za-z_]\w*)")


def say(message: str) -> None:
    """Print one line about the progress of the work. A full disk behind stderr must not stop the work."""
    try:
        sys.stderr.write(printable(message) + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        raise  # the reader has seen enough
    except OSError:
        pass


def run_command(command: Callable[[], int]) -> int:
    """Run a command; turn its errors into one line on stderr and the right exit code."""
    _mend_standard_files()
    try:
        code = command()
        sys.stdout.flush()
        return code
    except PoetsError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; finished work is kept")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except Exception as error:
        return _end_with(error)


def _end_with(error: Exception) -> int:
    from poets.migrate.task.out_of_memory import ran_out_of_memory, reason_of, why_full

    if _interrupted(error):
        say("interrupted; finished work is kept")
        return INTERRUPTED
    missing = cannot_import(error)
    if missing:
        say(f"error: {missing}")
        return missing.exit_code
    if ran_out_of_memory(error):  # MemoryError, or TensorFlow's if no smaller batch helps
        say(f"error: out of memory ({reason_of(error)}); use a smaller batch, or close other programs")
        return BrokenEnvironment.exit_code
    if why_full(error) is not None and not isinstance(error, OSError):  # TensorFlow's
        say(f"error: the disk is full: {reason_of(error)}; free some space, or write elsewhere")
        return PoetsError.exit_code
    if isinstance(error, OSError):
        say(f"error: {_name(error.filename)}: {error.strerror or error}")
        return PoetsError.exit_code
    said = (str(error).strip().splitlines() or ["no message"])[0][:200]
    say(f"error: a fault in poets: {type(error).__name__}: {said}; {_where_kept()}")
    return FAULT


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
    import linecache
    import traceback

    if isinstance(error, ModuleNotFoundError) and error.name:
        return error.name.split(".")[0]
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    frames = traceback.extract_tb(error.__traceback__)
    ours = [place for place, frame in enumerate(frames) if os.path.abspath(frame.filename).startswith(top + os.sep)]
    ours = [place for place in ours if "site-packages" not in os.path.relpath(frames[place].filename, top)]
    if not ours or (ours[-1] == len(frames) - 1 and not isinstance(error, ImportError)):
        return None
    frame = frames[ours[-1]]
    found = IMPORT.match(linecache.getline(frame.filename, frame.lineno or 0))
    return found.group(1) if found else None


def _interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: the import of a C++ module turns KeyboardInterrupt into ImportError."""
    cause: Optional[BaseException] = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _where_kept() -> str:
    """Keep the traceback in a file, and return what to do with it; under POETS_TRACEBACK=1 it is shown, too."""
    import traceback

    text = traceback.format_exc()
    if os.environ.get("POETS_TRACEBACK") == "1":
        say(text)
    import tempfile

    head = f"poets {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{sys.argv}\n\n"
    try:
        descriptor, path = tempfile.mkstemp(prefix="poets-fault-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(head + text)
    except OSError as error:
        return f"its traceback could not be kept ({error.strerror or error}); POETS_TRACEBACK=1 shows it"
    return f"please report it with {path}; POETS_TRACEBACK=1 shows the traceback"


def _name(filename: Any) -> str:
    if filename is None or isinstance(filename, int):
        return "a file"
    return os.fsdecode(filename)


def _mend_standard_files() -> None:
    """Make standard output and error accept every character, and a start without them.

    What an encoding such as ASCII or Latin-1 lacks is printed with a backslash. A closed one is opened on /dev/null:
    otherwise the next file that is opened gets its number, and TensorFlow's log lines go into that file.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))
        elif type(stream) is io.TextIOWrapper and stream.errors != "backslashreplace":
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
            else:  # Python 3.6
                lines = stream.line_buffering
                wrapped = io.TextIOWrapper(stream.detach(), stream.encoding, "backslashreplace", line_buffering=lines)
                setattr(sys, name, wrapped)


def _drop_output() -> None:
    """Point stdout at /dev/null: otherwise Python reports an error at exit."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):  # a test's
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)
