"""Output for people while a command runs: messages, progress bars and one-line errors, all on stderr.

Results go to stdout, so that `--json -` can be piped.
"""

import contextlib
import json
import os
import sys
from typing import Any, Callable, Dict, Iterator, Optional

from poets.migrate.task.errors import BadInput, PoetsError
from poets.migrate.task.files import write_text
from poets.migrate.task.resources import ran_out_of_memory, reason_of

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def say(message: str) -> None:
    """Print one line about the progress of the work."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def nothing(message: str) -> None:
    """Replaces `say` under --quiet."""


def warn(message: str) -> None:
    """Print one line about an anomaly that does not stop the work."""
    say("warning: " + message)


def screen(file: Any) -> Any:
    """A rich Console on ``file``: as wide as the terminal, or 80 columns without colours if it is no terminal."""
    from rich.console import Console

    found = Console(file=file)
    return found if found.is_terminal else Console(file=file, width=80, color_system=None)


@contextlib.contextmanager
def progress(description: str, total: int, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; none if stderr is not a terminal, or under ``quiet``.

    Yields:
        a function to call with the number of items done since its last call.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda count: bar.advance(task, count)


@contextlib.contextmanager
def download_progress(description: str, quiet: bool = False) -> Iterator[Callable[[int, Optional[int]], None]]:
    """A progress bar for a download.

    Yields:
        a function to call with (bytes done, total bytes or None).
    """
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    with Progress(
        "{task.description}",
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def write_json(target: str, record: Dict[str, Any]) -> None:
    """Write a record as JSON to a file, completely or not at all, or to standard output if ``target`` is `-`."""
    write_out(target, json.dumps(record, indent=2, sort_keys=False) + "\n")


def write_out(target: str, text: str) -> None:
    """Write text to a file, completely or not at all, or to standard output if ``target`` is `-`."""
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_text(target, text)


def run_command(command: Callable[[], int]) -> int:
    """Run a command; turn its deliberate errors into one line on stderr and the right exit code."""
    try:
        return command()
    except PoetsError as error:
        say("error: " + str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; finished work is kept")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # otherwise Python reports an error at exit
        return 0
    except OSError as error:
        found = BadInput(f"{error.filename or 'a file'}: {error.strerror or error}")
        say(f"error: {found}")
        return 2
    except Exception as error:  # MemoryError, or TensorFlow's if no smaller batch helps
        if not ran_out_of_memory(error):
            raise
        say(f"error: out of memory ({reason_of(error)}); use a smaller batch, or close other programs")
        return 3
