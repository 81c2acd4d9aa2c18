"""The command `poets demo`: look at the flowers that the embedded default retrains on."""

import sys
from typing import List
from typing import Optional

from migrate import console
from migrate.demo.embedded import PHOTOS_PER_CLASS
from migrate.demo.embedded import SEED
from migrate.task.errors import BadInput
from migrate.task.flags import Parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="poets demo", description="Paint the flowers that `poets parity` uses by default.")
    parser.add_argument(
        "--show", metavar="DIR", required=True, help="paint them into DIR, with a contact sheet of them all"
    )
    parser.add_argument("--photos_per_class", type=int, default=PHOTOS_PER_CLASS, help="how many of each kind")
    parser.add_argument("--random_seed", type=int, default=SEED, help="another seed paints other flowers")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: show(flags.show, flags.photos_per_class, flags.random_seed))


def show(directory: str, photos_per_class: int, seed: int) -> int:
    """Paint and say where the contact sheet is.

    Raises:
        BadInput: no photos asked for, or ``directory`` holds something else or cannot be written.
    """
    from migrate.demo.contact_sheet import show_flowers

    if photos_per_class < 1:
        raise BadInput("--photos_per_class: %d is below 1" % photos_per_class)
    sys.stdout.write("%s\n" % show_flowers(directory, photos_per_class, seed))
    return 0
