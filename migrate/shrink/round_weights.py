"""The command `poets round`: round weights, so that the file compresses to a third, and report the cost."""

import argparse
import sys
from typing import Any, Dict

import numpy as np

from poets.migrate import console
from poets.migrate.graphs.rewrites.rounding import with_rounded_weights
from poets.migrate.port.proof.prove import make_reference
from poets.migrate.port.reading.graph_reading import read
from poets.migrate.shrink import file_sizes
from poets.migrate.shrink.flags import options_of
from poets.migrate.shrink.optimize import answers_to
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.tensorflow_library.version2 import tf

MOST_BITS = 16
POOR = 0.9  # a warning is given if a smaller share of pictures keeps its label


def round_weights(flags: argparse.Namespace) -> int:
    """Round, write, and report the cost.

    Raises:
        BadInput: the graph cannot be read, its ops act outside it, or a number is out of range.
    """
    if not 1 <= flags.bits <= MOST_BITS:
        raise BadInput(f"--bits must be 1 to {MOST_BITS}")
    check_writable(flags.output, "--output")
    reading = read(flags.graph, options_of(flags))
    rounded, changed = with_rounded_weights(
        reading.original, tf.make_ndarray, lambda values: tf.make_tensor_proto(values), flags.bits
    )
    reference = make_reference(reading, flags.probe, not flags.probe)  # painted flowers, which are more than 6 pictures
    cost = cost_of(reference.expected, answers_to(reading, rounded, reference.pixels))
    before, after = file_sizes.size_of(reading.original), file_sizes.size_of(rounded)
    file_sizes.write_graph(rounded, flags.output)
    if cost["top1_agreement"] < POOR:
        console.warn(
            f"{100 * (1 - cost['top1_agreement']):.0f} % of the pictures get another label; more --bits cost less, "
            "and so does rounding before "
            "`poets optimize`, as batch norms folded into depthwise weights spread them widely"
        )
    if flags.json:
        console.write_json(
            flags.json,
            dict(
                cost,
                bits=flags.bits,
                constants=len(changed),
                before=before._asdict(),
                after=after._asdict(),
                output=flags.output,
            ),
        )
    if flags.json != "-" and not flags.quiet:
        sys.stdout.write(
            file_sizes.in_words(before, after) + in_words(cost, len(changed), flags.bits, flags.graph, flags.output)
        )
    return 0


def cost_of(expected: np.ndarray, answers: np.ndarray) -> Dict[str, Any]:
    """How far the outputs, float32 [n, C] each, moved."""
    gaps = np.abs(answers - expected)
    return {
        "pictures": len(expected),
        "mean_abs": float(gaps.mean()),
        "max_abs": float(gaps.max()),
        "top1_agreement": float(np.mean(answers.argmax(1) == expected.argmax(1))),
    }


def in_words(cost: Dict[str, Any], constants: int, bits: int, graph: str, output: str) -> str:
    """The cost in words, and the command that measures it as accuracy."""
    return (
        f"{constants} constants have {2**bits} values each at most\n"
        f"probabilities moved by {cost['mean_abs']:.2g} on average, {cost['max_abs']:.2g} at most; same top-1 on "
        f"{100 * cost['top1_agreement']:.1f} % of {int(cost['pictures'])} pictures\n"
        f"written: {output}\naccuracy: poets evaluate {graph} {output} --image_dir DIR\n"
    )
