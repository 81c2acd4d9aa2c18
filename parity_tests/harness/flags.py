"""Flags that several of the judge's commands have."""

import argparse
from typing import Any

from migrate.task.errors import BadInput


def add_python_flags(parser: Any) -> None:
    """`--legacy-python` and `--modern-python`."""
    for twin in ("legacy", "modern"):
        parser.add_argument("--%s-python" % twin, metavar="CMD",
                            help="command that ends in a Python with TensorFlow for the %s twin; else this one" % twin)


def add_measuring_flags(parser: Any) -> None:
    """`--ladder_photos`, `--rounds` and `--timeout`; see `check_measuring_flags`."""
    parser.add_argument("--ladder_photos", type=int, default=32, help="photos compared pixel by pixel")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of timing, each A B B A; 0 for none")
    add_timeout_flag(parser, 600)


def add_timeout_flag(parser: Any, seconds: float) -> None:
    """`--timeout`."""
    parser.add_argument("--timeout", type=float, default=seconds, help="seconds that one call to a worker may take")


def check_measuring_flags(flags: argparse.Namespace) -> None:
    """Raise BadInput where one of them is out of range."""
    if flags.ladder_photos < 1 or flags.rounds < 0 or not flags.timeout > 0:
        raise BadInput("--ladder_photos must be 1 or more, --rounds 0 or more and --timeout above 0")
