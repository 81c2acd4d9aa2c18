"""Apply optimize_for_inference to a graph and verify the outputs."""

import os
from typing import Any, Dict, NamedTuple, Optional

import numpy as np

from poets.migrate.port.proof.reference import make_reference
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.graph_reading import Reading, read
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.reading.original import session_answers
from poets.migrate.shrink import file_sizes
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.tensorflow_library.version2 import tf

# Folding a batch norm into the preceding weights reorders float32 products: 7.2e-6 measured on nine graphs. The Session
# itself moves by 9.0e-6 on 600 photos when its own folding is off.
TOLERANCE = 2e-5
FLOAT32 = 1  # DT_FLOAT


class Optimized(NamedTuple):
    apart: Optional[float]
    """Largest difference of a probability; None if the outputs have another shape."""
    agreement: float
    """Share of the pictures with the same top-1, 0..1."""
    pictures: int
    """Number of pictures compared."""
    before: file_sizes.Size
    """Size of the original graph."""
    after: file_sizes.Size
    """Size of the stripped one."""

    @property
    def equal(self) -> bool:
        """Whether the new graph gives the same answers."""
        return self.apart is not None and self.apart <= TOLERANCE and self.agreement == 1.0


def optimize(graph: str, options: ReadingOptions, output: str, probe: Optional[str]) -> Optimized:
    """Optimise a graph and verify it; write it to ``output`` only if it gives the same answers.

    Args:
        graph: str, a path that `open_source` can open.
        options: ReadingOptions.
        output: str, path of the new frozen graph.
        probe: str, a folder of photos; None for seeded pictures.

    Raises:
        BadInput: the graph cannot be read, its ops act outside it, or TensorFlow's tool rejects it.
    """
    check_writable(output, "--output")
    reading = read(graph, options)
    optimized = optimized_graph(reading)
    reference = make_reference(reading, probe, False)
    answers = answers_to(reading, optimized, reference.pixels)
    apart = float(np.abs(answers - reference.expected).max()) if answers.shape == reference.expected.shape else None
    agreement = float(np.mean(answers.argmax(1) == reference.expected.argmax(1))) if apart is not None else 0.0
    before, after = (file_sizes.size_of(graph_def) for graph_def in (reading.original, optimized))
    found = Optimized(apart, agreement, len(reference.pixels), before, after)
    if found.equal:
        file_sizes.write_graph(optimized, output)
    return found


def optimized_as_json(found: Optimized, output: str) -> Dict[str, Any]:
    """The finding, JSON-serializable."""
    return {
        "verdict": "equal" if found.equal else "not equal",
        "max_abs": found.apart,
        "tolerance": TOLERANCE,
        "top1_agreement": found.agreement,
        "pictures": found.pictures,
        "before": found.before._asdict(),
        "after": found.after._asdict(),
        "output": output if found.equal else None,
    }


def optimized_in_words(found: Optimized, output: str) -> str:
    """The finding for people."""
    sizes = file_sizes.in_words(found.before, found.after)
    if found.equal:
        return (
            f"{sizes}equal: {found.apart:.2g} apart on {found.pictures} pictures ({TOLERANCE:g} allowed), same top-1\n"
            f"written: {output}\n"
        )
    apart = "shapes" if found.apart is None else f"{found.apart:.2g}"
    return f"{sizes}NOT EQUAL: {apart} apart ({TOLERANCE:g} allowed); nothing is written\n"


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
        optimized = optimize_for_inference(reading.graph_def, [roles.input_layer], [roles.answer_layer], FLOAT32)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(f"GRAPH: optimize_for_inference rejects it: {reason_of(error)}")
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
    images = roles.preprocessing.normalize(pixels)
    try:
        return session_answers(graph_def, roles.input_layer, roles.answer_layer, images, True, roles.fed)
    except (ValueError, tf.errors.OpError) as error:
        raise BadInput(f"GRAPH: the result for {os.path.basename(reading.path)} does not run: {reason_of(error)}")
