"""The command `poets demo`: show the flowers that the embedded default retrains on."""

import argparse
import sys
from typing import List, Optional

from poets.migrate import console
from poets.migrate.demo.embedded import PHOTOS_PER_CLASS, SEED
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import Parser, add_output_flags


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    parser = Parser(prog="poets demo", description="Paint the flowers that `poets parity` uses by default.")
    parser.add_argument("--show", metavar="DIR", required=True, help="paint them into DIR, with a contact sheet")
    parser.add_argument("--photos_per_class", type=int, default=PHOTOS_PER_CLASS, help="photos per kind")
    parser.add_argument("--random_seed", type=int, default=SEED, help="seed; another one paints other flowers")
    add_output_flags(parser, "what was painted", "show how many of each kind were painted")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: show(flags))


def show(flags: argparse.Namespace) -> int:
    """Paint and report the path of the contact sheet.

    Raises:
        BadInput: no photos requested, or the folder holds other files or cannot be written.
    """
    from poets.migrate.demo.contact_sheet import show_flowers
    from poets.migrate.demo.flowers import KINDS

    if flags.photos_per_class < 1:
        raise BadInput(f"--photos_per_class: {int(flags.photos_per_class)} is below 1")
    with console.progress("painting flowers", 1, flags.quiet):
        sheet = show_flowers(flags.show, flags.photos_per_class, flags.random_seed)
    if flags.verbose:
        console.say(f"{int(flags.photos_per_class)} photos each of {', '.join(sorted(KINDS))}")
    if flags.json:
        console.write_json(
            flags.json,
            {
                "folder": flags.show,
                "contact_sheet": sheet,
                "classes": sorted(KINDS),
                "photos_per_class": flags.photos_per_class,
                "random_seed": flags.random_seed,
            },
        )
    if flags.json != "-" and not flags.quiet:
        sys.stdout.write(f"{sheet}\n")
    return 0
