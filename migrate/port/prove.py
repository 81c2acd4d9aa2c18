"""Prove a port: the original in a v1 Session against what was written, loaded by a process that did not write it."""

from typing import Any
from typing import Callable
from typing import Dict
from typing import NamedTuple
from typing import Optional

import numpy as np

from migrate.graphs.rewrites import REWRITES
from migrate.port import probes
from migrate.port.reading import Reading
from migrate.port.reading import read
from migrate.port.reading import session_answers
from migrate.port.targets import TARGETS
from modern import images
from modern.tensorflow_v2 import tf

Proof = NamedTuple("Proof", [
    ("max_abs", Optional[float]),  # None: NaN, infinity or another shape
    ("required_tolerance", Optional[float]),
    ("tolerance", float),
    ("top1_agreement", float),
    ("pictures", int),
    ("passed", bool),
    ("why", str),
])

# target -> how far its probabilities may be from the Session's, and a reason
EXACT_TOLERANCE = 1e-6  # a rewrite that reorders arithmetic was needed


def decode_and_resize(size: int) -> Callable[[str], np.ndarray]:
    """A function path -> float32 [S, S, 3], through TF1's resize."""
    return lambda path: images.resize(images.decode(tf.io.read_file(path)), size).numpy()


def reference_graph(reading: Reading) -> Any:
    """The graph to compare with: the original, but without its dropout, which answers differently at every run."""
    graph_def = reading.original
    if any(applied.name == "dropout" for applied in reading.rewrites):
        graph_def, _ = next(rewrite for rewrite in REWRITES if rewrite.name == "dropout").apply(
            graph_def, reading.roles)
    return graph_def


def prove(path: str, settings: Dict[str, Any], targets: Dict[str, str], probe: Optional[str]) -> Dict[str, Any]:
    """Compare every target of one graph with the original: target -> Proof as a dict.

    Args:
        path: str, the original graph.
        settings: keywords of `read`, as the port was made with.
        targets: target's name -> path of what was written.
        probe: str, a folder of photos; None for seeded pictures.
    """
    reading = read(path, **settings)
    roles = reading.roles
    pixels = probes.pictures_for(probe, roles.input_size, decode_and_resize(roles.input_size))
    expected = session_answers(reference_graph(reading), roles.input_layer, roles.output_layer,
                               (pixels - np.float32(roles.input_mean)) / np.float32(roles.input_std), True)
    proofs = {}
    for name, where in targets.items():
        try:
            proofs[name] = compare(reading, name, where, pixels, expected)._asdict()
        except Exception as error:  # what cannot be loaded or run has failed its proof; the others go on
            proofs[name] = Proof(None, None, TARGETS[name].tolerance, 0.0, len(pixels), False, "%s: %s" % (
                type(error).__name__, str(error).split("\n")[0]))._asdict()
    return proofs


def compare(reading: Reading, name: str, where: str, pixels: np.ndarray, expected: np.ndarray) -> Proof:
    """Load one target and compare its probabilities, image by image and in a ragged batch, with the Session's."""
    target = TARGETS[name]
    tolerance = target.tolerance
    if target.exact and not all(applied.exact for applied in reading.rewrites):
        tolerance = max(tolerance, EXACT_TOLERANCE)
    run = target.load(where, reading)
    answers = []
    for batch in probes.RAGGED:
        rows = [run(pixels[start:start + batch]) for start in range(0, len(pixels), batch)]
        answers.append(np.concatenate(rows))
    for answer, batch in zip(answers, probes.RAGGED):
        if answer.shape != expected.shape:
            return Proof(None, None, tolerance, 0.0, len(pixels), False,
                         "answers of shape %s, the Session's are %s" % (list(answer.shape), list(expected.shape)))
        if not np.isfinite(answer).all():
            return Proof(None, None, tolerance, 0.0, len(pixels), False, "NaN or infinity at batch %d" % batch)
    # Only image by image is the Session's own arithmetic; in a batch the same sums may be taken in another order.
    single = float(np.abs(answers[0] - expected).max())
    ragged = float(np.abs(answers[1] - expected).max())
    agreement = float(min(np.mean(answer.argmax(1) == expected.argmax(1)) for answer in answers))
    worst = single if single > tolerance else ragged
    passed = single <= tolerance and ragged <= max(tolerance, target.batch_tolerance) and (
        agreement == 1.0 or not target.must_agree)
    why = "" if passed else "%.3g apart, %.3g allowed; top-1 agreement %.3f" % (worst, tolerance, agreement)
    return Proof(single, single, tolerance, agreement, len(pixels), passed, why)
