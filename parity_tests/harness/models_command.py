"""The command `poets parity A B [C...]`: models instead of twins."""

import argparse
import os
import sys
from typing import Dict
from typing import List
from typing import Optional

from migrate import console
from migrate.task.errors import BadInput
from migrate.task.files import check_writable
from migrate.task.flags import Parser
from migrate.task.flags import add_output_flags
from migrate.task.labelling import find_photos
from parity_tests.harness import models
from parity_tests.harness.command import embedded_flowers
from parity_tests.harness.flags import add_measuring_flags
from parity_tests.harness.flags import check_measuring_flags
from parity_tests.harness.thresholds import add_threshold_flags
from parity_tests.harness.thresholds import thresholds_of


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets parity` with models."""
    parser = Parser(
        prog="poets parity",
        description="Compare models with the first of them on the same photos, each in a process of its own: frozen "
                    "graphs (in a v1 Session), SavedModels, .keras, TFLite and ONNX files.")
    parser.add_argument("models", nargs="+", metavar="MODEL", help="two or more; they come before the flags")
    parser.add_argument("--image_dir", metavar="DIR", help="photos, in class folders or not; default: painted flowers")
    parser.add_argument("--labels", metavar="FILE", help="labels of all models; default: each one's own")
    parser.add_argument("--python", action="append", default=[], metavar="N=CMD",
                        help="command that ends in the Python for model N, counted from 1; default: this one")
    parser.add_argument("--on_bad_image", choices=("fail", "skip"), default="fail",
                        help="what to do about photos that cannot be used: each is named either way")
    add_measuring_flags(parser)
    add_threshold_flags(parser)
    add_output_flags(parser, "the verdict", "name the photos that are labelled differently")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command: 0 parity, 1 no parity, 2 bad input, 3 environment, 4 a worker failed."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: compare(flags))


def compare(flags: argparse.Namespace) -> int:
    """Compare, as the flags say, and report.

    Raises:
        PoetsError: anything that stops it before there is a verdict.
    """
    from parity_tests.harness import models_report

    setup = setup_of(flags)
    if flags.json not in (None, "-"):
        check_writable(flags.json, "--json")
    verdict = models.run(setup, lambda words, total: console.progress(words, total, flags.quiet))
    if flags.json:
        console.write_json(flags.json, models.as_json(verdict))
    if not flags.quiet:
        screen = console.screen(sys.stderr if flags.json == "-" else sys.stdout)
        screen.print(models_report.render(verdict, flags.verbose))
    return 0 if verdict.parity else 1


def setup_of(flags: argparse.Namespace) -> models.Setup:
    """What the flags ask for.

    Raises:
        BadInput: fewer than two models, one that is not there, no photos, or numbers out of range.
    """
    if len(flags.models) < 2:
        raise BadInput("MODEL: two or more are compared; give another one after %s" % flags.models[0])
    for path in flags.models:
        if not os.path.exists(path):
            raise BadInput("MODEL: no file or folder '%s' here" % path)
    check_measuring_flags(flags)
    folder = flags.image_dir or embedded_flowers(flags.quiet)
    photos = find_photos([os.path.abspath(os.path.expanduser(folder))], flags.on_bad_image, console.warn,
                         "--image_dir")
    labels = os.path.abspath(flags.labels) if flags.labels else None
    return models.Setup(flags.models, pythons_of(flags.python, len(flags.models)), labels, photos,
                        flags.ladder_photos, flags.rounds, flags.timeout, thresholds_of(flags))


def pythons_of(given: List[str], count: int) -> Dict[int, str]:
    """Place among the models -> command, of `N=CMD`.

    Raises:
        BadInput: no such model.
    """
    found = {}
    for text in given:
        number, _, command = text.partition("=")
        if not number.isdigit() or not 1 <= int(number) <= count or not command:
            raise BadInput("--python: '%s' is not N=CMD with N from 1 to %d" % (text, count))
        found[int(number) - 1] = command
    return found
