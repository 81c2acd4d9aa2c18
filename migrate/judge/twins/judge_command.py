"""The command `poets judge`."""

import argparse
import sys
from typing import Dict, List, Optional, Sequence

from rich.console import Console
from rich.text import Text

from poets.migrate import console
from poets.migrate.judge.flags import add_coverage_flag, add_threshold_flags, thresholds_of
from poets.migrate.judge.report.figures import share, shown
from poets.migrate.judge.report.kept_run import KeptRun, load_run
from poets.migrate.judge.report.page import Table, result
from poets.migrate.judge.report.screen import draw_table
from poets.migrate.judge.twins import judge_again
from poets.migrate.task.errors import BadInput, WorkerFailed
from poets.migrate.task.flags.retrain import Parser, add_output_flags

COLOURS = {"parity": "green", "inconclusive": "yellow", "no parity": "red"}
SHOWN = 6  # arrays that an incomplete run lacks


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; exit codes: 0 parity, 1 no parity, 2 bad input, 4 a run is incomplete."""
    parser = Parser(
        prog="poets judge",
        description="Judge a kept run again, or compare the same twins of two runs, for example from a TX2 and a "
        "workstation. Nothing is run.",
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help="one or two folders written by `poets parity --run_dir`")
    add_threshold_flags(parser)
    add_coverage_flag(parser)
    add_output_flags(parser, "the verdict", "nothing more")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: judge(flags))


def judge(flags: argparse.Namespace) -> int:
    """Judge as the flags ask.

    Raises:
        BadInput: more than two runs, a folder that is not a run, or runs that cannot be compared.
    """
    if len(flags.runs) > 2:
        raise BadInput(f"RUN: give one run to judge or two to compare, not {len(flags.runs)}")
    given = thresholds_of(flags)
    runs = [load_run(path) for path in flags.runs]
    missing = {run.path: judge_again.missing_of(run) for run in runs}
    if any(missing.values()):
        return incomplete(flags, runs, missing)
    found = (
        judge_again.judge_run(runs[0], given, flags.any_top1)
        if len(runs) == 1
        else judge_again.judge_runs(runs[0], runs[1], given, flags.any_top1)
    )
    verdict = judge_again.verdict_of(runs, found, given, flags.accept_untested)
    if flags.json:
        console.write_json(flags.json, judge_again.comparisons_as_json(found, verdict))
    if not flags.quiet:
        show(found, verdict, console.screen(sys.stderr if flags.json == "-" else sys.stdout))
    return 0 if verdict.word == "parity" else 1


def incomplete(flags: argparse.Namespace, runs: Sequence[KeptRun], missing: Dict[str, List[str]]) -> int:
    """Name what the runs lack; returns the exit code."""
    if flags.json:
        console.write_json(flags.json, {"verdict": "incomplete", "missing": missing, "comparisons": []})
    for run in runs:
        if missing[run.path]:
            why = run.report.get("why") if run.report.get("verdict") == "incomplete" else ""
            named = ", ".join(missing[run.path][:SHOWN]) + (" ..." if len(missing[run.path]) > SHOWN else "")
            console.say(f"incomplete: {run.path} has no {named}{f' ({why})' if why else ''}; run it again")
    return WorkerFailed.exit_code


def show(comparisons: Sequence[judge_again.Comparison], verdict: judge_again.VerdictAgain, terminal: Console) -> None:
    """Print a table per comparison: each threshold, the value found, and the limit that would have passed."""
    for comparison in comparisons:
        rows = [[found.words, shown("%.3g", found.would_pass_at), result(found.passed)] for found in comparison.judged]
        terminal.print(Text(comparison.title, "italic"))
        terminal.print(draw_table(Table(comparison.title, ["demanded and found", "passes at", ""], rows, [])))
        if comparison.top1_agreement is not None:
            terminal.print(f"same top-1 on {share(comparison.top1_agreement)} of the photos")
        if comparison.why and comparison.judged:
            terminal.print(Text(f"FAIL {comparison.why}", "bold red"))
    words = verdict.word.upper() + (f": {verdict.why}" if verdict.why else "")
    terminal.print(Text(words, "bold " + COLOURS[verdict.word]))
