"""Label photos with a frozen graph: ``python -m legacy label_image --graph GRAPH --labels LABELS --image PHOTO``."""

from typing import List
from typing import Optional

from legacy.classifier import GraphClassifier
from migrate import console
from migrate.task.flags import Parser
from migrate.task.flags import add_label_flags


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="legacy label_image", description="Label photos with a frozen graph, in a Session.")
    add_label_flags(parser)
    flags = parser.parse_args(argv)
    return console.run_command(lambda: console.label(flags, GraphClassifier))
