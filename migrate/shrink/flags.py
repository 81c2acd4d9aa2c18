"""The flags of the commands that make one frozen graph of another, and what they say about reading it."""

import argparse

from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.task.flags.retrain import add_output_flags


def add_graph_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of commands that make one frozen graph of another."""
    parser.add_argument("graph", metavar="GRAPH", help="a frozen graph, a TF1 SavedModel's folder, a checkpoint")
    parser.add_argument("--output", required=True, metavar="FILE", help="the frozen graph that is written")
    parser.add_argument("--input_layer", help="name of the input node; default: found from the graph")
    parser.add_argument("--output_layer", help="name of the output node; default: found from the graph")
    parser.add_argument("--probe", metavar="DIR", help="photos to compare on; default: pictures of our own")
    parser.add_argument(
        "--allow_ops",
        nargs="+",
        default=[],
        metavar="OP",
        help="ops that may act outside the graph, or that TensorFlow does not know",
    )
    add_output_flags(parser, "the report", "nothing more")


def options_of(flags: argparse.Namespace) -> ReadingOptions:
    """What those flags say about how the graph is read."""
    return ReadingOptions(input_layer=flags.input_layer, output_layer=flags.output_layer, allow_ops=flags.allow_ops)
