"""The command `poets upgrade`: upgrades TF1 scripts and notebooks to TF2, and lists what must be fixed by hand."""

import argparse
import json
import sys
from typing import Any, Dict, List, Optional

from poets.migrate import console
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser, add_output_flags
from poets.migrate.upgrade import screen as report
from poets.migrate.upgrade.program.finding import ERROR
from poets.migrate.upgrade.rewriting import files
from poets.migrate.upgrade.rewriting.files import Upgraded
from poets.migrate.upgrade.sarif import as_sarif

A_DAY_S = 86400


def make_parser() -> argparse.ArgumentParser:
    """The flags."""
    parser = Parser(
        prog="poets upgrade",
        description="Upgrade TensorFlow 1 scripts and notebooks to TensorFlow 2, where they run on "
        "tensorflow.compat.v1 with the same numbers, and list what must be fixed by hand.",
        epilog="Exit code 0: nothing must be fixed by hand; 1: something must (with --check: or a file would "
        "change; with --prove: or the two differ); 2: something cannot be read; 3: a Python that --prove needs is "
        "missing.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="scripts, notebooks, or folders that contain them")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", metavar="DIR", help="write the upgraded files and copies of all other files to DIR")
    where.add_argument("--in-place", action="store_true", help="overwrite the files with the upgraded ones")
    where.add_argument("--check", action="store_true", help="write nothing; exit code 1 also if a file would change")
    parser.add_argument(
        "--style",
        choices=("bridge",),
        default="bridge",
        help="bridge: tensorflow.compat.v1 with version 2's behaviour off",
    )
    parser.add_argument("--diff", action="store_true", help="show the changes as a unified diff")
    parser.add_argument("--sarif", metavar="FILE", help="write the findings as SARIF 2.1.0; - for standard output")
    proof = parser.add_argument_group("proof")
    proof.add_argument(
        "--prove",
        metavar="CMD",
        help="run the original and the upgraded 'SCRIPT ARGUMENTS...' in copies of the folder, and compare what they "
        "print and write. The copies are no sandbox: the scripts run with all your rights",
    )
    proof.add_argument("--legacy-python", metavar="CMD", help="for --prove: a Python with TensorFlow 1.15")
    proof.add_argument("--python", metavar="CMD", help="for --prove: a Python with TensorFlow 2; default: this Python")
    proof.add_argument(
        "--tolerance",
        type=float,
        default=1e-5,
        help="for --prove: tolerance of numbers, relative above 1, absolute below",
    )
    proof.add_argument(
        "--timeout", type=float, default=600.0, metavar="S", help="for --prove: time limit of each run in seconds"
    )
    add_output_flags(parser, "the findings", "also show notes and files without findings")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command and return the exit code of the process."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: upgrade(flags))


def upgrade(flags: argparse.Namespace) -> int:
    """Analyse all files, write the upgraded ones, and prove them if requested.

    Raises:
        BadInput: a path or flag cannot be used.
        BrokenEnvironment: an interpreter for --prove is missing.
    """
    check_flags(flags)
    upgraded = files.upgrade_all(flags.paths)
    record = report.upgraded_as_json(upgraded)
    show_findings(upgraded, flags)
    different = False
    if flags.prove:
        record["proof"] = prove_as_asked(upgraded, flags)
        different = not record["proof"]["same"]
    done = "nothing is written: the proof found differences" if different else write(upgraded, flags)
    if done and not flags.quiet:
        console.say(done)
    if flags.json:
        console.write_json(flags.json, record)
    if flags.sarif:
        console.write_out(flags.sarif, json.dumps(as_sarif(upgraded), indent=2) + "\n")
    return max(int(different), exit_code(upgraded, flags.check))


def prove_as_asked(upgraded: List[Upgraded], flags: argparse.Namespace) -> Dict[str, Any]:
    """Prove as the flags ask, show the result on stderr if stdout has JSON or SARIF, and return its record."""
    from poets.migrate.upgrade.proof.prove import ProofOptions, proof_lines, prove

    path, names = flags.paths[0], ("legacy_python", "python", "tolerance", "timeout")
    record = prove(upgraded, ProofOptions(path, flags.prove, **{name: getattr(flags, name) for name in names}))
    if "-" in (flags.json, flags.sarif):
        for line in proof_lines(record):
            console.say(line)
    elif not flags.quiet or not record["same"]:
        console.write_out("-", "\n".join(proof_lines(record)) + "\n")
    return record


def check_flags(flags: argparse.Namespace) -> None:
    """Raise BadInput for invalid flags, before any work."""
    for name in ("json", "sarif"):
        target = getattr(flags, name)
        if target not in (None, "-"):
            check_writable(target, "--" + name)
    if flags.json == flags.sarif == "-":
        raise BadInput("--json - and --sarif - both write to standard output; give one a file")
    if flags.output:
        files.check_output(flags.paths, flags.output)
    if flags.prove and not flags.legacy_python:
        raise BadInput("--prove: needs --legacy-python, a Python with TensorFlow 1.15")
    if flags.prove and len(flags.paths) != 1:
        raise BadInput(f"--prove: give one script or folder, not {len(flags.paths)}; its folder is copied")
    if not 0 <= flags.tolerance < 1:
        raise BadInput(f"--tolerance: {flags.tolerance:g} is not between 0 and 1")
    if not 0 < flags.timeout <= A_DAY_S:
        raise BadInput(f"--timeout: {flags.timeout:g} is not between 0 and {A_DAY_S} seconds")


def write(upgraded: List[Upgraded], flags: argparse.Namespace) -> str:
    """Write the files as the flags ask; return what was done, in words."""
    number = sum(map(files.changed, upgraded))
    if flags.output:
        files.write_to(upgraded, flags.paths, flags.output)
        return f"written: {flags.output}"
    if flags.in_place:
        files.write_in_place(upgraded, flags.paths)
        return f"written: {number} file{'' if number == 1 else 's'} in place"
    return "nothing is written: give --output DIR or --in-place" if number and not flags.check else ""


def show_findings(upgraded: List[Upgraded], flags: argparse.Namespace) -> None:
    """Show the report, on stderr if stdout has JSON or SARIF."""
    screen = console.screen(sys.stderr if "-" in (flags.json, flags.sarif) else sys.stdout)
    for one in upgraded:
        if one.trouble:
            console.say("error: " + one.trouble)
    if flags.diff:
        report.show_diff(upgraded, screen)
    if not flags.quiet:
        report.show(upgraded, screen, flags.verbose)
        return
    for one in upgraded:
        for finding in one.result.findings if one.result else []:
            if finding.level != "note":
                console.say(f"{finding.level}: {one.path}:{report.spot(finding)}: {finding.subject}: {finding.message}")


def exit_code(upgraded: List[Upgraded], check: bool) -> int:
    """2 if a file could not be read, 1 if something must be fixed by hand or, with --check, would change; else 0."""
    if any(one.result is None for one in upgraded):
        return 2
    return int(report.totals(upgraded)[ERROR] > 0 or check and any(map(files.changed, upgraded)))
