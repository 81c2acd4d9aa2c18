"""Flags shared by several of the judge's commands."""

import argparse
import math
import os
import sys
from typing import Any, Dict, List, Sequence, Tuple

from rich.console import Console

from poets.migrate import console
from poets.migrate.judge.compare.coverage import MISTAKES
from poets.migrate.judge.compare.thresholds import KINDS, OUTPUTS, Threshold, cannot_fail
from poets.migrate.judge.measure.watch import Wanted
from poets.migrate.judge.report import html_page
from poets.migrate.monitor.command import LEAST_INTERVAL_MS
from poets.migrate.monitor.sources import choose
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.files import check_writable
from poets.migrate.task.resources import DEVICES

PAIRS = (("legacy", "modern"), ("legacy", "legacy"), ("modern", "modern"))  # of twins, one per side
REPORTS = ("json", "html", "markdown", "junit", "svg")  # flags whose value is a file


def add_python_flags(parser: Any) -> None:
    """`--legacy-python` and `--modern-python`."""
    for twin in ("legacy", "modern"):
        parser.add_argument(
            f"--{twin}-python",
            metavar="CMD",
            help=f"command that starts a Python with TensorFlow for the {twin} twin; default: this Python",
        )


def add_device_flags(parser: Any) -> None:
    """`--twins`, and the device of each side."""
    parser.add_argument(
        "--twins",
        choices=[",".join(pair) for pair in PAIRS],
        metavar="SIDE,SIDE",
        default=",".join(PAIRS[0]),
        help="which program each side runs: legacy,modern, or one of them twice, for example on two devices; the flags "
        "--legacy-* apply to the first side, --modern-* to the second",
    )
    for twin in ("legacy", "modern"):
        parser.add_argument(
            f"--{twin}-device",
            choices=DEVICES,
            default="auto",
            help=f"device of the {twin} twin; auto: TensorFlow chooses",
        )


def add_turn_flags(parser: Any) -> None:
    """`--one-at-a-time` and its opposite; by default, the machine's memory decides."""
    parser.add_argument(
        "--one-at-a-time",
        dest="one_at_a_time",
        action="store_true",
        default=None,
        help="never run two TensorFlow processes at once; the default below 12 GB of memory",
    )
    parser.add_argument(
        "--no-one-at-a-time",
        dest="one_at_a_time",
        action="store_false",
        default=None,
        help="keep both processes running, however little memory there is",
    )


def options_of(flags: argparse.Namespace) -> Dict[str, Dict[str, Any]]:
    """Arguments of each side's `open`, besides the network."""
    found = {}
    for side, twin in zip(PAIRS[0], flags.twins.split(",")):
        found[side] = {
            "device": getattr(flags, side + "_device"),
            "gpu_memory_mb": flags.gpu_memory_mb,
            "retry": not flags.no_retry,
        }
        if twin == "modern":
            found[side]["resize"] = flags.resize
    return found


def add_measuring_flags(parser: Any) -> None:
    """`--ladder_photos`, `--rounds` and `--timeout`; see `check_measuring_flags`."""
    parser.add_argument("--ladder_photos", type=int, default=32, help="number of photos compared pixel by pixel")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of timing, each A B B A; 0 for none")
    parser.add_argument(
        "--monitor",
        choices=["none"] + choose.names(),
        default="auto",
        help="source of load, memory, temperatures and power while speed is measured",
    )
    parser.add_argument(
        "--monitor_interval", type=int, default=200, metavar="MS", help="interval between samples in milliseconds"
    )
    parser.add_argument(
        "--idle_seconds",
        type=float,
        default=5,
        metavar="S",
        help="how long to measure the idle power first, if the machine reports power",
    )
    parser.add_argument("--idle_mw", type=float, metavar="MW", help="idle power, instead of measuring it")
    add_timeout_flag(parser, 600)


def add_model_python_flag(parser: Any) -> None:
    """`--python N=CMD`, of the commands that run several models; may be given once per model."""
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="N=CMD",
        help="command that starts the Python for model N, counted from 1; default: this Python",
    )


def add_timeout_flag(parser: Any, seconds: float) -> None:
    """`--timeout`."""
    parser.add_argument("--timeout", type=float, default=seconds, help="time limit of one call to a worker in seconds")


def check_measuring_flags(flags: argparse.Namespace) -> None:
    """Raise BadInput if one of them is out of range."""
    if flags.monitor_interval < LEAST_INTERVAL_MS or flags.idle_seconds < 0:
        raise BadInput(f"--monitor_interval must be {LEAST_INTERVAL_MS} or more, --idle_seconds 0 or more")
    if flags.ladder_photos < 1 or flags.rounds < 0 or not flags.timeout > 0:
        raise BadInput("--ladder_photos must be 1 or more, --rounds 0 or more and --timeout above 0")


def wanted_of(flags: argparse.Namespace) -> Wanted:
    """The monitoring settings from the flags."""
    return Wanted(flags.monitor, flags.monitor_interval, flags.idle_seconds, flags.idle_mw)


def add_threshold_flags(parser: Any) -> None:
    """Add the threshold flags; each takes `[OUTPUT:]LIMIT` and can be repeated."""
    group = parser.add_argument_group(
        "thresholds",
        (
            f"[OUTPUT:]LIMIT, where OUTPUT is one of {', '.join(OUTPUTS)}. Without OUTPUT, the limit applies to all "
            f"outputs. Thresholds replace the built-in tolerances. NaN and infinity always fail."
        ),
    )
    for kind in KINDS:
        shape = "[OUTPUT:]QUANTILE:LIMIT" if kind == "max_quantile" else "[OUTPUT:]LIMIT"
        group.add_argument("--" + kind, action="append", default=[], metavar=shape, help=_help(kind))
    group.add_argument(
        "--share",
        action="append",
        default=[],
        metavar="[OUTPUT:]SHARE",
        help="share of values, 0 to 1, that may exceed --atol; default: 0",
    )
    group.add_argument(
        "--any_top1",
        action="store_true",
        help="allow photos to get another label; thresholds alone do not allow it",
    )


def add_coverage_flag(group: Any) -> None:
    """`--accept_untested`, of the comparisons that say what their photos could have shown."""
    group.add_argument(
        "--accept_untested",
        action="append",
        default=[],
        choices=sorted(MISTAKES),
        help="accept parity although the photos cannot show this mistake, as grey photos cannot show swapped channels",
    )


def _help(kind: str) -> str:
    return KINDS[kind].words.replace("%g", "LIMIT").replace("%", "%%")


def thresholds_of(flags: argparse.Namespace) -> List[Threshold]:
    """The thresholds from the flags; `--share` becomes a quantile of the differences that `--atol` limits.

    Raises:
        BadInput: an unknown output, or a limit that is not a number.
    """
    found = []
    shares = dict(_split("share", text)[:2] for text in flags.share)
    for share in shares.values():
        if not 0 <= share < 1:
            raise BadInput(f"--share: {share:g} is out of range; give 0 or more, and less than 1")
    for kind in KINDS:
        for text in getattr(flags, kind):
            output, limit, quantile = _split(kind, text)
            share = shares.get(output, shares.get("", 0.0))
            if kind == "atol" and share:
                found.append(Threshold("max_quantile", output, limit, 1 - share))
            else:
                found.append(Threshold(kind, output, limit, quantile))
    if shares and not flags.atol:
        raise BadInput("--share needs --atol, the limit that the share of values may exceed")
    return found


def _split(kind: str, text: str) -> Tuple[str, float, float]:
    """Parse `[OUTPUT:][QUANTILE:]LIMIT` into (output, limit, quantile)."""
    words = text.split(":")
    output = words.pop(0) if words[0] in OUTPUTS else ""
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise BadInput(f"--{kind}: '{text}' is not [OUTPUT:]LIMIT; outputs are {', '.join(OUTPUTS)}")
    wanted = 2 if kind == "max_quantile" else 1
    if len(numbers) != wanted or not all(map(math.isfinite, numbers)) or (wanted == 2 and not 0 <= numbers[0] <= 1):
        form = "[OUTPUT:]QUANTILE:LIMIT, QUANTILE 0 to 1" if wanted == 2 else "[OUTPUT:]LIMIT"
        raise BadInput(f"--{kind}: '{text}' is not {form}")
    found = output, numbers[-1], numbers[0] if wanted == 2 else 0.0
    if cannot_fail(Threshold(kind, *found)):
        raise BadInput(f"--{kind}: '{text}' cannot fail, whatever the sides answer; give a tighter limit")
    return found


def add_report_flags(group: Any) -> None:
    """Add `--attribute` and the report flags of a comparison, except `--json`."""
    group.add_argument(
        "--attribute",
        action="store_true",
        help="report how much of the difference each stage causes, even if both sides agree",
    )
    group.add_argument(
        "--html", metavar="FILE", help="write the report as one HTML page, with charts and the photos that differ"
    )
    group.add_argument("--markdown", metavar="FILE", help="write a summary for a pull request")
    group.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML, for build servers")
    group.add_argument("--svg", metavar="FILE", help="write the report as a picture")
    group.add_argument("--run_dir", metavar="DIR", help="keep the report and all measurements in this folder")


def check_report_flags(flags: argparse.Namespace) -> None:
    """Check the report flags first, so that a bad one fails before minutes of work.

    Raises:
        BadInput: a report cannot be written.
        BrokenEnvironment: a package that draws the HTML report or the picture is missing.
    """
    if flags.html:
        html_page.check_installed()
    check_files(flags, REPORTS)
    if flags.run_dir:
        check_writable(os.path.join(flags.run_dir, "report.json"), "--run_dir")
    if flags.svg and not hasattr(Console, "export_svg"):
        raise BrokenEnvironment("--svg needs rich 12.1 or later (pip install 'rich>=12.1'); the one here is older")


def check_files(flags: argparse.Namespace, names: Sequence[str]) -> None:
    """Raise BadInput if a report cannot be written; ``names`` are the flags whose value is a file."""
    for name in names:
        if getattr(flags, name) not in (None, "-"):
            check_writable(getattr(flags, name), "--" + name)


def people_read(flags: argparse.Namespace, names: Sequence[str] = REPORTS) -> Any:
    """The rich Console for people: on stdout, or on stderr if a report goes to stdout."""
    return console.screen(sys.stderr if "-" in [getattr(flags, name) for name in names] else sys.stdout)
