"""The stage ladder: the same photos through both twins, compared after every stage."""

from typing import Any
from typing import Dict
from typing import List
from typing import Optional
from typing import Sequence

import numpy as np

from migrate.task.stages import ENCODED
from migrate.task.stages import STAGES
from parity_tests.harness import tolerances
from parity_tests.harness.difference import Difference
from parity_tests.harness.difference import measure

PER_CALL = 16  # photos a call: their pixels cross a pipe and lie in memory on both sides


def choose_photos(kinds: Sequence[str], targets: Sequence[int], count: int) -> List[int]:
    """Up to ``count`` photos for the ladder's first stages: every file format first, then every class in turn.

    Args:
        kinds: one a photo, its file format.
        targets: one a photo, its class.
        count: int.
    """
    chosen = [list(kinds).index(kind) for kind in sorted(set(kinds))]
    by_class = {label: [index for index in range(len(targets)) if targets[index] == label] for label in set(targets)}
    turns = [indices[turn] for turn in range(max(map(len, by_class.values())))
             for _, indices in sorted(by_class.items()) if turn < len(indices)]
    chosen.extend(index for index in turns if index not in chosen)
    return sorted(chosen[:max(count, 1)])


def climb(workers: Dict[str, Any], photos: List[int], advance: Any = lambda count: None,
          kept: Optional[Dict[str, np.ndarray]] = None) -> Dict[str, Difference]:
    """decode, resize and normalize of ``photos``, each twin fed by its own stage before.

    Args:
        workers: twin -> WorkerProcess.
        photos: indices.
        advance: called with the count of photos done.
        kept: where given, it is filled with all pixels, ``<twin>_<stage>/<index>``.
    """
    names = ("decode", "resize", "normalize")
    parts: Dict[str, List[Difference]] = {name: [] for name in names}
    for start in range(0, len(photos), PER_CALL):
        some = photos[start:start + PER_CALL]
        answers = {twin: worker.call("stages", indices=some, after=ENCODED, until="normalize")[1]
                   for twin, worker in workers.items()}
        for name in names:
            arrays = {twin: [answer.get("%s/%d" % (name, place), np.zeros(0)) for place in range(len(some))]
                      for twin, answer in answers.items()}
            parts[name].append(measure(arrays["legacy"], arrays["modern"], tolerances.STAGES[name]))
            if kept is not None:
                kept.update(("%s_%s/%d" % (twin, name, index), array) for twin in arrays
                            for index, array in zip(some, arrays[twin]))
        advance(len(some))
    return {name: join(found) for name, found in parts.items()}


def join(parts: List[Difference]) -> Difference:
    """One difference of several: the worst of each figure, the mean weighted by what was compared.

    The 99th percentile of the whole is at most the largest of the parts', which is given.
    """
    for part in parts:
        if part.max_abs is None:
            return part
    elements = sum(part.elements for part in parts)
    worst = max(parts, key=lambda part: part.max_abs or 0.0)
    return worst._replace(
        mean_abs=sum((part.mean_abs or 0.0) * part.elements for part in parts) / elements,
        p99_abs=max(part.p99_abs or 0.0 for part in parts),
        elements=elements)


def climb_on(workers: Dict[str, Any], features: Dict[str, np.ndarray]) -> Dict[str, Dict[str, np.ndarray]]:
    """logits and probabilities of every photo, each twin from its own features: twin -> stage -> array."""
    return {twin: worker.call("stages", {"batch": features[twin]}, indices=list(range(len(features[twin]))),
                              after="bottleneck", until="probabilities")[1] for twin, worker in workers.items()}


def first_failing(stages: Dict[str, Difference]) -> str:
    """The first stage that differs beyond tolerance, or an empty string."""
    return next((name for name in STAGES if name in stages and not stages[name].passed), "")
