"""Judge a port by its answers beside the original's."""

from typing import List, NamedTuple, Optional

import numpy as np

from poets.migrate.port.proof.reference import Reference
from poets.migrate.port.proof.scores import apart, logits_of
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
    logits_max_abs: Optional[float] = None
    """Of the logits, see `poets.migrate.port.proof.scores`; None for a lossy port."""
    logits_tolerance: Optional[float] = None
    """Of a logit, from the spread of the logits; None for a lossy port."""
    untold: List[str] = []
    """Mistakes that would have passed too, because these pictures cannot show them."""


def judge_same(judge: Same, least: float, answers: List[np.ndarray], reference: Reference) -> Proof:
    """The proof of an exact port, which computes what the graph computes.

    Args:
        judge: Same.
        least: float, how far the graph's rewrites may move a probability.
        answers: float32 [n, C] each: image by image, and in ragged batches.
        reference: Reference.
    """
    tolerance = max(judge.tolerance, least, judge.share * float(reference.expected.std()))
    # Only image by image does the Session's arithmetic repeat; in a batch, sums may be taken in another order.
    single, ragged = (float(np.abs(answer - reference.expected).max()) for answer in answers)
    widest = max(tolerance, judge.batch_tolerance)
    agreement = _agreement(answers, reference.expected, widest)
    logits = logits_of(reference.expected, reference.is_pair)
    moved = max(apart(answer, logits, reference.is_pair) or 0.0 for answer in answers)
    why = []
    if not (single <= tolerance and ragged <= widest):  # NaN is not
        worst, allowed = (ragged, widest) if single <= tolerance else (single, tolerance)
        why.append(f"{worst:.3g} apart, {allowed:.3g} allowed")
    if moved > logits.tolerance:
        why.append(f"logits {moved:.3g} apart, {logits.tolerance:.3g} allowed")
    if why or agreement < 1:
        why.append(f"top-1 agreement {agreement:.3f}")
    pictures = len(reference.pixels)
    passed, words = not why, "; ".join(why)
    return Proof(
        single, single, tolerance, agreement, pictures, False, passed, words, moved, logits.tolerance, reference.untold
    )


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
        untold=reference.untold,
    )


def _distance(given: np.ndarray, expected: np.ndarray) -> float:
    """The mean over pictures of the largest difference of a probability."""
    return float(np.abs(given - expected).max(axis=1).mean())


def _agreement(answers: List[np.ndarray], expected: np.ndarray, tie: float = 0.0) -> float:
    """The smallest share of pictures with the same top-1; 1.0 without pictures.

    Args:
        answers: float32 [n, C] each.
        expected: float32 [n, C].
        tie: float, classes whose probabilities are no farther apart are equally good.
    """
    best = expected.max(axis=1) if len(expected) else expected
    rows = np.arange(len(expected))
    return float(min(np.mean(best - expected[rows, one.argmax(1)] <= tie) if len(one) else 1.0 for one in answers))


def failed(name: str, reference: Reference, why: str) -> Proof:
    judge = TARGETS[name].judge
    tolerance = 0.0 if isinstance(judge, Near) else judge.tolerance
    return Proof(None, None, tolerance, 0.0, len(reference.pixels), isinstance(judge, Near), False, why)
