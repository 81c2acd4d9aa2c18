"""The command `poets parity A B [C...]`, which compares models instead of twins."""

import argparse
import json
import os
from typing import Dict, List, Optional

from poets.migrate import console
from poets.migrate.judge.flags import (
    add_coverage_flag,
    add_measuring_flags,
    add_model_python_flag,
    add_report_flags,
    add_threshold_flags,
    check_measuring_flags,
    check_report_flags,
    people_read,
    thresholds_of,
    wanted_of,
)
from poets.migrate.judge.models.preprocessing import openings, say_calibration
from poets.migrate.judge.models.records import (
    Arrays,
    ModelsMeasured,
    ModelsSetup,
    ModelsVerdict,
    incomplete_as_json,
    models_verdict_as_json,
)
from poets.migrate.judge.models.run import run
from poets.migrate.judge.report import kept_run
from poets.migrate.judge.report.outputs import write_incomplete, write_renderings
from poets.migrate.judge.twins.command import embedded_flowers
from poets.migrate.task.errors import BadInput, WorkerFailed
from poets.migrate.task.flags.per_model import add_per_model_flags
from poets.migrate.task.flags.preprocessing import add_calibrate_flag
from poets.migrate.task.flags.retrain import Parser, add_allow_ops_flag, add_bad_image_flag, add_output_flags
from poets.migrate.task.labelling.labels import find_photos


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets parity` with models."""
    parser = Parser(
        prog="poets parity",
        description="Compare models with the first of them on the same photos, each in a process of its own: frozen "
        "graphs (in a v1 Session), SavedModels, Hub modules, .keras, TFLite and ONNX files.",
    )
    parser.add_argument("models", nargs="+", metavar="MODEL", help="two or more models, before the flags")
    parser.add_argument(
        "--image_dir", metavar="DIR", help="folder of photos, with or without class folders; default: painted flowers"
    )
    parser.add_argument("--labels", metavar="FILE", help="labels file for all models; default: each model's own")
    add_model_python_flag(parser)
    add_allow_ops_flag(parser)
    add_bad_image_flag(parser)
    parser.add_argument(
        "--features",
        action="store_true",
        help="compare the features of graphs, SavedModels and Hub modules instead of the probabilities",
    )
    add_per_model_flags(parser)
    add_calibrate_flag(parser)
    add_measuring_flags(parser)
    add_report_flags(parser)
    add_output_flags(parser, "the verdict", "show more than one screen")
    add_threshold_flags(parser)
    add_coverage_flag(parser)
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
    setup = setup_of(flags)
    so_far = ModelsMeasured()
    try:
        verdict, arrays = run(setup, lambda words, total: console.progress(words, total, flags.quiet), so_far)
    except WorkerFailed as error:
        keep_incomplete(flags, so_far, str(error))
        raise
    for model in verdict.models:
        say_calibration(model.name, model._asdict(), flags)
    write_reports(flags, verdict, arrays, [path for path, _ in setup.photos])
    return 0 if verdict.parity else 1


def setup_of(flags: argparse.Namespace) -> ModelsSetup:
    """The setup that the flags ask for.

    Raises:
        BadInput: fewer than two models, a missing model, no photos, or numbers out of range.
        BrokenEnvironment: a package that draws a report is missing.
    """
    if len(flags.models) < 2:
        raise BadInput(f"MODEL: give two or more models to compare; add one after {flags.models[0]}")
    for path in flags.models:
        if "://" not in path and not os.path.exists(os.path.expanduser(path)):
            raise BadInput(f"MODEL: no file or folder '{path}' here")
    check_measuring_flags(flags)
    check_report_flags(flags)
    given = thresholds_of(flags)
    folder = flags.image_dir or embedded_flowers(flags.quiet)
    photos = find_photos([os.path.abspath(os.path.expanduser(folder))], flags.on_bad_image, console.warn, "--image_dir")
    labels = os.path.abspath(flags.labels) if flags.labels else None
    return ModelsSetup(
        flags.models,
        pythons_of(flags.python, len(flags.models)),
        labels,
        flags.features,
        openings(flags),
        photos,
        flags.ladder_photos,
        flags.rounds,
        flags.timeout,
        given,
        bool(flags.run_dir or flags.html),
        flags.attribute,
        wanted_of(flags),
        flags.any_top1,
        flags.accept_untested,
        flags.allow_ops,
    )


def keep_incomplete(flags: argparse.Namespace, so_far: ModelsMeasured, why: str) -> None:
    """Report what was measured before a worker failed: on stderr, as JSON if requested, and in --run_dir."""
    write_incomplete(
        flags,
        incomplete_as_json(so_far, why),
        so_far.arrays,
        f"incomplete: {len(so_far.labels) or 'none'} of {len(flags.models)} models answered",
        why,
    )


def write_reports(flags: argparse.Namespace, verdict: ModelsVerdict, arrays: Arrays, photos: List[str]) -> None:
    """Show the report on the terminal (stdout, or stderr if a report goes to stdout), and write the report files."""
    from poets.migrate.judge.models.page import page_of
    from poets.migrate.judge.models.pictures import pictures_of
    from poets.migrate.judge.report import html_page, junit, markdown, screen

    page = page_of(verdict)
    if not flags.quiet:
        people_read(flags).print(screen.Screen(page, flags.verbose))
    found = json.dumps(models_verdict_as_json(verdict), indent=2) + "\n"

    def keep() -> None:
        kept_run.keep_run(flags.run_dir, found, arrays, screen.as_text(page, verbose=True))

    write_renderings(
        flags,
        {
            "json": lambda: found,
            "html": lambda: html_page.render(page, pictures_of(verdict, arrays, photos)),
            "markdown": lambda: markdown.render(page),
            "junit": lambda: junit.render(page),
            "svg": lambda: screen.as_svg(page),
        },
        keep if flags.run_dir else None,
    )


def pythons_of(given: List[str], count: int) -> Dict[int, str]:
    """Parse `N=CMD` into index of the model -> command.

    Raises:
        BadInput: no such model.
    """
    found = {}
    for text in given:
        number, _, command = text.partition("=")
        if not number.isdigit() or not 1 <= int(number) <= count or not command:
            raise BadInput(f"--python: '{text}' is not N=CMD with N from 1 to {count}")
        found[int(number) - 1] = command
    return found
