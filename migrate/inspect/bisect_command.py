"""The command `poets bisect`. TensorFlow is imported after the flags are checked."""

from typing import List, Optional

from poets.migrate import console
from poets.migrate.task.flags.per_model import add_per_model_flags, options_per_model
from poets.migrate.task.flags.retrain import Parser, add_allow_ops_flag, add_output_flags
from poets.migrate.task.photos.preprocessing import Given


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; exit codes: 0 no difference, 1 a node found, 2 bad input."""
    parser = Parser(prog="poets bisect", description="Find the first node at which a graph and its port differ.")
    parser.add_argument("graph", metavar="GRAPH", help="the frozen graph")
    parser.add_argument("port", metavar="PORT", help="a SavedModel made from it, or another frozen graph")
    parser.add_argument("--atol", type=float, default=1e-5, help="values that differ by at most this are equal")
    parser.add_argument("--probe", metavar="DIR", help="folder of photos to run; default: seeded pictures")
    add_per_model_flags(parser)
    add_allow_ops_flag(parser)
    add_output_flags(parser, "the finding", "show every node that is compared")
    flags = parser.parse_args(argv)

    def work() -> int:
        from poets.migrate.inspect.bisect import compare_graphs, in_words

        say = console.say if flags.verbose else console.nothing
        given = [Given(**options) for options in options_per_model(flags, 2)]
        found = compare_graphs(flags.graph, flags.port, flags.probe, flags.allow_ops, flags.atol, say, given)
        if flags.json:
            console.write_json(
                flags.json, {"differs": found is not None, "finding": found._asdict() if found else None}
            )
        if flags.json != "-" and not flags.quiet:
            console.write_out("-", in_words(found, flags.atol))
        return 0 if found is None else 1

    return console.run_command(work)
