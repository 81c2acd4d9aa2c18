"""Write a comparison's reports where its flags ask for them."""

import argparse
import functools
import json
from typing import Any, Callable, Dict, Optional

from poets.migrate import console
from poets.migrate.judge.report import kept_run
from poets.migrate.task.errors import BadInput


def write_renderings(
    flags: argparse.Namespace,
    renderings: Dict[str, Callable[[], str]],
    keep: Optional[Callable[[], None]] = None,
) -> None:
    """Write the requested reports, and the run's folder if there is one.

    What can be written is, whatever happens to the others: a measurement may have taken hours.

    Args:
        flags: the reports' flags.
        renderings: a report's flag -> its renderer.
        keep: writes the folder of `--run_dir`.

    Raises:
        BadInput: the first of them that could not be written.
    """

    def write(name: str) -> None:
        console.write_out(getattr(flags, name), renderings[name]())

    works = [keep] if keep else []
    works += [functools.partial(write, name) for name in renderings if getattr(flags, name)]
    problems = []
    for work in works:
        try:
            work()
        except BadInput as error:
            problems.append(error)
    if problems:
        raise problems[0]


def write_incomplete(
    flags: argparse.Namespace, found: Dict[str, Any], arrays: Dict[str, Any], words: str, why: str
) -> None:
    """Report what was measured before a worker failed: ``words`` on stderr, JSON if requested, and --run_dir."""
    text = json.dumps(found, indent=2) + "\n"
    if not flags.quiet:
        console.say(words)

    def keep() -> None:
        kept_run.keep_run(flags.run_dir, text, arrays, f"{words}\n{why}\n")

    write_renderings(flags, {"json": lambda: text}, keep if flags.run_dir else None)
