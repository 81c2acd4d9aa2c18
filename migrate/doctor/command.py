"""The command `poets doctor`: check whether this machine and its Pythons meet poets' needs, and show the remedies."""

import argparse
import json
import os
import sys
from typing import Any, Dict, List, Optional, Tuple

from poets import __version__
from poets.migrate.doctor import finding, interpreter, machine, probe, report
from poets.migrate.doctor.ask import ask, python_of, shell_words
from poets.migrate.doctor.finding import Patient
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.files import check_writable, write_text
from poets.migrate.task.python_command import command_words

TIMEOUT_S = 180.0  # a TX2 with a cold page cache takes most of a minute to import TensorFlow
A_DAY_S = 86400
EXIT_BROKEN = BrokenEnvironment.exit_code
OWN = "poets' own Python"


class _Parser(argparse.ArgumentParser):
    """Usage errors like those of the other commands: one line, exit code 2.

    Their modules (`migrate/task/flags/`, `migrate/console.py`) import numpy; a broken numpy must not crash the doctor.
    """

    def error(self, message: str) -> None:  # type: ignore[override]
        sys.stderr.write(f"{self.prog}: {message} ({self.prog} --help lists the flags)\n")
        sys.exit(2)


def make_parser() -> argparse.ArgumentParser:
    """The flags."""
    parser = _Parser(
        prog="poets doctor",
        allow_abbrev=False,
        description="Check whether this machine and its Pythons meet poets' needs, and print the commands "
        "that fix problems.",
        epilog="Exit code 3 if anything is broken; warnings do not count.",
    )
    parser.add_argument(
        "--python",
        metavar="CMD",
        action="append",
        default=[],
        help="check this Python instead of poets' own: a path, or any command that ends in one"
        " (docker run -i ... python3, ssh tx2 python3); may be repeated",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=TIMEOUT_S,
        metavar="S",
        help="seconds allowed per Python, including TensorFlow's import (default: %(default)g)",
    )
    parser.add_argument("--json", metavar="FILE", help="write the findings as JSON; - for standard output")
    parser.add_argument("-v", "--verbose", action="store_true", help="show all facts found")
    parser.add_argument("-q", "--quiet", action="store_true", help="show only warnings and errors")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    flags = make_parser().parse_args(argv)
    try:
        return run(flags)
    except BadInput as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # otherwise Python reports an error at exit
        return 0


def run(flags: argparse.Namespace) -> int:
    """Check everything, then report.

    Raises:
        BadInput: a flag that cannot be used.
    """
    if not 0 < flags.timeout <= A_DAY_S:
        raise BadInput(f"--timeout: {flags.timeout:g} is not between 0 and {A_DAY_S} seconds")
    commands = [command_words(words, "--python") for words in flags.python]
    if flags.json not in (None, "-"):
        check_writable(flags.json, "--json")
    patients = [machine.examine()] + _interpreters(list(zip(flags.python, commands)), flags.timeout)
    if flags.json == "-":
        sys.stdout.write(patients_as_json(patients))
        sys.stdout.flush()
    elif flags.json:
        write_text(flags.json, patients_as_json(patients))
    _show(patients, flags)
    return EXIT_BROKEN if finding.worst(patients) == finding.BROKEN else 0


def _interpreters(commands: List[Tuple[str, List[str]]], timeout: float) -> List[Patient]:
    """Ask one Python after the other: two TensorFlows at once may not fit in memory."""
    host = interpreter.Host(probe.first_line("/proc/sys/kernel/random/boot_id"), probe.l4t("/"))
    if not commands:
        own = [sys.executable or "python3"]
        return [interpreter.examine(f"{OWN}: {shell_words(own)}", ask(own, timeout), shell_words(own), host, True)]
    return [_interpreter(name, command, timeout, host) for name, command in commands]


def _interpreter(name: str, command: List[str], timeout: float, host: interpreter.Host) -> Patient:
    python, place = python_of(command)
    answer = ask(command, timeout)
    patient = interpreter.examine(name, answer, python, host)
    return patient._replace(place=place) if answer.facts else patient


def patients_as_json(patients: List[Patient]) -> str:
    """All findings, and the facts behind them."""
    record: Dict[str, Any] = {
        "poets": __version__,
        "state": finding.worst(patients),
        "counts": report.count(patients),
        "machine": finding.patient_as_json(patients[0]),
        "interpreters": [finding.patient_as_json(one) for one in patients[1:]],
    }
    return json.dumps(record, indent=2) + "\n"


def _show(patients: List[Patient], flags: argparse.Namespace) -> None:
    """Write the table, to stderr if stdout has the JSON."""
    if not flags.quiet:
        report.show(patients, sys.stderr if flags.json == "-" else sys.stdout, flags.verbose)
        return
    for patient in patients:
        for one in patient.findings:
            if one.state in (finding.WARNING, finding.BROKEN):
                sys.stderr.write(report.written(report.trouble_line(patient, one), sys.stderr) + "\n")
