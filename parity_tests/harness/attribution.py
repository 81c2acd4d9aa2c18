"""Which stage brings how much of the difference: one stage at a time is done by the other twin."""

from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import NamedTuple

import numpy as np

from migrate.task.stages import ENCODED
from migrate.task.stages import STAGES
from parity_tests.harness.ladder import PER_CALL

Part = NamedTuple("Part", [
    ("stage", str),
    ("mean_abs", float),  # of probabilities, over photos and classes
    ("max_abs", float),
    ("flipped", int),  # photos whose top-1 changes
])

Attribution = NamedTuple("Attribution", [
    ("photos", int),
    ("parts", List[Part]),  # in the order of the stages
    ("whole", Part),  # all stages done by the other twin
    ("leftover", Part),  # what the parts do not add up to: stages that act on each other's differences
])

# What a stage takes and gives: one array a photo, or all photos in one.
Values = List[np.ndarray]


def attribute(workers: Dict[str, Any], photos: List[int],
              advance: Callable[[int], None] = lambda count: None) -> Attribution:
    """Run photos through legacy, with each stage in turn done by modern, and with all of them.

    A stage's part is what its swap alone adds to legacy's probabilities. Parts and leftover add up to the whole photo
    by photo and class by class; their means over absolute values need not, as parts can cancel.

    Args:
        workers: "legacy" and "modern" -> WorkerProcess, opened and with a final layer.
        photos: indices.
        advance: called with the count of photos done.
    """
    swapped: Dict[str, List[np.ndarray]] = {name: [] for name in STAGES}
    ours: List[np.ndarray] = []
    theirs: List[np.ndarray] = []
    for start in range(0, len(photos), PER_CALL):
        some = photos[start:start + PER_CALL]
        answer = workers["legacy"].call("stages", indices=some, after=ENCODED, until=STAGES[-1])[1]
        own = {name: values_of(answer, name, len(some)) for name in STAGES}
        ours.append(own[STAGES[-1]][0])
        theirs.append(run(workers["modern"], some, ENCODED, [], STAGES[-1])[0])
        for before, name in zip((ENCODED,) + STAGES, STAGES):
            given = run(workers["modern"], some, before, own.get(before, []), name)
            if name != STAGES[-1]:
                given = run(workers["legacy"], some, name, given, STAGES[-1])
            swapped[name].append(given[0])
        advance(len(some))
    base, whole = np.concatenate(ours), np.concatenate(theirs)
    effects = {name: np.concatenate(rows) - base for name, rows in swapped.items()}
    parts = [part_of(name, base, effects[name]) for name in STAGES]
    total = part_of("all", base, whole - base)
    rest = part_of("leftover", base, whole - base - sum(effects.values()))
    return Attribution(len(base), parts, total,
                       rest._replace(flipped=total.flipped - sum(part.flipped for part in parts)))


def part_of(name: str, base: np.ndarray, effect: np.ndarray) -> Part:
    """An effect on probabilities float32 [N, C] in figures."""
    flipped = int(((base + effect).argmax(axis=1) != base.argmax(axis=1)).sum())
    return Part(name, float(np.abs(effect).mean()), float(np.abs(effect).max()), flipped)


def run(worker: Any, photos: List[int], after: str, values: Values, until: str) -> Values:
    """What a worker makes of the output of stage ``after``."""
    arrays = {str(place): value for place, value in enumerate(values)}
    if after in STAGES[STAGES.index("bottleneck"):]:
        arrays = {"batch": values[0]}
    answer = worker.call("stages", arrays, indices=photos, after=after, until=until)[1]
    return values_of(answer, until, len(photos))


def values_of(answer: Dict[str, np.ndarray], stage: str, count: int) -> Values:
    """A stage's output in a worker's answer."""
    if stage in answer:
        return [answer[stage]]
    return [answer["%s/%d" % (stage, place)] for place in range(count)]


def ranked(attribution: Attribution) -> List[Part]:
    """The parts, the largest first."""
    return sorted(attribution.parts, key=lambda part: -part.mean_abs)
