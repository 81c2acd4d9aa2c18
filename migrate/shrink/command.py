"""The commands `poets optimize` and `poets round`. TensorFlow is imported after the flags are checked."""

import argparse
from typing import List, Optional

from poets.migrate import console
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.task.flags.retrain import Parser, add_allow_ops_flag, add_output_flags


def add_graph_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of commands that make one frozen graph from another."""
    parser.add_argument("graph", metavar="GRAPH", help="a frozen graph, a TF1 SavedModel's folder or a checkpoint")
    parser.add_argument("--output", required=True, metavar="FILE", help="file for the new frozen graph")
    parser.add_argument("--input_layer", help="name of the input node; default: found from the graph")
    parser.add_argument("--output_layer", help="name of the output node; default: found from the graph")
    parser.add_argument(
        "--probe", metavar="DIR", help="folder of photos for the comparison; default: built-in pictures"
    )
    add_allow_ops_flag(parser)
    add_output_flags(parser, "the report", "nothing more")


def options_of(flags: argparse.Namespace) -> ReadingOptions:
    """The reading options from those flags."""
    return ReadingOptions(input_layer=flags.input_layer, output_layer=flags.output_layer, allow_ops=flags.allow_ops)


def main_optimize(argv: Optional[List[str]] = None) -> int:
    """Run `poets optimize`; exit codes: 0 equal, 1 not equal, 2 bad input."""
    parser = Parser(
        prog="poets optimize",
        description="Strip training-only nodes from a graph and fold batch norms into the weights, "
        "as TensorFlow 1's optimize_for_inference did; then verify the outputs.",
    )
    add_graph_flags(parser)
    flags = parser.parse_args(argv)

    def work() -> int:
        from poets.migrate.shrink.optimize import optimize, optimized_as_json, optimized_in_words

        found = optimize(flags.graph, options_of(flags), flags.output, flags.probe)
        if flags.json:
            console.write_json(flags.json, optimized_as_json(found, flags.output))
        if flags.json != "-" and not flags.quiet:
            console.write_out("-", optimized_in_words(found, flags.output))
        return 0 if found.equal else 1

    return console.run_command(work)


def main_round(argv: Optional[List[str]] = None) -> int:
    """Run `poets round`; exit codes: 0 written, 2 bad input."""
    parser = Parser(
        prog="poets round",
        description="Round each weight tensor to few distinct values, as TensorFlow 1's quantize_graph did with "
        "--mode=weights_rounded. The file keeps its size, but compresses well.",
    )
    add_graph_flags(parser)
    parser.add_argument("--bits", type=int, default=8, help="at most 2 ** BITS distinct values per constant")
    flags = parser.parse_args(argv)

    def work() -> int:
        from poets.migrate.shrink.round_weights import POOR, round_weights, rounded_in_words

        found = round_weights(flags.graph, options_of(flags), flags.output, flags.probe, flags.bits)
        if found.cost["top1_agreement"] < POOR:
            console.warn(
                f"{100 * (1 - found.cost['top1_agreement']):.0f} % of the pictures get another label; use "
                "more --bits, or round before `poets optimize`, which folds batch norms into depthwise weights and "
                "so spreads them widely"
            )
        if flags.json:
            record = dict(found.cost, bits=flags.bits, constants=found.constants, output=flags.output)
            sizes = {"before": found.before._asdict(), "after": found.after._asdict()}
            console.write_json(flags.json, dict(record, **sizes))
        if flags.json != "-" and not flags.quiet:
            console.write_out("-", rounded_in_words(found, flags.bits, flags.graph, flags.output))
        return 0

    return console.run_command(work)
