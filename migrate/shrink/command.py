"""The commands `poets optimize` and `poets round`. TensorFlow is imported after the flags are checked."""

from typing import List, Optional

from poets.migrate import console
from poets.migrate.shrink.flags import add_graph_flags
from poets.migrate.task.flags.retrain import Parser


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
        from poets.migrate.shrink.optimize import optimize

        return optimize(flags)

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
        from poets.migrate.shrink.round_weights import round_weights

        return round_weights(flags)

    return console.run_command(work)
