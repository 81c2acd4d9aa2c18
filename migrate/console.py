"""Output for people while a command runs: messages, progress bars and one-line errors, all on stderr.

Results go to stdout, so that `--json -` can be piped.
"""

import contextlib
import json
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional, Union

from poets.migrate.task.ending.command import run_command as run_command
from poets.migrate.task.ending.command import say as say
from poets.migrate.task.files import write_text
from poets.migrate.task.printable import printable


def nothing(message: str) -> None:
    """Replaces `say` under --quiet."""


def warn(message: str) -> None:
    """Print one line about an anomaly that does not stop the work."""
    say("warning: " + message)


def make_screen(**options: Any) -> Any:
    """A rich Console that shows foreign text without what could do something to a terminal, wherever it stands."""
    from rich.console import Console
    from rich.segment import Segment

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich 13.8 would exit with 1, which means "no parity"

        def render(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
            for segment in super().render(*args, **kwargs):
                text = segment.text if segment.control else printable(segment.text)
                yield segment if text == segment.text else Segment(text, segment.style)

    return Screen(**options)


def screen(file: Any) -> Any:
    """A rich Console on ``file``: as wide as the terminal, or 80 columns without colours if it is no terminal."""
    found = make_screen(file=file)
    return found if found.is_terminal else make_screen(file=file, width=80, color_system=None)


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
        task = bar.add_task(printable(description), total=total)
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


def write_json(target: str, record: Union[Dict[str, Any], List[Any]]) -> None:
    """Write a record as JSON to a file, completely or not at all, or to standard output if ``target`` is `-`."""
    write_out(target, json.dumps(record, indent=2, sort_keys=False) + "\n")


def write_out(target: str, text: str) -> None:
    """Write text to a file, completely or not at all, or, made `printable`, to standard output if ``target`` is `-`."""
    if target == "-":
        sys.stdout.write(printable(text))
        sys.stdout.flush()
    else:
        write_text(target, text)
