"""Dispatch the first word of `poets`. Nothing heavy is imported before the command is known."""

import sys
from typing import List, Optional

from poets import __version__
from poets.migrate.cli.commands import COMMANDS, serve_models, take_flag, versions
from poets.migrate.task.ending.command import run_command


def usage() -> str:
    """The text of `poets --help`."""
    lines = [
        "usage: poets [--version [-v]] COMMAND [flags]",
        "",
        "The TensorFlow for Poets retraining task in TF1 and in TF2 style, and the proof",
        "that both agree.",
        "",
    ]
    lines += [f"  {name:<12}{command.words}" for name, command in COMMANDS.items()]
    return "\n".join(lines + ["", "`poets COMMAND --help` lists a command's flags."]) + "\n"


def version(argv: List[str]) -> int:
    """`poets --version`; -v adds the TensorFlow of each interpreter."""
    detailed = "-v" in argv or "--verbose" in argv
    if not (detailed and take_flag(argv, "--json")[0] == "-"):
        sys.stdout.write(f"poets {__version__}\n")
    if detailed:
        return versions([word for word in argv if word not in ("-v", "--verbose")])
    return 0


def main(argv: Optional[List[str]] = None) -> int:
    """Run `poets` with ``argv`` (default: the process's own) and return the exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["worker"]:  # for the judge, not for people; its frames go to stdout
        from poets.migrate.task.worker.kernels import take_settings

        take_settings(words[1:])
        return serve_models()
    return run_command(lambda: _dispatch(words))


def _dispatch(argv: List[str]) -> int:
    if not argv:
        sys.stderr.write(usage())
        return 2
    if argv[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return 0
    if "--version" in argv[:2]:
        return version([word for word in argv if word != "--version"])
    if argv[0] not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(argv[0], list(COMMANDS), n=1)
        offer = f"; did you mean '{near[0]}'?" if near else ""
        sys.stderr.write(f"poets: no command '{argv[0]}'{offer} (poets --help lists them)\n")
        return 2
    return COMMANDS[argv[0]].run(argv[1:])
