"""The command `poets parity`."""

import argparse
import json
import os
from typing import List, Optional

from poets.migrate import console
from poets.migrate.judge.compare.statistics import import_scipy_special
from poets.migrate.judge.flags import (
    add_coverage_flag,
    add_device_flags,
    add_measuring_flags,
    add_python_flags,
    add_report_flags,
    add_threshold_flags,
    add_turn_flags,
    check_measuring_flags,
    check_report_flags,
    options_of,
    people_read,
    thresholds_of,
    wanted_of,
)
from poets.migrate.judge.report import kept_run
from poets.migrate.judge.report.outputs import write_incomplete, write_renderings
from poets.migrate.judge.sides.one_at_a_time import is_small
from poets.migrate.judge.twins.comparison import TwinsVerdict, run
from poets.migrate.judge.twins.measure_side import Arrays, TwinsMeasured, TwinsSetup
from poets.migrate.task.errors import BadInput, BrokenEnvironment, WorkerFailed
from poets.migrate.task.flags.fine_tuning import add_fine_tuning_flags
from poets.migrate.task.flags.retrain import (
    Parser,
    add_data_flags,
    add_distortion_flags,
    add_memory_flags,
    add_output_flags,
    add_resize_flag,
    add_training_flags,
    training_settings_of,
)
from poets.migrate.task.networks.architectures import EMBEDDED, find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.photos.distortions import check_distortions
from poets.migrate.task.photos.image_lists import ImageLists
from poets.migrate.task.photos.survey import survey
from poets.migrate.task.training.settings import fine_tuning_of

EMBEDDED_FOLDER = "flowers"  # path used for the split of the embedded photos, wherever they are


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets parity`."""
    parser = Parser(
        prog="poets parity",
        description="Run the same retraining task in TF1 and in TF2 style, and compare every stage, training, "
        "accuracy and speed. Without flags, it uses painted flowers and a network that poets ships.",
    )
    parser.add_argument(
        "--task",
        choices=("retrain", "mnist"),
        default="retrain",
        help="mnist: the beginner lab, which has its own flags (--task mnist --help)",
    )
    add_data_flags(parser)
    parser.set_defaults(architecture=EMBEDDED)
    add_training_flags(parser)
    add_distortion_flags(parser, "distortions (one more stage; --fine_tune then trains on distorted photos)")
    add_fine_tuning_flags(parser)
    add_resize_flag(parser)
    group = parser.add_argument_group("judge")
    add_python_flags(group)
    add_device_flags(group)
    add_memory_flags(group)
    add_turn_flags(group)
    add_measuring_flags(group)
    group.add_argument(
        "--seeds",
        type=int,
        default=0,
        metavar="K",
        help="also train each twin K times on its own, each time from another seed; 0 for none",
    )
    group.add_argument(
        "--margin",
        type=float,
        default=2,
        metavar="POINTS",
        help="with --seeds: mean accuracies that differ by less are equivalent",
    )
    add_report_flags(group)
    add_output_flags(group, "the verdict", "show more than one screen")
    add_threshold_flags(parser)
    add_coverage_flag(parser)
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; exit codes: 0 parity, 1 none or inconclusive, 2 bad input, 3 environment, 4 incomplete."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: parity(flags))


def parity(flags: argparse.Namespace) -> int:
    """Compare as the flags ask, and report.

    Raises:
        PoetsError: something stopped it before there was a verdict.
    """
    check_measuring_flags(flags)
    if flags.seeds < 0 or not 0 < flags.margin <= 100:
        raise BadInput("--seeds must be 0 or more, --margin above 0 and at most 100")
    if flags.seeds > 1:
        import_scipy_special()  # fails here rather than after the trainings
    if flags.seeds and not flags.testing_percentage:
        raise BadInput("--seeds compares on the test photos, and --testing_percentage 0 leaves none")
    training = training_settings_of(flags)
    check_distortions(training.distortions)
    fine_tuning_of(training)  # fails here rather than after the training
    check_report_flags(flags)
    hash_as = None
    if not flags.image_dir:
        flags.image_dir, hash_as = embedded_flowers(flags.quiet), EMBEDDED_FOLDER
    architecture = find_architecture(flags.architecture)
    known = survey(
        flags.image_dir,
        flags.testing_percentage,
        flags.validation_percentage,
        flags.on_bad_image,
        console.warn,
        hash_as,
    )
    with console.download_progress(architecture.name, flags.quiet) as downloaded:
        find_network(architecture, flags.model_dir, downloaded)  # once here, before both workers would do it
    setup = TwinsSetup(
        os.path.abspath(flags.image_dir) if hash_as else flags.image_dir,
        hash_as,
        architecture.name,
        flags.model_dir,
        {"legacy": flags.legacy_python, "modern": flags.modern_python},
        options_of(flags),
        flags.timeout,
        flags.ladder_photos,
        flags.rounds,
        training,
        flags.seeds,
        flags.margin / 100,
        thresholds_of(flags),
        bool(flags.run_dir),
        flags.attribute,
        wanted_of(flags),
        flags.twins.split(","),
        is_small() if flags.one_at_a_time is None else flags.one_at_a_time,
        flags.any_top1,
        flags.accept_untested,
    )
    say = console.say if flags.verbose else console.nothing
    so_far = TwinsMeasured()
    try:
        verdict, arrays = run(
            setup, known, say, lambda words, total: console.progress(words, total, flags.quiet), so_far
        )
    except (WorkerFailed, BrokenEnvironment) as error:
        if so_far.stages or isinstance(error, WorkerFailed):
            keep_incomplete(flags, so_far, str(error))
        raise
    write_reports(flags, verdict, arrays, known.lists)
    return 0 if verdict.parity else 1


def keep_incomplete(flags: argparse.Namespace, so_far: TwinsMeasured, why: str) -> None:
    """Report what was measured before a worker failed: on stderr, as JSON if requested, and in --run_dir."""
    from poets.migrate.judge.twins import record

    done = [f"{name} {'ok' if stage.passed else 'FAIL'}" for name, stage in so_far.stages.items()]
    for name, part in (("training", so_far.training), ("fine-tuning", so_far.fine_tuning)):
        if part:
            done.append(f"{name} {'ok' if part.passed else 'FAIL'}")
    write_incomplete(
        flags,
        record.incomplete_as_json(so_far, why),
        so_far.arrays,
        f"incomplete: {', '.join(done) or 'nothing was compared yet'}",
        why,
    )


def embedded_flowers(quiet: bool) -> str:
    """The folder of painted flowers in the user's cache, painted on first use."""
    from poets.migrate.demo.embedded import flowers_folder

    with console.progress("painting flowers", 1, quiet):
        return flowers_folder()


def write_reports(flags: argparse.Namespace, verdict: TwinsVerdict, arrays: Arrays, lists: ImageLists) -> None:
    """Show the report on the terminal (stdout, or stderr if a report goes to stdout), and write the report files."""
    from poets.migrate.judge.report import html_page, junit, markdown, screen
    from poets.migrate.judge.twins import record
    from poets.migrate.judge.twins.page import page_of
    from poets.migrate.judge.twins.pictures import pictures_of

    page = page_of(verdict, arrays)
    if not flags.quiet:
        people_read(flags).print(screen.Screen(page, flags.verbose))
    found = json.dumps(record.as_json(verdict), indent=2) + "\n"

    def keep() -> None:
        kept_run.keep_run(flags.run_dir, found, arrays, screen.as_text(page, verbose=True))

    write_renderings(
        flags,
        {
            "json": lambda: found,
            "html": lambda: html_page.render(page, pictures_of(verdict, arrays, lists)),
            "markdown": lambda: markdown.render(page),
            "junit": lambda: junit.render(page),
            "svg": lambda: screen.as_svg(page),
        },
        keep if flags.run_dir else None,
    )
