"""Which stage brings how much of the difference: one stage at a time is done by the other side."""

from typing import Any, Callable, Dict, List, NamedTuple, Sequence

import numpy as np

from poets.migrate.judge.compare.ladder import PER_CALL
from poets.migrate.task.stages import ENCODED, STAGES


class StagePart(NamedTuple):
    stage: str
    mean_abs: float
    """Of probabilities, over photos and classes."""
    max_abs: float
    flipped: int
    """Photos whose top-1 changes."""


class Attribution(NamedTuple):
    photos: int
    parts: List[StagePart]
    """In the order of the stages."""
    whole: StagePart
    """All stages done by the other side."""
    leftover: StagePart
    """What the parts do not add up to: stages that act on each other's differences."""


# What a stage takes and gives: one array a photo, or all photos in one.
Values = List[np.ndarray]


def attribute(
    workers: Sequence[Any],
    photos: List[int],
    advance: Callable[[int], None] = lambda count: None,
    chain: Sequence[str] = STAGES,
    aligned: Callable[[np.ndarray], np.ndarray] = lambda rows: rows,
) -> Attribution:
    """Run photos through one side, with each stage in turn done by the other, and with all of them.

    A stage's part is what its swap alone adds to the first side's probabilities. Parts and leftover add up to the
    whole photo by photo and class by class; their means over absolute values need not, as parts can cancel.

    Args:
        workers: two WorkerProcess that know `stages`, opened and with a final layer.
        photos: indices.
        advance: called with the count of photos done.
        chain: the stages that both have and that can be swapped, ending in `probabilities`.
        aligned: the other side's probabilities -> the same with classes in the first side's order.
    """
    first, other = workers
    swapped: Dict[str, List[np.ndarray]] = {name: [] for name in chain}
    ours: List[np.ndarray] = []
    theirs: List[np.ndarray] = []
    for start in range(0, len(photos), PER_CALL):
        some = photos[start : start + PER_CALL]
        answer = first.call("stages", indices=some, after=ENCODED, until=chain[-1])[1]
        own = {name: values_of(answer, name, len(some)) for name in chain}
        ours.append(own[chain[-1]][0])
        theirs.append(aligned(run(other, some, ENCODED, [], chain[-1])[0]))
        for before, name in zip((ENCODED,) + tuple(chain), chain):
            given = run(other, some, before, own.get(before, []), name)
            if name == chain[-1]:
                given = [aligned(given[0])]
            else:
                given = run(first, some, name, given, chain[-1])
            swapped[name].append(given[0])
        advance(len(some))
    base, whole = np.concatenate(ours), np.concatenate(theirs)
    effects = {name: np.concatenate(rows) - base for name, rows in swapped.items()}
    parts = [part_of(name, base, effects[name]) for name in chain]
    total = part_of("all", base, whole - base)
    rest = part_of("leftover", base, whole - base - sum(effects.values()))
    return Attribution(
        len(base), parts, total, rest._replace(flipped=total.flipped - sum(part.flipped for part in parts))
    )


def part_of(name: str, base: np.ndarray, effect: np.ndarray) -> StagePart:
    """An effect on probabilities float32 [N, C] in figures."""
    flipped = int(((base + effect).argmax(axis=1) != base.argmax(axis=1)).sum())
    return StagePart(name, float(np.abs(effect).mean()), float(np.abs(effect).max()), flipped)


def run(worker: Any, photos: List[int], after: str, values: Values, until: str) -> Values:
    """What a worker makes of the output of stage ``after``."""
    arrays = {str(place): value for place, value in enumerate(values)}
    if after in STAGES[STAGES.index("bottleneck") :]:
        arrays = {"batch": values[0]}
    answer = worker.call("stages", arrays, indices=photos, after=after, until=until)[1]
    return values_of(answer, until, len(photos))


def values_of(answer: Dict[str, np.ndarray], stage: str, count: int) -> Values:
    """A stage's output in a worker's answer."""
    if stage in answer:
        return [answer[stage]]
    return [answer[f"{stage}/{place}"] for place in range(count)]


def ranked(attribution: Attribution) -> List[StagePart]:
    """The parts, the largest first."""
    return sorted(attribution.parts, key=lambda part: -part.mean_abs)
