"""The command `poets parity`."""

import argparse
import json
import os
from typing import List
from typing import Optional

from migrate import console
from migrate.task.architectures import EMBEDDED
from migrate.task.architectures import find_architecture
from migrate.task.distortions import check_distortions
from migrate.task.errors import BadInput
from migrate.task.errors import BrokenEnvironment
from migrate.task.errors import WorkerFailed
from migrate.task.fine_tuning_flags import add_fine_tuning_flags
from migrate.task.fine_tuning_flags import fine_tuning_of
from migrate.task.flags import Parser
from migrate.task.flags import add_data_flags
from migrate.task.flags import add_distortion_flags
from migrate.task.flags import add_memory_flags
from migrate.task.flags import add_output_flags
from migrate.task.flags import add_resize_flag
from migrate.task.flags import add_training_flags
from migrate.task.flags import distortions_of
from migrate.task.image_lists import ImageLists
from migrate.task.models import find_network
from migrate.task.survey import survey
from parity_tests.harness.flags import add_device_flags
from parity_tests.harness.flags import add_measuring_flags
from parity_tests.harness.flags import add_python_flags
from parity_tests.harness.flags import add_report_flags
from parity_tests.harness.flags import add_turn_flags
from parity_tests.harness.flags import check_measuring_flags
from parity_tests.harness.flags import check_report_flags
from parity_tests.harness.flags import options_of
from parity_tests.harness.flags import people_read
from parity_tests.harness.flags import wanted_of
from parity_tests.harness.flags import write_incomplete
from parity_tests.harness.flags import write_renderings
from parity_tests.harness.one_at_a_time import is_small
from parity_tests.harness.parity import Arrays
from parity_tests.harness.parity import Measured
from parity_tests.harness.parity import Setup
from parity_tests.harness.parity import Verdict
from parity_tests.harness.parity import run
from parity_tests.harness.statistics import import_scipy_special
from parity_tests.harness.thresholds import add_threshold_flags
from parity_tests.harness.thresholds import thresholds_of

TYPED = "flowers"  # what the embedded photos' split is drawn from, wherever they lie


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets parity`."""
    parser = Parser(
        prog="poets parity",
        description="Run the same retraining task in TF1 and in TF2 style and compare stage by stage, in training, in "
                    "accuracy and in speed. With no flags: on flowers that poets paints, with a network that it ships.")
    parser.add_argument("--task", choices=("retrain", "mnist"), default="retrain",
                        help="mnist: the beginner lab, which has flags of its own (--task mnist --help)")
    add_data_flags(parser)
    parser.set_defaults(architecture=EMBEDDED)
    add_training_flags(parser)
    add_distortion_flags(parser, "distortions (a stage more to compare; and --fine_tune trains on distorted photos)")
    add_fine_tuning_flags(parser)
    add_resize_flag(parser)
    group = parser.add_argument_group("judge")
    add_python_flags(group)
    add_device_flags(group)
    add_memory_flags(group)
    add_turn_flags(group)
    add_measuring_flags(group)
    group.add_argument("--seeds", type=int, default=0, metavar="K",
                       help="train each twin K times more on its own, each time from another seed; 0 for none")
    group.add_argument("--margin", type=float, default=2, metavar="POINTS",
                       help="with --seeds: mean accuracies less apart than this are equivalent")
    add_report_flags(group)
    add_output_flags(group, "the verdict", "show more than one screen")
    add_threshold_flags(parser)
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command: 0 parity, 1 no parity, 2 bad input, 3 environment, 4 a worker failed."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: parity(flags))


def parity(flags: argparse.Namespace) -> int:
    """Compare, as the flags say, and report.

    Raises:
        PoetsError: anything that stops it before there is a verdict.
    """
    check_measuring_flags(flags)
    if flags.seeds < 0 or not 0 < flags.margin <= 100:
        raise BadInput("--seeds must be 0 or more, --margin above 0 and at most 100")
    if flags.seeds > 1:
        import_scipy_special()  # fails now rather than after the trainings
    if flags.seeds and not flags.testing_percentage:
        raise BadInput("--seeds compares on the test photos, and --testing_percentage 0 leaves none")
    check_distortions(distortions_of(flags))
    fine_tuning_of(flags)  # fails now rather than after the training
    check_report_flags(flags)
    hash_as = None
    if not flags.image_dir:
        flags.image_dir, hash_as = embedded_flowers(flags.quiet), TYPED
    architecture = find_architecture(flags.architecture)
    known = survey(flags.image_dir, flags.testing_percentage, flags.validation_percentage, flags.on_bad_image,
                   console.warn, hash_as)
    with console.download_progress(architecture.name, flags.quiet) as downloaded:
        find_network(architecture, flags.model_dir, downloaded)  # once, before two workers would both do it
    setup = Setup(
        os.path.abspath(flags.image_dir) if hash_as else flags.image_dir, hash_as, architecture.name, flags.model_dir,
        {"legacy": flags.legacy_python, "modern": flags.modern_python},
        options_of(flags),
        flags.timeout, flags.ladder_photos, flags.rounds, flags, flags.seeds, flags.margin / 100,
        thresholds_of(flags), bool(flags.run_dir), flags.attribute, wanted_of(flags),
        flags.twins.split(","), is_small() if flags.one_at_a_time is None else flags.one_at_a_time)
    say = console.say if flags.verbose else console.nothing
    so_far = Measured()
    try:
        verdict, arrays = run(setup, known, say, lambda words, total: console.progress(words, total, flags.quiet),
                              so_far)
    except (WorkerFailed, BrokenEnvironment) as error:
        if so_far.stages or isinstance(error, WorkerFailed):
            keep_incomplete(flags, so_far, str(error))
        raise
    write_reports(flags, verdict, arrays, known.lists)
    return 0 if verdict.parity else 1


def keep_incomplete(flags: argparse.Namespace, so_far: Measured, why: str) -> None:
    """What was measured before a worker failed: on stderr, as JSON where that was asked for, and in --run_dir."""
    from parity_tests.harness import record

    done = ["%s %s" % (name, "ok" if stage.passed else "FAIL") for name, stage in so_far.stages.items()]
    for name, part in (("training", so_far.training), ("fine-tuning", so_far.fine_tuning)):
        if part:
            done.append("%s %s" % (name, "ok" if part.passed else "FAIL"))
    write_incomplete(flags, record.incomplete_as_json(so_far, why), so_far.arrays,
                     "incomplete: %s" % (", ".join(done) or "nothing was compared yet"), why)


def embedded_flowers(quiet: bool) -> str:
    """The folder of painted flowers, painted on first use into the user's cache."""
    from migrate.demo.embedded import flowers_folder

    with console.progress("painting flowers", 1, quiet):
        return flowers_folder()


def write_reports(flags: argparse.Namespace, verdict: Verdict, arrays: Arrays, lists: ImageLists) -> None:
    """The report on the terminal (stdout, or stderr where stdout carries a file), and the files asked for."""
    from parity_tests.harness import record
    from parity_tests.harness import report
    from parity_tests.harness import report_html
    from parity_tests.harness import report_junit
    from parity_tests.harness import report_markdown
    from parity_tests.harness import terminal
    from parity_tests.harness.twins_page import page_of
    from parity_tests.harness.twins_pictures import pictures_of

    if not flags.quiet:
        people_read(flags).print(report.render(verdict, flags.verbose, arrays))
    found = json.dumps(record.as_json(verdict), indent=2) + "\n"
    page = page_of(verdict)
    if flags.run_dir:
        record.keep(flags.run_dir, found, arrays, report.as_text(verdict, verbose=True, arrays=arrays))
    write_renderings(flags, {
        "json": lambda: found,
        "html": lambda: report_html.render(page, pictures_of(verdict, arrays, lists)),
        "markdown": lambda: report_markdown.render(page),
        "junit": lambda: report_junit.render(page),
        "svg": lambda: terminal.as_svg(report.render(verdict, arrays=arrays)),
    })
