"""The command `poets sweep`."""

import argparse
import json
import os
import time
from typing import Any, Dict, List, Optional

from poets.migrate import console
from poets.migrate.judge.flags import add_python_flags, add_timeout_flag, check_files, people_read
from poets.migrate.judge.report.outputs import write_renderings
from poets.migrate.judge.sweep.points import Setting, SweepRow, point_as_json
from poets.migrate.judge.sweep.run import State, SweepPlan, run
from poets.migrate.judge.twins.command import EMBEDDED_FOLDER, embedded_flowers
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser, add_bad_image_flag, add_output_flags
from poets.migrate.task.networks.architectures import EMBEDDED, find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.photos.survey import survey
from poets.migrate.task.resources import DEVICES
from poets.migrate.task.stages import TWINS
from poets.migrate.task.training.settings import TrainingSettings

FOLDER = "poets-sweep"
REPORTS = ("json", "markdown", "html")  # flags whose value is a file


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets sweep`."""
    parser = Parser(
        prog="poets sweep",
        description="Train the last layer several times under every combination of rates, steps and networks, in one "
        "twin or both. Features are computed once. Finished trainings are kept, so an interrupted sweep resumes.",
    )
    parser.add_argument(
        "--image_dir", default="", help="folder with one folder of photos per class; default: painted flowers"
    )
    parser.add_argument(
        "--learning_rate",
        type=float,
        nargs="+",
        default=[0.005, 0.01, 1.0],
        metavar="RATE",
        help="the homework's three",
    )
    parser.add_argument(
        "--how_many_training_steps", type=int, nargs="+", default=[4000], metavar="N", help="training steps"
    )
    parser.add_argument("--architecture", nargs="+", default=[EMBEDDED], metavar="NETWORK", help="pretrained networks")
    parser.add_argument("--device", choices=DEVICES, nargs="+", default=["auto"], help="auto: TensorFlow chooses")
    parser.add_argument("--twin", choices=TWINS + ("both",), default="modern", help="what trains")
    parser.add_argument("--seeds", type=int, default=5, metavar="K", help="number of trainings per setting")
    parser.add_argument(
        "--model_dir", default="/tmp/imagenet", help="folder of pretrained networks; missing ones are downloaded"
    )
    parser.add_argument("--testing_percentage", type=int, default=10, help="percentage of photos kept for the test")
    parser.add_argument(
        "--validation_percentage", type=int, default=10, help="percentage of photos kept for validation"
    )
    add_bad_image_flag(parser)
    parser.add_argument("--train_batch_size", type=int, default=100, help="photos per step; -1 for all")
    parser.add_argument("--random_seed", type=int, default=0, help="seed of the first training; later ones count up")
    parser.add_argument(
        "--output", metavar="DIR", default=FOLDER, help="folder for finished trainings; default: " + FOLDER
    )
    parser.add_argument("--html", metavar="FILE", help="write the report as one HTML page, with the plot")
    parser.add_argument("--markdown", metavar="FILE", help="write the table for a pull request")
    add_python_flags(parser)
    add_timeout_flag(parser, 3600)
    add_output_flags(parser, "the table and every training", "show every training's accuracy")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; exit codes: 0 done, 2 bad input, 3 environment, 4 a worker failed."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: sweep(flags))


def sweep(flags: argparse.Namespace) -> int:
    """Sweep as the flags ask, and report.

    Raises:
        PoetsError: something stopped it; finished trainings are kept.
    """
    check(flags)
    architectures = [find_architecture(name) for name in flags.architecture]
    began = time.monotonic()
    hash_as = None if flags.image_dir else EMBEDDED_FOLDER
    image_dir = flags.image_dir or embedded_flowers(flags.quiet)
    known = survey(
        image_dir, flags.testing_percentage, flags.validation_percentage, flags.on_bad_image, console.warn, hash_as
    )
    for one in architectures:
        with console.download_progress(one.name, flags.quiet) as downloaded:
            find_network(one, flags.model_dir, downloaded)
    twins = TWINS if flags.twin == "both" else (flags.twin,)
    settings = [
        Setting(twin, one.name, device, steps, rate)
        for twin in twins
        for one in architectures
        for device in flags.device
        for steps in flags.how_many_training_steps
        for rate in flags.learning_rate
    ]
    training = TrainingSettings(
        flags.testing_percentage,
        flags.validation_percentage,
        flags.on_bad_image,
        settings[0].steps,
        settings[0].learning_rate,
        flags.train_batch_size,
        validation_batch_size=100,
        test_batch_size=-1,
        eval_step_interval=10,
        random_seed=flags.random_seed,
    )
    plan = SweepPlan(
        os.path.abspath(image_dir) if hash_as else image_dir,
        hash_as,
        flags.model_dir,
        settings,
        flags.seeds,
        training,
        {twin: getattr(flags, twin + "_python") for twin in TWINS},
        flags.timeout,
        flags.output,
    )
    rows = run(plan, known, lambda words, total: console.progress(words, total, flags.quiet))
    write_reports(flags, rows, State(plan, known), len(known.lists.photos), time.monotonic() - began)
    return 0


def check(flags: argparse.Namespace) -> None:
    """Check the flags first, so that a bad one fails before hours of work.

    Raises:
        BadInput: a number is out of range, or an output cannot be written.
        BrokenEnvironment: a package that draws the page is missing.
    """
    if flags.seeds < 1 or min(flags.how_many_training_steps) < 1:
        raise BadInput("--seeds and --how_many_training_steps must be 1 or more")
    if not 0 < flags.testing_percentage < 100:
        raise BadInput("--testing_percentage must be 1 to 99: accuracies are those of the test photos")
    for name in ("learning_rate", "how_many_training_steps", "architecture", "device"):
        given = getattr(flags, name)
        if len(set(given)) < len(given):
            raise BadInput(f"--{name}: a value is given twice")
    if flags.html:
        from poets.migrate.judge.report.html_page import check_installed

        check_installed()
    check_files(flags, REPORTS)
    check_writable(os.path.join(flags.output, "points.json"), "--output")


def write_reports(flags: argparse.Namespace, rows: List[SweepRow], state: State, photos: int, seconds: float) -> None:
    """Show the table on the terminal, and write the report files."""
    from poets.migrate.judge.report import html_page, markdown, screen
    from poets.migrate.judge.sweep.page import chart_of, page_of

    page = page_of(rows, photos, state.photos, state.guessing, seconds)
    if not flags.quiet:
        people_read(flags, REPORTS).print(screen.Screen(page, flags.verbose))
    write_renderings(
        flags,
        {
            "json": lambda: json.dumps(sweep_as_json(rows, state), indent=2) + "\n",
            "markdown": lambda: markdown.render(page),
            "html": lambda: html_page.render(page, html_page.Pictures({"Sweep": [chart_of(rows)]}, {}, 0, {})),
        },
    )


def sweep_as_json(rows: List[SweepRow], state: State) -> Dict[str, Any]:
    """The table and every training as JSON."""
    return {
        "schema_version": 1,
        "test_photos": state.photos,
        "guessing": state.guessing,
        "rows": [dict(row._asdict(), setting=dict(row.setting._asdict())) for row in rows],
        "points": [point_as_json(point) for point in state.points.values()],
    }
