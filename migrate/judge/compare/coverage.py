"""What a comparison covers: how rare a fault may be, and which of the usual mistakes its photos could have shown.

Grey photos are the same in BGR and RGB, and a network that gives every photo one answer hides any mistake. Where the
photos could not have shown a mistake, equal answers are no evidence, and the verdict is "inconclusive".
"""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.judge.compare import ladder
from poets.migrate.judge.compare.answers import spread_of, tolerance_of
from poets.migrate.judge.compare.thresholds import Judged
from poets.migrate.task.errors import BadInput

PHOTOS = 16  # on which the mistakes are tried
CONFIDENCE = 0.95
SAME = 64 * float(np.finfo(np.float32).eps)  # answers that spread less than this are the same answer

# mistake -> what it is, in words
MISTAKES = {
    "channels": "BGR for RGB",
    "scale": "another mean and standard deviation",
    "resize": "TF2's resize for TF1's",
    "labels": "swapped labels",
}


class Coverage(NamedTuple):
    photos: int
    """Compared."""
    rarest_fault: float
    """A fault on more than this share of all photos would have been seen, with 95 % confidence."""
    changes: Dict[str, Optional[float]]
    """Mistake -> how far it moves an answer on these photos; None if it could not be tried."""
    hidden: List[str]
    """Mistakes that these photos could not have shown, and that the user does not accept."""
    constant: List[str]
    """Outputs that are the same for every photo, in words."""

    limits: List[str] = []
    """The user's thresholds on the answers that cannot fail, in words, where no other on them can."""

    @property
    def why(self) -> str:
        """Why parity would say nothing; empty if the photos can tell."""
        if self.constant or self.limits:
            return "; ".join(self.constant + self.limits)
        if not self.hidden:
            return ""
        return f"these photos cannot show {', '.join(MISTAKES[name] for name in self.hidden)}"


def coverage_of(
    rows: np.ndarray,
    features: Optional[np.ndarray],
    changes: Dict[str, Optional[float]],
    accepted: Sequence[str],
    stage: str = "probabilities",
    judged: Sequence[Judged] = (),
) -> Coverage:
    """The coverage of a comparison of answers.

    Args:
        rows: float [N, C], the first side's answers.
        features: float [N, B], its bottlenecks, if they are known.
        changes: of `try_mistakes`.
        accepted: mistakes of MISTAKES that may stay hidden.
        stage: str, the answers' stage, which has their tolerance.
        judged: the user's thresholds.
    """
    constant = []
    for words, values in (("features", features), ("answers", rows)):
        if values is not None and len(values) > 1 and spread_of(values) <= SAME * max(1.0, float(np.abs(values).max())):
            constant.append(f"the {words} are the same for every photo")
    limit = tolerance_of(stage, rows)
    hidden = [
        name for name, change in changes.items() if change is not None and change <= limit and name not in accepted
    ]
    own = [one for one in judged if one.output == stage]
    limits = [one.words for one in own] if own and not any(one.can_fail for one in own) else []
    rarest = 1 - (1 - CONFIDENCE) ** (1 / max(len(rows), 1))
    return Coverage(len(rows), rarest, changes, hidden, constant, limits)


def try_mistakes(
    worker: Any, photos: Sequence[int], answer: Callable[[Dict[str, np.ndarray]], np.ndarray], has_labels: bool = True
) -> Dict[str, Optional[float]]:
    """Make each mistake on purpose: mistake -> the largest change of an answer, None if it could not be tried.

    Args:
        worker: WorkerProcess that has a model open.
        photos: indices; PHOTOS of them are used.
        answer: takes the answers out of a call's arrays, float [n, C].
        has_labels: whether the answers are scores of classes.
    """
    some = list(photos)[:PHOTOS]

    def run(after: str, values: Sequence[np.ndarray]) -> np.ndarray:
        arrays = {str(place): np.ascontiguousarray(one, np.float32) for place, one in enumerate(values)}
        return answer(worker.call("stages", arrays, indices=some, after=after, until="probabilities")[1])

    pixels = ladder.climb(worker, some)
    right = run("normalize", pixels["normalize"])
    tried: Dict[str, Callable[[], Optional[np.ndarray]]] = {
        "channels": lambda: run("resize", [one[..., ::-1] for one in pixels["resize"]]),
        "scale": lambda: run("normalize", rescaled(pixels)),
        "resize": lambda: resized_otherwise(pixels, run),
    }
    changes: Dict[str, Optional[float]] = {}
    for name, make in tried.items():
        try:
            wrong = make()
        except BadInput:
            wrong = None
        changes[name] = None if wrong is None else float(np.abs(wrong - right).max())
    if has_labels:
        changes["labels"] = float(np.abs(right[:, ::-1] - right).max())
    return changes


def rescaled(pixels: ladder.Pixels) -> List[np.ndarray]:
    """The photos in 0..1, or in -1..1 if that is farther from what the model takes."""
    others = [[one / 255 for one in pixels["resize"]], [one / 127.5 - 1 for one in pixels["resize"]]]
    return max(others, key=lambda other: max(float(np.abs(a - b).max()) for a, b in zip(other, pixels["normalize"])))


def resized_otherwise(
    pixels: ladder.Pixels, run: Callable[[str, Sequence[np.ndarray]], np.ndarray]
) -> Optional[np.ndarray]:
    """The answers, float [n, C], after a resize at half-pixel centres; None if no photo needs a resize."""
    sizes = [one.shape[:2] for one in pixels["resize"]]
    if all(photo.shape[:2] == size for photo, size in zip(pixels["decode"], sizes)):
        return None
    return run("resize", [half_pixel_resize(photo, *size) for photo, size in zip(pixels["decode"], sizes)])


def half_pixel_resize(photo: np.ndarray, height: int, width: int) -> np.ndarray:
    """TF2's bilinear `tf.image.resize` without antialiasing, [H, W, 3] -> float32 [height, width, 3]."""
    values = photo.astype(np.float64)
    for axis, size in ((0, height), (1, width)):
        most = values.shape[axis] - 1
        centres = np.clip((np.arange(size) + 0.5) * values.shape[axis] / size - 0.5, 0, most)
        low = np.floor(centres).astype(int)
        share = (centres - low).reshape([-1 if place == axis else 1 for place in range(3)])
        high = np.minimum(low + 1, most)
        values = np.take(values, low, axis) * (1 - share) + np.take(values, high, axis) * share
    return values.astype(np.float32)


def coverage_as_json(coverage: Coverage) -> Dict[str, Any]:
    """The coverage, under the report's keys."""
    found = dict(coverage._asdict(), mistakes=coverage.changes, why=coverage.why or None)
    del found["changes"]
    return found


def coverage_line(coverage: Coverage) -> str:
    """The coverage in one line."""
    shown = [name for name in coverage.changes if coverage.changes[name] is not None and name not in coverage.hidden]
    rarest = f"{100 * coverage.rarest_fault:.2g} % of photos"
    return f"would show: faults on {rarest}; wrong {', '.join(shown) or 'nothing'}"
