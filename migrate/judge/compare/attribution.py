"""Attribute a difference to stages, by letting the other side do one stage at a time."""

from typing import Any, Callable, Dict, List, NamedTuple, Sequence

import numpy as np

from poets.migrate.judge.compare.ladder import PER_CALL
from poets.migrate.task.stages import ENCODED, STAGES


class StagePart(NamedTuple):
    stage: str
    """The stage that was swapped; `all` for all of them, `leftover` for the rest."""
    mean_abs: float
    """Of probabilities, over photos and classes."""
    max_abs: float
    """The largest of the same."""
    flipped: int
    """Number of photos whose top-1 changes."""


class Attribution(NamedTuple):
    photos: int
    """Number of photos that were run."""
    parts: List[StagePart]
    """One per stage, in the order of the stages."""
    whole: StagePart
    """The effect of letting the other side do all stages."""
    leftover: StagePart
    """The rest that the parts do not explain: stages interact."""


# A stage's input or output: one array per photo, or one array for all photos.
Values = List[np.ndarray]


def attribute(
    workers: Sequence[Any],
    photos: List[int],
    advance: Callable[[int], None] = lambda count: None,
    chain: Sequence[str] = STAGES,
    aligned: Callable[[np.ndarray], np.ndarray] = lambda rows: rows,
) -> Attribution:
    """Run photos through one side while the other side does each stage in turn, and then all stages.

    A stage's part is the change in the first side's probabilities when only that stage is swapped. For every photo and
    class, the parts and the leftover add up to the whole. Their means of absolute values need not, because parts can
    cancel.

    Args:
        workers: two WorkerProcess that support `stages`, opened and with a final layer.
        photos: indices.
        advance: called with the number of photos done.
        chain: the stages that both sides have and that can be swapped; the last is `probabilities`.
        aligned: reorders the classes of the other side's probabilities to the first side's order.
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
    """Summarize an effect on probabilities, float32 [N, C]."""
    flipped = int(((base + effect).argmax(axis=1) != base.argmax(axis=1)).sum())
    return StagePart(name, float(np.abs(effect).mean()), float(np.abs(effect).max()), flipped)


def run(worker: Any, photos: List[int], after: str, values: Values, until: str) -> Values:
    """Run a worker on the output of stage ``after``."""
    arrays = {str(place): value for place, value in enumerate(values)}
    if after in STAGES[STAGES.index("bottleneck") :]:
        arrays = {"batch": values[0]}
    answer = worker.call("stages", arrays, indices=photos, after=after, until=until)[1]
    return values_of(answer, until, len(photos))


def values_of(answer: Dict[str, np.ndarray], stage: str, count: int) -> Values:
    """Get a stage's output from a worker's answer: one array [count, ...], or one array per photo if sizes differ."""
    if stage in answer:
        return [answer[stage]]
    return [answer[f"{stage}/{place}"] for place in range(count)]


def ranked(attribution: Attribution) -> List[StagePart]:
    """The parts, largest first."""
    return sorted(attribution.parts, key=lambda part: -part.mean_abs)
