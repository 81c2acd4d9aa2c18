"""Label photos with a SavedModel or a `.keras` file: ``python -m poets.modern label_image --graph MODEL --image X``."""

from typing import List, Optional

from poets.migrate import console
from poets.migrate.label.command import label
from poets.migrate.task.flags.retrain import Parser, add_label_flags, add_resize_flag
from poets.modern.classifier import ModelClassifier


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="modern label_image", description="Label photos with a SavedModel or a .keras file.")
    add_label_flags(parser)
    add_resize_flag(parser)
    flags = parser.parse_args(argv)
    return console.run_command(lambda: label(flags, ModelClassifier))
