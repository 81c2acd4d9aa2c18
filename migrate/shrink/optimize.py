"""The command `poets optimize`: apply optimize_for_inference to a graph and verify the outputs."""

import argparse
import os
import sys
from typing import Any, Dict

import numpy as np

from poets.migrate import console
from poets.migrate.port.proof.prove import make_reference
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.graph_reading import Reading, read, session_answers
from poets.migrate.shrink import file_sizes
from poets.migrate.shrink.flags import options_of
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.tensorflow_library.version2 import tf

# Folding a batch norm into the preceding weights reorders float32 products: 7.2e-6 measured on nine graphs. The Session
# itself moves by 9.0e-6 on 600 photos when its own folding is off.
TOLERANCE = 2e-5
FLOAT32 = 1  # DT_FLOAT


def optimize(flags: argparse.Namespace) -> int:
    """Optimise, verify, and only then write.

    Raises:
        BadInput: the graph cannot be read, its ops act outside it, or TensorFlow's tool rejects it.
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
    """Apply optimize_for_inference to the graph, and restore the shape and version that it drops.

    Its input is the rewritten graph, so the 2015 batch norm, remaining dropout and training nodes cause no problems.
    Without a version, `shape {}` means unknown instead of scalar.

    Raises:
        BadInput: the tool rejects the graph.
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
    """float32 [n, C]: outputs of a graph made from ``reading`` for pixels float32 [n, S, S, 3], 0..255.

    Raises:
        BadInput: TensorFlow cannot run it.
    """
    roles = reading.roles
    images = (pixels - np.float32(roles.input_mean)) / np.float32(roles.input_std)
    try:
        return session_answers(graph_def, roles.input_layer, roles.output_layer, images, True)
    except (ValueError, tf.errors.OpError) as error:
        raise BadInput(f"GRAPH: what was made of {os.path.basename(reading.path)} does not run: {reason_of(error)}")
