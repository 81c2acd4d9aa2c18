"""The command `mnist` of both twins. The network and its training are the twin's own."""

import argparse
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from poets.migrate import console
from poets.migrate.lab import record as mnist_record
from poets.migrate.lab.digits import download, read_digits
from poets.migrate.lab.flags import add_lab_flags, lab_of
from poets.migrate.lab.record import LabTrained, LabWatch
from poets.migrate.lab.schedule import make_lab_schedule, parameters
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser, add_output_flags
from poets.migrate.task.resources import DEVICES, Resources


class LabTwin(NamedTuple):
    name: str
    """legacy or modern."""
    train_network: Callable[..., LabTrained]
    """The twin's function of that name, in its `mnist.py`."""
    check_output: Callable[[str], None]
    """Raises BadInput if --output cannot be written."""
    versions: Dict[str, Any]
    """Package -> version, for the record."""


def main(twin: LabTwin, argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    flags = make_parser(twin.name).parse_args(argv)
    return console.run_command(lambda: mnist(flags, twin))


def make_parser(twin: str) -> argparse.ArgumentParser:
    """The flags of `mnist`."""
    parser = Parser(prog=f"poets mnist {twin}", description="The beginner lab: train a small network to read digits.")
    add_lab_flags(parser)
    group = parser.add_argument_group("machine")
    group.add_argument(
        "--device", choices=DEVICES, default="auto", help="device to compute on; auto: TensorFlow's choice"
    )
    group = parser.add_argument_group("outputs")
    group.add_argument(
        "--output",
        metavar="PATH",
        help="path of the trained network, a frozen graph"
        if twin == "legacy"
        else "path of the trained network: a SavedModel folder, and PATH.keras",
    )
    add_output_flags(group, "the run's record", "show the data and the device used")
    return parser


def mnist(flags: argparse.Namespace, twin: LabTwin) -> int:
    """Train and test according to the flags.

    Raises:
        PoetsError: anything that stops the run; no partial output is left.
    """
    started = time.time()
    say = console.nothing if flags.quiet else console.say
    lab = lab_of(flags)
    if flags.output:
        twin.check_output(flags.output)
    if flags.json not in (None, "-"):
        check_writable(flags.json, "--json")
    path = data_path(flags)
    digits = read_digits(path)
    schedule = make_lab_schedule(lab, len(digits.images), flags.random_seed)
    resources = Resources(flags.device)
    say(f"{parameters(lab)} parameters, {len(digits.images)} images to train on, {len(digits.test_images)} to test")
    seconds = {"reading": time.time() - started}
    with console.progress("training", len(schedule.mask_seeds), flags.quiet) as advance:
        watch = LabWatch(
            digits,
            lab,
            lambda: advance(1),
            lambda number, epoch: say(mnist_record.epoch_line(number, lab.epochs, epoch)),
        )
        trained = twin.train_network(digits, schedule, lab, resources, watch, flags.output or "")
    seconds["training"] = time.time() - started - seconds["reading"]
    record = mnist_record.of_lab(
        twin.name,
        lab,
        path,
        flags.random_seed,
        digits,
        trained,
        seconds,
        twin.versions,
        [flags.output] if flags.output else [],
        resources.used(),
    )
    say(f"test accuracy {100 * record['test_accuracy']:.2f} % (N={len(digits.test_images)})")
    if flags.verbose:
        say(f"{path}, on {resources.devices.get('training', 'nothing')}, {seconds['training']:.1f} s")
    if flags.json:
        console.write_json(flags.json, record)
    return 0


def data_path(flags: argparse.Namespace) -> str:
    """The path of the pictures: from `--data`, downloaded, or drawn; the last two are stored in the user's cache.

    Raises:
        BadInput: they cannot be stored.
        CannotFetch: they cannot be downloaded.
    """
    if flags.data:
        return str(flags.data)
    if flags.download:
        with console.download_progress("MNIST", flags.quiet) as downloaded:
            return download(downloaded)
    from poets.migrate.lab import drawn_digits  # imported here, as it needs Pillow

    with console.progress("drawing digits", drawn_digits.TRAIN + drawn_digits.TEST, flags.quiet) as advance:
        return drawn_digits.digits_file(advance)
