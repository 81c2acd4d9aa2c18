"""The command `poets parity --task mnist`."""

import argparse
import json
import os
from typing import List, Optional

from poets.migrate import console
from poets.migrate.judge.flags import (
    add_device_flags,
    add_python_flags,
    add_timeout_flag,
    check_files,
    people_read,
)
from poets.migrate.judge.lab.records import SIDES, LabSetup, LabVerdict, lab_verdict_as_json
from poets.migrate.judge.lab.run import run
from poets.migrate.judge.report.outputs import write_renderings
from poets.migrate.lab.command import data_path
from poets.migrate.lab.digits import read_digits
from poets.migrate.lab.flags import add_lab_flags, lab_of
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import Parser, add_output_flags

REPORTS = ("json", "markdown", "junit")  # flags whose value is a file


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets parity --task mnist`."""
    parser = Parser(
        prog="poets parity --task mnist",
        description="Train the beginner lab's network in TF1 and in TF2 style from the same weights, on the same "
        "batches, under the same dropout masks, and compare every step. With no flags: on digits that "
        "poets draws.",
    )
    add_lab_flags(parser)
    # in float32, rounding errors grow until the sides diverge, even with the same code
    parser.set_defaults(precision="float64")
    group = parser.add_argument_group("judge")
    add_python_flags(group)
    add_device_flags(group)
    add_timeout_flag(group, 1800)
    group.add_argument("--markdown", metavar="FILE", help="write a summary for a pull request")
    group.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML, for build servers")
    add_output_flags(group, "the verdict", "show more than one screen")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; exit codes: 0 parity, 1 no parity, 2 bad input, 3 environment, 4 a worker failed."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: compare(flags))


def compare(flags: argparse.Namespace) -> int:
    """Compare as the flags ask, and report.

    Raises:
        PoetsError: something stopped it before there was a verdict.
    """
    verdict = run(setup_of(flags), lambda words, total: console.progress(words, total, flags.quiet))
    write_reports(flags, verdict)
    return 0 if verdict.parity else 1


def setup_of(flags: argparse.Namespace) -> LabSetup:
    """The setup that the flags ask for.

    Raises:
        BadInput: numbers out of range, pictures that cannot be read, or a report that cannot be written.
        BrokenEnvironment: there is no connection for a download.
    """
    lab = lab_of(flags)
    if not lab.epochs:
        raise BadInput("--epochs 0 leaves nothing to compare; give 1 or more")
    if not flags.timeout > 0:
        raise BadInput("--timeout must be above 0")
    check_files(flags, REPORTS)
    path = data_path(flags)
    name = os.path.basename(os.path.abspath(path)) if flags.data else "MNIST" if flags.download else "drawn digits"
    return LabSetup(
        name,
        read_digits(path),
        lab,
        flags.random_seed,
        flags.twins.split(","),
        {side: getattr(flags, side + "_python") for side in SIDES},
        {side: getattr(flags, side + "_device") for side in SIDES},
        flags.timeout,
    )


def write_reports(flags: argparse.Namespace, verdict: LabVerdict) -> None:
    """Show the report on the terminal (stdout, or stderr if a report goes to stdout), and write the report files."""
    from poets.migrate.judge.lab.page import page_of
    from poets.migrate.judge.report import junit, markdown, screen

    page = page_of(verdict)
    if not flags.quiet:
        people_read(flags, REPORTS).print(screen.Screen(page, flags.verbose))
    write_renderings(
        flags,
        {
            "json": lambda: json.dumps(lab_verdict_as_json(verdict), indent=2) + "\n",
            "markdown": lambda: markdown.render(page),
            "junit": lambda: junit.render(page),
        },
    )
