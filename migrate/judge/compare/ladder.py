"""The stage ladder: run the same photos through both twins and compare them after every stage."""

from typing import Any, Dict, List, Sequence

import numpy as np

from poets.migrate.judge.compare import tolerances
from poets.migrate.judge.compare.difference import Difference, measure
from poets.migrate.task.stages import ENCODED, STAGES

PIXEL_STAGES = ("decode", "resize", "normalize")
DISTORT = "distort"  # decoded, distorted and normalised; only with the distortion flags
PER_CALL = 16  # photos per call: their pixels cross a pipe and are held in memory on both sides

Pixels = Dict[str, List[np.ndarray]]  # stage -> one array per photo


def choose_photos(kinds: Sequence[str], targets: Sequence[int], count: int) -> List[int]:
    """Choose up to ``count`` photos for the ladder's first stages: every file format first, then every class in turn.

    Args:
        kinds: file format of each photo.
        targets: class of each photo.
        count: int.
    """
    chosen = [list(kinds).index(kind) for kind in sorted(set(kinds))]
    by_class = {label: [index for index in range(len(targets)) if targets[index] == label] for label in set(targets)}
    turns = [
        indices[turn]
        for turn in range(max(map(len, by_class.values())))
        for _, indices in sorted(by_class.items())
        if turn < len(indices)
    ]
    chosen.extend(index for index in turns if index not in chosen)
    return sorted(chosen[: max(count, 1)])


def climb(worker: Any, photos: List[int], advance: Any = lambda count: None) -> Pixels:
    """Outputs of decode, resize and normalize for ``photos``; the input of a stage is the worker's previous stage.

    Args:
        worker: WorkerProcess.
        photos: indices.
        advance: called with the count of photos done.
    """
    found: Pixels = {name: [] for name in PIXEL_STAGES}
    for start in range(0, len(photos), PER_CALL):
        some = photos[start : start + PER_CALL]
        answer = worker.call("stages", indices=some, after=ENCODED, until="normalize")[1]
        for name in PIXEL_STAGES:
            found[name].extend(answer.get(f"{name}/{place}", np.zeros(0)) for place in range(len(some)))
        advance(len(some))
    return found


def distort(worker: Any, photos: List[int], draws: np.ndarray) -> List[np.ndarray]:
    """One float32 [S, S, 3] per photo, distorted by its row of ``draws`` float64 [n, 5] and normalised."""
    found: List[np.ndarray] = []
    for start in range(0, len(photos), PER_CALL):
        some = photos[start : start + PER_CALL]
        answer = worker.call("distort", {"draws": draws[start : start + PER_CALL]}, indices=some)[1]
        found.extend(answer.get(f"distort/{place}", np.zeros(0)) for place in range(len(some)))
    return found


def compare(ours: Pixels, theirs: Pixels) -> Dict[str, Difference]:
    """Compare the stages that both sides ran, a few photos at a time because differences are taken in float64."""
    return {
        name: join(
            [
                measure(
                    ours[name][start : start + PER_CALL],
                    theirs[name][start : start + PER_CALL],
                    tolerances.STAGES[name],
                )
                for start in range(0, len(ours[name]), PER_CALL)
            ]
        )
        for name in PIXEL_STAGES + (DISTORT,)
        if name in ours
    }


def join(parts: List[Difference]) -> Difference:
    """Merge several differences: the worst of each figure, and the mean weighted by the number of elements.

    The 99th percentile is the largest of the parts' percentiles, an upper bound of the true one.
    """
    for part in parts:
        if part.max_abs is None:
            return part
    elements = sum(part.elements for part in parts)
    worst = max(parts, key=lambda part: part.max_abs or 0.0)
    return worst._replace(
        mean_abs=sum((part.mean_abs or 0.0) * part.elements for part in parts) / elements,
        p99_abs=max(part.p99_abs or 0.0 for part in parts),
        elements=elements,
    )


def climb_on(worker: Any, features: np.ndarray) -> Dict[str, np.ndarray]:
    """Stage -> logits and probabilities of every photo, from the worker's own features, float32 [N, B]."""
    found: Dict[str, np.ndarray] = worker.call(
        "stages", {"batch": features}, indices=list(range(len(features))), after="bottleneck", until="probabilities"
    )[1]
    return found


def first_failing(stages: Dict[str, Difference]) -> str:
    """The first stage that differs beyond tolerance, or an empty string."""
    order = PIXEL_STAGES + (DISTORT,) + STAGES[len(PIXEL_STAGES) :]
    return next((name for name in order if name in stages and not stages[name].passed), "")
