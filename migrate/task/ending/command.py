"""Run a command, and end it: an exit code, and its error as one line on stderr. Nothing heavy is imported here."""

import io
import os
import sys
from typing import Callable

from poets.migrate.task.errors import PoetsError
from poets.migrate.task.printable import printable

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
INTERRUPTED_WORDS = "interrupted; finished work is kept"
BROKEN_PIPE = 141  # 128 + SIGPIPE


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
        say(INTERRUPTED_WORDS)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except Exception as error:
        from poets.migrate.task.ending.unexpected import end_of, interrupted  # rarely needed: `poets --help` is quick

        if interrupted(error):
            say(INTERRUPTED_WORDS)
            return INTERRUPTED
        end = end_of(error)
        for line in end.lines:
            say(line)
        return end.exit_code


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
