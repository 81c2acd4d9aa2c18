"""The command `poets optimize`: what optimize_for_inference did to a graph, proven equal."""

import argparse
import os
import sys
from typing import Any, Dict, List, Optional

import numpy as np

from poets.migrate import console
from poets.migrate.port.proof.prove import make_reference
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.graph_reading import Reading, read, session_answers
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.shrink import file_sizes
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser, add_output_flags
from poets.migrate.tensorflow_library.version2 import tf

# Folding a batch norm into the weights before it reorders float32 products: 7.2e-6 seen on nine graphs. The Session
# itself moves by 9.0e-6 on 600 photos when its own folding is switched off.
TOLERANCE = 2e-5
FLOAT32 = 1  # DT_FLOAT


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command: 0 equal, 1 not, 2 bad input."""
    parser = Parser(
        prog="poets optimize",
        description="Strip training-only nodes from a graph and fold batch norms into the weights, "
        "as TensorFlow 1's optimize_for_inference did; then verify the outputs.",
    )
    add_graph_flags(parser)
    return run(parser.parse_args(argv))


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


def run(flags: argparse.Namespace) -> int:
    """Optimise, as the flags say; the exit code."""
    return console.run_command(lambda: optimize(flags))


def optimize(flags: argparse.Namespace) -> int:
    """Optimise, prove, and only then write.

    Raises:
        BadInput: the graph cannot be read, its ops act outside it, or TensorFlow's tool does not take it.
    """
    check_writable(flags.output, "--output")
    reading = read(flags.graph, options_of(flags))
    optimized = optimized_graph(reading)
    reference = make_reference(reading, flags.probe, False)
    answers = answers_to(reading, optimized, reference.pixels)
    apart = float(np.abs(answers - reference.expected).max()) if answers.shape == reference.expected.shape else None
    agreement = float(np.mean(answers.argmax(1) == reference.expected.argmax(1))) if apart is not None else 0.0
    equal = apart is not None and apart <= TOLERANCE and agreement == 1.0
    before, after = (file_sizes.size_of(graph_def) for graph_def in (reading.original, optimized))
    if equal:
        file_sizes.write_graph(optimized, flags.output)
    if flags.json:
        console.write_json(
            flags.json,
            {
                "verdict": "equal" if equal else "not equal",
                "max_abs": apart,
                "tolerance": TOLERANCE,
                "top1_agreement": agreement,
                "pictures": len(reference.pixels),
                "before": before._asdict(),
                "after": after._asdict(),
                "output": flags.output if equal else None,
            },
        )
    if flags.json != "-" and not flags.quiet:
        sys.stdout.write(
            file_sizes.in_words(before, after)
            + (
                (
                    f"equal: {apart:.2g} apart on {len(reference.pixels)} pictures ({TOLERANCE:g} allowed), same "
                    f"top-1\nwritten: {flags.output}\n"
                )
                if equal and apart is not None
                else "NOT EQUAL: %s apart (%g allowed); nothing is written\n"
                % ("shapes" if apart is None else f"{apart:.2g}", TOLERANCE)
            )
        )
    return 0 if equal else 1


def optimized_graph(reading: Reading) -> Any:
    """What optimize_for_inference makes of the graph, with the shape and version that it drops put back.

    The rewritten graph goes in: the 2015 batch norm, dropout left in and leftovers of training are no trouble then.
    Without a version, `shape {}` reads as unknown instead of as a scalar's.

    Raises:
        BadInput: the tool cannot.
    """
    from tensorflow.python.tools.optimize_for_inference_lib import optimize_for_inference

    roles = reading.roles
    try:
        optimized = optimize_for_inference(reading.graph_def, [roles.input_layer], [roles.output_layer], FLOAT32)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(f"GRAPH: optimize_for_inference does not take it: {reason_of(error)}")
    optimized.versions.CopyFrom(reading.graph_def.versions)
    shapes: Dict[str, Any] = {
        node.name: node.attr["shape"] for node in reading.graph_def.node if node.op == "Placeholder"
    }
    for node in optimized.node:
        if node.op == "Placeholder" and node.name in shapes:
            node.attr["shape"].CopyFrom(shapes[node.name])
    return optimized


def answers_to(reading: Reading, graph_def: Any, pixels: np.ndarray) -> np.ndarray:
    """float32 [n, C]: what a graph made of the one read answers to pixels float32 [n, S, S, 3], 0..255.

    Raises:
        BadInput: TensorFlow cannot run it.
    """
    roles = reading.roles
    images = (pixels - np.float32(roles.input_mean)) / np.float32(roles.input_std)
    try:
        return session_answers(graph_def, roles.input_layer, roles.output_layer, images, True)
    except (ValueError, tf.errors.OpError) as error:
        raise BadInput(f"GRAPH: what was made of {os.path.basename(reading.path)} does not run: {reason_of(error)}")
