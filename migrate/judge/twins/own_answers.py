"""Ask one side again: whether it gives the same answers twice, to one photo at a time, and in what it exports."""

from typing import Any, Dict, List, NamedTuple

import numpy as np

from poets.migrate.judge.compare.answers import tolerance_of
from poets.migrate.judge.compare.difference import Difference, difference_as_json, measure

PHOTOS = 8  # asked again


class OwnAnswers(NamedTuple):
    """One side against itself; the first of each two is what was compared with the other side."""

    again: Difference
    """Bottlenecks, computed a second time: dropout that was left on gives others."""
    single: Difference
    """Probabilities of photos that are labelled one at a time."""
    exported: Dict[str, Difference]
    """Output of `retrain` -> probabilities that `label_image` gives with it."""
    labels: str
    """What is wrong with the labels of the exported networks; empty if nothing."""

    @property
    def passed(self) -> bool:
        """Whether the side agrees with itself in everything."""
        return not (self.problem("again") or self.problem("single") or self.problem("export"))

    def problem(self, part: str) -> str:
        """What does not pass in `again`, `single` or `export`, in words; empty if it passes."""
        if part == "export":
            wrong = next((f"{name}: {one.why}" for name, one in self.exported.items() if not one.passed), "")
            return self.labels or wrong
        return str(getattr(self, part).why)


def ask_again(worker: Any, photos: List[int], labels: List[str], arrays: Dict[str, np.ndarray]) -> OwnAnswers:
    """Ask a worker about some photos again, and add its answers, float32 [n, B] and [n, C], to the arrays.

    Args:
        worker: WorkerProcess with a trained final layer.
        photos: indices; PHOTOS of them are used.
        labels: the classes' names, in order.
        arrays: has ``<side>_features`` and ``<side>_probabilities`` of all photos.
    """
    side, some = worker.twin, spread_out(photos, PHOTOS)
    features, rows = arrays[side + "_features"], arrays[side + "_probabilities"]
    nothing = np.zeros(0)
    again = worker.call("features", indices=some)[1].get("features", nothing)
    single = worker.call("label_times", indices=some)[1].get("probabilities", nothing)
    result, exported = worker.call("label_exported", indices=some)
    arrays.update({side + "_again": again, side + "_single": single})
    arrays.update((f"{side}_exported_{name}", values) for name, values in exported.items())
    if not exported:
        exported = {"graph": nothing}
    wrong = [
        f"{name} has the labels {', '.join(found)}"
        for name, found in result.get("labels", {}).items()
        if found != labels
    ]
    limit, sides = tolerance_of("probabilities", rows), ("first", "second")
    return OwnAnswers(
        measure([features[some]], [again], tolerance_of("bottleneck", features), sides),
        measure([rows[some]], [single], limit, ("together", "one by one")),
        {name: measure([rows[some]], [values], limit, ("trained", "exported")) for name, values in exported.items()},
        "; ".join(wrong),
    )


def spread_out(photos: List[int], count: int) -> List[int]:
    """At most ``count`` of the photos, from the first to the last."""
    places = np.linspace(0, len(photos) - 1, min(count, len(photos))).round().astype(int)
    return [photos[place] for place in places]


def own_answers_as_json(found: OwnAnswers) -> Dict[str, Any]:
    """One side against itself, under the report's keys."""
    return {
        "again": difference_as_json(found.again),
        "single": difference_as_json(found.single),
        "exported": {name: difference_as_json(one) for name, one in found.exported.items()},
        "labels": found.labels or None,
        "passed": found.passed,
    }
