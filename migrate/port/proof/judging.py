"""Judge a port by its answers beside the original's."""

from typing import List, NamedTuple, Optional

import numpy as np

from poets.migrate.port.proof.reference import Reference
from poets.migrate.port.targets.all_targets import TARGETS, Near, Same


class Proof(NamedTuple):
    max_abs: Optional[float]
    """None for NaN, infinity or another shape."""
    required_tolerance: Optional[float]
    """For a lossy port, the mean over pictures of the largest difference of a probability; else max_abs."""
    tolerance: float
    """Of a probability; for a lossy port, of the mean in required_tolerance."""
    top1_agreement: float
    """Share of the pictures with the same top-1, 0..1."""
    pictures: int
    """Number of pictures compared."""
    lossy: bool
    """Whether the target rounds weights, and is judged by the distance from deliberate mistakes."""
    passed: bool
    why: str
    """What does not pass; empty if everything passes."""


def judge_same(judge: Same, least: float, answers: List[np.ndarray], reference: Reference) -> Proof:
    """The proof of an exact port, which computes what the graph computes.

    Args:
        judge: Same.
        least: float, how far the graph's rewrites may move a probability.
        answers: float32 [n, C] each: image by image, and in ragged batches.
        reference: Reference.
    """
    tolerance = max(judge.tolerance, least)
    # Only image by image does the Session's arithmetic repeat; in a batch, sums may be taken in another order.
    single, ragged = (float(np.abs(answer - reference.expected).max()) for answer in answers)
    agreement = _agreement(answers, reference.expected)
    worst = single if single > tolerance else ragged
    passed = single <= tolerance and ragged <= max(tolerance, judge.batch_tolerance) and agreement == 1.0
    why = "" if passed else f"{worst:.3g} apart, {tolerance:.3g} allowed; top-1 agreement {agreement:.3f}"
    return Proof(single, single, tolerance, agreement, len(reference.pixels), False, passed, why)


def judge_near(judge: Near, answers: List[np.ndarray], reference: Reference) -> Proof:
    """The proof of a lossy port: nearer to the original than to any mistake, and the same top-1 on sure pictures.

    ``answers`` are the port's probabilities, float32 [n, C], once per way of running it.
    """
    apart = max(_distance(answer, reference.expected) for answer in answers)
    mistake = min(reference.mistaken, key=lambda name: _distance(answers[0], reference.mistaken[name]))
    tolerance = judge.share * _distance(answers[0], reference.mistaken[mistake])
    best = np.sort(reference.expected, axis=1)[:, -2:]
    sure = best[:, -1] - best[:, 0] > judge.sure
    agreement = _agreement([answer[sure] for answer in answers], reference.expected[sure])
    why = []
    if apart > tolerance:
        why.append(
            f"{apart:.3g} apart on average, {tolerance:.3g} allowed, which is {judge.share:g} of its distance from "
            f"the answers to {mistake}"
        )
    if agreement < judge.agreement:
        why.append(
            f"top-1 agreement {agreement:.3f} of {int(sure.sum())} pictures that the original is sure of, "
            f"{judge.agreement:g} asked for"
        )
    farthest = max(float(np.abs(answer - reference.expected).max()) for answer in answers)
    return Proof(
        farthest,
        apart,
        tolerance,
        _agreement(answers, reference.expected),
        len(reference.pixels),
        True,
        not why,
        "; ".join(why),
    )


def _distance(given: np.ndarray, expected: np.ndarray) -> float:
    """The mean over pictures of the largest difference of a probability."""
    return float(np.abs(given - expected).max(axis=1).mean())


def _agreement(answers: List[np.ndarray], expected: np.ndarray) -> float:
    """The smallest share of pictures with the same top-1; 1.0 without pictures."""
    return float(min(np.mean(answer.argmax(1) == expected.argmax(1)) if len(answer) else 1.0 for answer in answers))


def failed(name: str, reference: Reference, why: str) -> Proof:
    judge = TARGETS[name].judge
    tolerance = 0.0 if isinstance(judge, Near) else judge.tolerance
    return Proof(None, None, tolerance, 0.0, len(reference.pixels), isinstance(judge, Near), False, why)
