"""What a person sees while a command runs: messages and progress bars on stderr, errors as one line each.

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
    """One line about what was done."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def nothing(message: str) -> None:
    """What to call instead of `say` under --quiet."""


def warn(message: str) -> None:
    """One line about something odd that does not stop the work."""
    say("warning: " + message)


def screen(file: Any) -> Any:
    """A rich Console on ``file``: as wide as the terminal, or 80 columns without colours where it is none."""
    from rich.console import Console

    found = Console(file=file)
    return found if found.is_terminal else Console(file=file, width=80, color_system=None)


@contextlib.contextmanager
def progress(description: str, total: int, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; nothing at all where that is not a terminal, or under ``quiet``.

    Yields:
        a function to call with the count of things done since it was last called.
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
        a function to call with (bytes done, bytes in all or None).
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
    """Write a record as JSON to a file, whole or not at all, or to standard output where ``target`` is `-`."""
    write_out(target, json.dumps(record, indent=2, sort_keys=False) + "\n")


def write_out(target: str, text: str) -> None:
    """Write text to a file, whole or not at all, or to standard output where ``target`` is `-`."""
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_text(target, text)


def run_command(command: Callable[[], int]) -> int:
    """Run a command; turn what it raises on purpose into one line on stderr and the right exit code."""
    try:
        return command()
    except PoetsError as error:
        say("error: " + str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; what was finished is kept")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit
        return 0
    except OSError as error:
        found = BadInput(f"{error.filename or 'a file'}: {error.strerror or error}")
        say(f"error: {found}")
        return 2
    except Exception as error:  # MemoryError, and TensorFlow's where no smaller batch would help
        if not ran_out_of_memory(error):
            raise
        say(f"error: out of memory ({reason_of(error)}); give a smaller batch or close other programs")
        return 3
