"""Label photos with a frozen graph: ``python -m poets.legacy label_image --graph GRAPH --image PHOTO``."""

from typing import List, Optional

from poets.legacy.classifier import GraphClassifier
from poets.migrate import console
from poets.migrate.label.command import label
from poets.migrate.task.flags.retrain import Parser, add_label_flags


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="legacy label_image", description="Label photos with a frozen graph, in a Session.")
    add_label_flags(parser)
    flags = parser.parse_args(argv)
    return console.run_command(lambda: label(flags, GraphClassifier))
