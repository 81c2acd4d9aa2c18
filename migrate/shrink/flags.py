"""Flags of the commands that make one frozen graph from another, and their reading options."""

import argparse

from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.task.flags.retrain import add_output_flags


def add_graph_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of commands that make one frozen graph from another."""
    parser.add_argument("graph", metavar="GRAPH", help="a frozen graph, a TF1 SavedModel's folder or a checkpoint")
    parser.add_argument("--output", required=True, metavar="FILE", help="file for the new frozen graph")
    parser.add_argument("--input_layer", help="name of the input node; default: found from the graph")
    parser.add_argument("--output_layer", help="name of the output node; default: found from the graph")
    parser.add_argument(
        "--probe", metavar="DIR", help="folder of photos for the comparison; default: built-in pictures"
    )
    parser.add_argument(
        "--allow_ops",
        nargs="+",
        default=[],
        metavar="OP",
        help="ops to allow although they act outside the graph or TensorFlow does not know them",
    )
    add_output_flags(parser, "the report", "nothing more")


def options_of(flags: argparse.Namespace) -> ReadingOptions:
    """The reading options from those flags."""
    return ReadingOptions(input_layer=flags.input_layer, output_layer=flags.output_layer, allow_ops=flags.allow_ops)
