"""The user's thresholds on differences: `--atol bottleneck:2e-4`, `--min_cosine 0.9999`."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare.difference import Difference
from poets.migrate.task.errors import BadInput
from poets.migrate.task.stages import STAGES

# What thresholds can be set on: the stages and the results of training.
OUTPUTS = STAGES + (
    "distort",
    "losses",
    "weights",
    "biases",
    "fine_tuning_early_losses",
    "fine_tuning_losses",
    "fine_tuned_weights",
    "fine_tuned",
)


class Threshold(NamedTuple):
    kind: str
    """Of KINDS."""
    output: str
    """One of OUTPUTS; "" for all of them."""
    limit: float
    """In the unit of the kind: of the output's values, a share, a cosine, or dB."""
    quantile: float
    """0..1; only for the kind `quantile`."""


class Judged(NamedTuple):
    threshold: Threshold
    output: str
    """The output that was compared, also if the threshold is on all of them."""
    value: Optional[float]
    """What was measured, in the limit's unit; None if it is undefined."""
    passed: bool
    words: str
    """The limit and the value found."""
    would_pass_at: Optional[float]
    """The limit that would just have passed; None if none would."""
    can_fail: bool = True
    """Whether the limit is below the spread of the values; a wider one passes whatever the other side gives."""


class Kind(NamedTuple):
    words: str
    """Description with a placeholder for the limit."""
    measure: Callable[[np.ndarray, np.ndarray, Threshold], float]
    """(first side's values, other side's values, threshold) -> the figure that the limit applies to."""
    at_least: bool
    """True if the value must reach the limit; False if it must not exceed it."""


def _gaps(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(ours - theirs))


def _quantile(gaps: np.ndarray, share: float) -> float:
    """The smallest value that ``share`` of the differences do not exceed."""
    return float(np.sort(gaps, axis=None)[max(int(np.ceil(share * gaps.size)) - 1, 0)])


def _cosine(ours: np.ndarray, theirs: np.ndarray, threshold: Threshold) -> float:
    """The smallest cosine over rows (the last axis); 1 if both rows are 0, and 0 if only one is."""
    ours, theirs = (np.reshape(array, (-1, array.shape[-1] if array.ndim else 1)) for array in (ours, theirs))
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    products = np.sum(ours * theirs, axis=1)
    alike = np.all(ours == theirs, axis=1)
    return float(np.min(np.where(alike, 1.0, products / np.where(lengths > 0, lengths, np.inf))))


def _psnr(ours: np.ndarray, theirs: np.ndarray, threshold: Threshold) -> float:
    """PSNR in dB: 20 log10 of legacy's range over the root mean square difference; infinity if nothing differs."""
    error = float(np.sqrt(np.mean((ours - theirs) ** 2)))
    span = float(ours.max() - ours.min())
    return float("inf") if error == 0 else 20 * float(np.log10(span / error)) if span > 0 else 0.0


KINDS: Dict[str, Kind] = {
    "atol": Kind("every value within %g", lambda ours, theirs, _: float(_gaps(ours, theirs).max()), False),
    "rtol": Kind(
        "every value within %g of the larger of both",
        lambda ours, theirs, _: float(
            np.max(
                _gaps(ours, theirs) / np.maximum(np.maximum(np.abs(ours), np.abs(theirs)), np.finfo(np.float64).tiny)
            )
        ),
        False,
    ),
    "max_mean": Kind("a mean difference within %g", lambda ours, theirs, _: float(_gaps(ours, theirs).mean()), False),
    "max_median": Kind(
        "a median difference within %g", lambda ours, theirs, _: float(np.median(_gaps(ours, theirs))), False
    ),
    "max_quantile": Kind(
        "a quantile of the differences within %g",
        lambda ours, theirs, threshold: _quantile(_gaps(ours, theirs), threshold.quantile),
        False,
    ),
    "min_cosine": Kind("a cosine of %g or more in every row", _cosine, True),
    "min_psnr": Kind("a signal-to-noise ratio of %g dB or more", _psnr, True),
}


def judge(
    threshold: Threshold,
    output: str,
    ours: Sequence[np.ndarray],
    theirs: Sequence[np.ndarray],
    sides: Sequence[str] = ("legacy", "modern"),
) -> Judged:
    """Check two lists of arrays against one threshold; the worst pair counts, except for means and quantiles.

    Args:
        threshold: Threshold.
        output: str, the arrays' output name.
        ours: arrays of numbers.
        theirs: the same number of arrays, of the same shapes.
        sides: names of the two sides, for messages.
    """
    kind = KINDS[threshold.kind]
    demanded = _demanded(threshold)
    problem = _problem(ours, theirs, sides)
    if problem:
        return Judged(threshold, output, None, False, f"{output}: {demanded}, but {problem}", None)
    pairs = [
        (np.asarray(mine, np.float64), np.asarray(yours, np.float64))
        for mine, yours in zip(ours, theirs)
        if np.size(mine)
    ]
    if threshold.kind in ("max_mean", "max_median", "max_quantile", "min_psnr"):
        pairs = [
            (np.concatenate([pair[0].ravel() for pair in pairs]), np.concatenate([pair[1].ravel() for pair in pairs]))
        ]
    values = [kind.measure(mine, yours, threshold) for mine, yours in pairs]
    value = min(values) if kind.at_least else max(values)
    passed = value >= threshold.limit if kind.at_least else value <= threshold.limit
    words = f"{output}: {demanded}; found {value:.3g}"
    if can_fail(threshold, pairs):
        return Judged(threshold, output, value, passed, words, value)
    return Judged(threshold, output, value, passed, words + "; THIS LIMIT CANNOT FAIL", value, False)


# how far two values of an output can be apart at most
LARGEST_GAPS = {"probabilities": 1.0, "decode": 255.0, "resize": 255.0}


def cannot_fail(threshold: Threshold) -> bool:
    """Whether no two sides can miss a threshold, by the definition of its figure; `can_fail` also knows the values."""
    if threshold.kind == "min_cosine":
        return threshold.limit <= -1
    if threshold.kind == "rtol":
        return threshold.limit >= 2
    if threshold.kind == "max_quantile" and threshold.quantile == 0:
        return True
    return threshold.kind != "min_psnr" and threshold.limit >= LARGEST_GAPS.get(threshold.output, float("inf"))


def can_fail(threshold: Threshold, pairs: Sequence[Tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether a threshold could fail: whether it is tighter than values that have nothing to do with each other.

    Such values have a cosine near 0 and a signal-to-noise ratio of about 0 dB, and differ by as much as the first
    side's own values do.

    ``pairs`` are both sides' arrays of an output, of any equal shapes.
    """
    if threshold.kind in ("min_cosine", "min_psnr"):
        return threshold.limit > 0
    if threshold.kind == "rtol":
        return threshold.limit < 1
    span = max(float(pair[0].max()) for pair in pairs) - min(float(pair[0].min()) for pair in pairs)
    return threshold.limit < span or threshold.limit == 0


def _demanded(threshold: Threshold) -> str:
    if threshold.kind == "max_quantile":
        return f"{100 * threshold.quantile:g} % of the values within {threshold.limit:g}"
    return KINDS[threshold.kind].words % threshold.limit


def _problem(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray], sides: Sequence[str]) -> str:
    if len(ours) != len(theirs) or any(np.shape(mine) != np.shape(yours) for mine, yours in zip(ours, theirs)):
        return "the shapes differ"
    if not any(np.size(mine) for mine in ours):
        return "there is nothing to compare"
    for side, arrays in zip(sides, (ours, theirs)):
        odd = sum(int(np.size(array) - np.isfinite(array).sum()) for array in arrays)
        if odd:
            return f"{side} has {odd} NaN or infinite values"
    return ""


def judge_all(
    thresholds: Sequence[Threshold],
    arrays: Dict[str, Tuple[Sequence[np.ndarray], Sequence[np.ndarray]]],
    sides: Sequence[str] = ("legacy", "modern"),
) -> List[Judged]:
    """Check every threshold on every output that it applies to; ``sides`` are the names of the two sides.

    ``arrays`` are output -> each side's list of arrays of any shape.

    Raises:
        BadInput: a threshold is on an output that was not kept.
    """
    judged = []
    for threshold in thresholds:
        outputs = [threshold.output] if threshold.output else list(arrays)
        for output in outputs:
            if output not in arrays:
                raise BadInput(f"--{threshold.kind}: nothing was kept of '{output}'; there are {', '.join(arrays)}")
            judged.append(judge(threshold, output, arrays[output][0], arrays[output][1], sides))
    return judged


def judged_as_json(judged: Judged) -> Dict[str, Any]:
    """A judged threshold as JSON."""
    return dict(judged._asdict(), threshold=judged.threshold._asdict())


def replaced(stages: Dict[str, Difference], judged: Sequence[Judged]) -> Dict[str, Difference]:
    """The differences; the user's thresholds, if any, decide the verdict instead of the built-in tolerance."""
    found = dict(stages)
    for output in found:
        own = [one for one in judged if one.output == output]
        if own:
            failed = [one.words for one in own if not one.passed]
            found[output] = found[output]._replace(
                passed=not failed,
                why=failed[0] if failed else "",
                tolerance=own[0].threshold.limit if own[0].threshold.kind == "atol" else found[output].tolerance,
            )
    return found
