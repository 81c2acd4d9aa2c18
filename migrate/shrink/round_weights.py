"""Round weights, so that the file compresses to a third, and report the cost."""

from typing import Any, Dict, NamedTuple, Optional

import numpy as np

from poets.migrate.graphs.rewrites.rounding import with_rounded_weights
from poets.migrate.port.proof.reference import make_reference
from poets.migrate.port.reading.graph_reading import read
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.shrink import file_sizes
from poets.migrate.shrink.optimize import answers_to
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.tensorflow_library.version2 import tf

MOST_BITS = 16
POOR = 0.9  # a warning is given if a smaller share of pictures keeps its label


class Rounded(NamedTuple):
    cost: Dict[str, Any]
    """Of `cost_of`."""
    constants: int
    """How many were rounded."""
    before: file_sizes.Size
    """Size of the original graph."""
    after: file_sizes.Size
    """Size of the rounded one."""


def round_weights(graph: str, options: ReadingOptions, output: str, probe: Optional[str], bits: int) -> Rounded:
    """Round a graph's weights to at most ``2 ** bits`` values per constant, and write it.

    Args:
        graph: str, a path that `open_source` can open.
        options: ReadingOptions.
        output: str, path of the new frozen graph.
        probe: str, a folder of photos to measure the cost on; None for painted flowers.
        bits: int, 1 to MOST_BITS.

    Raises:
        BadInput: the graph cannot be read, its ops act outside it, or a number is out of range.
    """
    if not 1 <= bits <= MOST_BITS:
        raise BadInput(f"--bits must be 1 to {MOST_BITS}")
    check_writable(output, "--output")
    reading = read(graph, options)
    rounded, changed = with_rounded_weights(
        reading.original, tf.make_ndarray, lambda values: tf.make_tensor_proto(values), bits
    )
    reference = make_reference(reading, probe, not probe)  # painted flowers, which are more than 6 pictures
    cost = cost_of(reference.expected, answers_to(reading, rounded, reference.pixels))
    file_sizes.write_graph(rounded, output)
    return Rounded(cost, len(changed), file_sizes.size_of(reading.original), file_sizes.size_of(rounded))


def cost_of(expected: np.ndarray, answers: np.ndarray) -> Dict[str, Any]:
    """How far the outputs, float32 [n, C] each, moved."""
    gaps = np.abs(answers - expected)
    return {
        "pictures": len(expected),
        "mean_abs": float(gaps.mean()),
        "max_abs": float(gaps.max()),
        "top1_agreement": float(np.mean(answers.argmax(1) == expected.argmax(1))),
    }


def rounded_in_words(found: Rounded, bits: int, graph: str, output: str) -> str:
    """The cost for people, and the command that measures it as accuracy."""
    cost = found.cost
    return (
        f"{file_sizes.in_words(found.before, found.after)}{found.constants} constants have at most {2**bits} values "
        f"each\nprobabilities moved by {cost['mean_abs']:.2g} on average, {cost['max_abs']:.2g} at most; same top-1 on "
        f"{100 * cost['top1_agreement']:.1f} % of {cost['pictures']} pictures\n"
        f"written: {output}\naccuracy: poets evaluate {graph} {output} --image_dir DIR\n"
    )
