"""The command `mnist` of both twins, but for the network and its training, which are the twin's."""

import argparse
import time
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional

from poets.migrate import console
from poets.migrate.lab import record as mnist_record
from poets.migrate.lab.digits import download
from poets.migrate.lab.digits import read_digits
from poets.migrate.lab.flags import add_lab_flags
from poets.migrate.lab.flags import lab_of
from poets.migrate.lab.record import LabTrained
from poets.migrate.lab.record import LabWatch
from poets.migrate.lab.schedule import make_lab_schedule
from poets.migrate.lab.schedule import parameters
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser
from poets.migrate.task.flags.retrain import add_output_flags
from poets.migrate.task.resources import DEVICES
from poets.migrate.task.resources import Resources

Twin = NamedTuple("Twin", [
    ("name", str),
    ("train_network", Callable[..., LabTrained]),
    ("check_output", Callable[[str], None]),  # raises BadInput where --output could not be written
    ("versions", Dict[str, Any]),
])


def main(twin: Twin, argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    flags = make_parser(twin.name).parse_args(argv)
    return console.run_command(lambda: mnist(flags, twin))


def make_parser(twin: str) -> argparse.ArgumentParser:
    """The flags of `mnist`."""
    parser = Parser(prog="%s mnist" % twin, description="The beginner lab: train a small network to read digits.")
    add_lab_flags(parser)
    group = parser.add_argument_group("machine")
    group.add_argument("--device", choices=DEVICES, default="auto", help="where to compute; auto: as TensorFlow does")
    group = parser.add_argument_group("outputs")
    group.add_argument("--output", metavar="PATH", help="where the trained network goes: a frozen graph" if twin ==
                       "legacy" else "where the trained network goes: a SavedModel's folder, and PATH.keras")
    add_output_flags(group, "the run's record", "say what was trained on and where it ran")
    return parser


def mnist(flags: argparse.Namespace, twin: Twin) -> int:
    """Train and test, as the flags say.

    Raises:
        PoetsError: anything that stops it; nothing is then half-written.
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
    say("%d parameters, %d images to train on, %d to test" % (
        parameters(lab), len(digits.images), len(digits.test_images)))
    seconds = {"reading": time.time() - started}
    with console.progress("training", len(schedule.mask_seeds), flags.quiet) as advance:
        watch = LabWatch(digits, lab, lambda: advance(1), lambda number, epoch: say(
            mnist_record.epoch_line(number, lab.epochs, epoch)))
        trained = twin.train_network(digits, schedule, lab, resources, watch, flags.output or "")
    seconds["training"] = time.time() - started - seconds["reading"]
    record = mnist_record.of_lab(twin.name, lab, path, flags.random_seed, digits, trained, seconds, twin.versions,
                                 [flags.output] if flags.output else [], resources.used())
    say("test accuracy %.2f %% (N=%d)" % (100 * record["test_accuracy"], len(digits.test_images)))
    if flags.verbose:
        say("%s, on %s, %.1f s" % (path, resources.devices.get("training", "nothing"), seconds["training"]))
    if flags.json:
        console.write_json(flags.json, record)
    return 0


def data_path(flags: argparse.Namespace) -> str:
    """Where the pictures are: as `--data` says, downloaded, or drawn; the last two are kept in the user's cache.

    Raises:
        BadInput: they cannot be kept.
        CannotFetch: they cannot be downloaded.
    """
    if flags.data:
        return str(flags.data)
    if flags.download:
        with console.download_progress("MNIST", flags.quiet) as downloaded:
            return download(downloaded)
    from poets.migrate.demo import digits  # here, as it needs Pillow

    with console.progress("drawing digits", digits.TRAIN + digits.TEST, flags.quiet) as advance:
        return digits.digits_file(advance)
