"""`poets parity A B [C...]`: any models, whatever they are kept in, each compared with the first on the same photos."""

import os
from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Sequence
from typing import Tuple

import numpy as np

from parity_tests.harness import accuracy
from parity_tests.harness import thresholds
from parity_tests.harness import tolerances
from parity_tests.harness.difference import Difference
from parity_tests.harness.difference import measure
from parity_tests.harness.ladder import PER_CALL
from parity_tests.harness.ladder import choose_photos
from parity_tests.harness.ladder import join
from parity_tests.harness.launcher import WorkerProcess
from parity_tests.harness.statistics import median

BATCH = 32
TIMED = 16  # photos labelled one by one in each turn

Setup = NamedTuple("Setup", [
    ("models", List[str]),
    ("pythons", Dict[int, str]),  # place among the models -> command that ends in a Python
    ("labels", Optional[str]),
    ("photos", List[Tuple[str, str]]),  # path, kind
    ("ladder_photos", int),
    ("rounds", int),
    ("timeout", float),
    ("thresholds", List[thresholds.Threshold]),
])

Model = NamedTuple("Model", [
    ("path", str),
    ("runner", str),  # what runs it: session, tensorflow or lite
    ("tensorflow", Optional[str]),
    ("labels", Optional[List[str]]),
    ("preprocessing", Dict[str, Any]),
    ("label_ms", Optional[float]),  # median, one photo at a time, file to probabilities
    ("accuracy", Optional[float]),  # share right, 0..1, where photos lie in folders named like the labels
])

Pair = NamedTuple("Pair", [
    ("first", str),
    ("other", str),
    ("labels", str),  # what is wrong with them; empty where nothing is
    ("stages", Dict[str, Difference]),  # decode, resize and normalize where both do the same, and probabilities
    ("top1_agreement", Optional[float]),
    ("disagreeing", List[str]),  # photos
    ("judged", List[thresholds.Judged]),  # where the user gave thresholds, which then decide
    ("passed", bool),
    ("why", str),
])

Verdict = NamedTuple("Verdict", [
    ("parity", bool),
    ("photos", int),
    ("models", List[Model]),
    ("pairs", List[Pair]),
])


def run(setup: Setup, progress: Any) -> Verdict:
    """Open every model in a process of its own, take the same photos through all, and judge.

    Args:
        setup: Setup.
        progress: ``progress(description, total)``, a context manager that gives ``advance(count)``.

    Raises:
        BadInput: a model cannot be used, or a threshold is on what models have not.
        WorkerFailed: a worker died, hung or gave no answer.
    """
    workers: List[WorkerProcess] = []
    try:
        opened = []
        with progress("opening", len(setup.models)) as advance:
            for place, path in enumerate(setup.models):
                workers.append(WorkerProcess(os.path.basename(os.path.abspath(path)), setup.pythons.get(place),
                                             setup.timeout, "migrate", "--python"))
                opened.append(workers[-1].call("open", model=os.path.abspath(path), photos=setup.photos,
                                               labels=setup.labels)[0])
                advance(1)
        return judge(setup, workers, opened, progress)
    finally:
        for worker in workers:
            worker.stop()


def judge(setup: Setup, workers: List[WorkerProcess], opened: List[Dict[str, Any]], progress: Any) -> Verdict:
    """Compare models that have been opened."""
    answers = [answers_of(worker, len(setup.photos), progress) for worker in workers]
    stages = climb(setup, workers, progress)
    times = time_all(workers, len(setup.photos), setup.rounds, progress)
    truth = classes_of([path for path, _ in setup.photos], opened[0]["labels"])
    models = []
    for path, worker, found, rows, spent in zip(setup.models, workers, opened, answers, times):
        right = aligned(rows, found["labels"], opened[0]["labels"])
        share = None if truth is None or right is None else float((right.argmax(axis=1) == truth).mean())
        models.append(Model(path, found["runner"], worker.call("hello")[0]["tensorflow"], found["labels"],
                            found["preprocessing"], spent, share))
    paths = [path for path, _ in setup.photos]
    pairs = [pair_of(setup, models[0], models[place], stages[place], (answers[0], answers[place]), paths)
             for place in range(1, len(models))]
    return Verdict(all(pair.passed for pair in pairs), len(paths), models, pairs)


def answers_of(worker: WorkerProcess, count: int, progress: Any) -> np.ndarray:
    """float32 [N, C]: a model's probabilities of all photos."""
    rows = []
    with progress(worker.twin, count) as advance:
        for start in range(0, count, BATCH):
            indices = list(range(start, min(start + BATCH, count)))
            rows.append(worker.call("answer", indices=indices)[1]["probabilities"])
            advance(len(indices))
    return np.concatenate(rows)


def climb(setup: Setup, workers: List[WorkerProcess], progress: Any) -> List[Dict[str, Difference]]:
    """For each model how far its pixels are from the first one's, after decode, resize and normalize."""
    kinds = [kind for _, kind in setup.photos]
    some = choose_photos(kinds, [0] * len(kinds), setup.ladder_photos)
    parts: List[Dict[str, List[Difference]]] = [{} for _ in workers]
    with progress("stages", len(some)) as advance:
        for start in range(0, len(some), PER_CALL):
            indices = some[start:start + PER_CALL]
            pixels = [worker.call("preprocess", indices=indices)[1] for worker in workers]
            for place, theirs in enumerate(pixels):
                for name in ("decode", "resize", "normalize"):
                    arrays = [[found["%s/%d" % (name, number)] for number in range(len(indices))]
                              for found in (pixels[0], theirs)]
                    parts[place].setdefault(name, []).append(measure(
                        arrays[0], arrays[1], tolerances.STAGES[name], (workers[0].twin, workers[place].twin)))
            advance(len(indices))
    return [{name: join(found) for name, found in part.items()} for part in parts]


def time_all(workers: List[WorkerProcess], count: int, rounds: int, progress: Any) -> List[Optional[float]]:
    """Median milliseconds a photo of each model, taken in turns: A B C C B A."""
    if not rounds:
        return [None] * len(workers)
    indices = list(range(min(TIMED, count)))
    times: List[List[float]] = [[] for _ in workers]
    order = list(range(len(workers)))
    with progress("speed", 2 * rounds) as advance:
        for _ in range(rounds):
            for turn in (order, order[::-1]):
                for place in turn:
                    found = workers[place].call("label_times", indices=indices)[1]["milliseconds"]
                    times[place].extend(float(time) for time in found)
                advance(1)
    return [median(found) for found in times]


def classes_of(paths: Sequence[str], labels: Optional[List[str]]) -> Optional[np.ndarray]:
    """int [N], the class of each photo by its folder's name; None where a folder is named like no label.

    Folders and labels are held against each other as retrain.py made labels of folders: in lower case, with a space
    for everything but letters and digits.
    """
    if not labels:
        return None
    places = {plain(label): place for place, label in enumerate(labels)}
    names = [plain(os.path.basename(os.path.dirname(os.path.abspath(path)))) for path in paths]
    return np.array([places[name] for name in names]) if all(name in places for name in names) else None


def plain(name: str) -> str:
    """A name in lower case, with single spaces for everything but letters and digits."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def aligned(rows: np.ndarray, labels: Optional[List[str]], wanted: Optional[List[str]]) -> Optional[np.ndarray]:
    """A model's probabilities in the order of other labels; None where the labels are others.

    Without labels on either side, classes are taken in their order.
    """
    if not labels or not wanted:
        return rows
    if sorted(labels) != sorted(wanted) or len(set(labels)) != len(labels):
        return rows if labels == wanted else None
    return rows[:, [labels.index(label) for label in wanted]]


def pair_of(setup: Setup, first: Model, other: Model, stages: Dict[str, Difference],
            answers: Tuple[np.ndarray, np.ndarray], paths: List[str]) -> Pair:
    """Compare one model's answers with the first one's."""
    stages = comparable(first, other, stages)
    theirs = aligned(answers[1], other.labels, first.labels)
    if theirs is None or theirs.shape != answers[0].shape:
        words = "%d classes against %d" % (answers[0].shape[1], answers[1].shape[1])
        if theirs is not None and answers[0].shape[1] == answers[1].shape[1]:
            words = "answers of other shapes"
        elif theirs is None:
            words = "other labels: %s" % ", ".join(sorted(set(first.labels or []) ^ set(other.labels or []))[:6])
        return Pair(first.path, other.path, words, stages, None, [], [], False, words)
    stages["probabilities"] = measure([answers[0]], [theirs], tolerances.STAGES["probabilities"],
                                      (first.path, other.path))
    scored = accuracy.compare(answers[0], theirs, answers[0].argmax(axis=1), tolerances.STAGES["probabilities"])
    disagreeing = [paths[place] for place in scored.disagreeing]
    judged = thresholds.judge_all(setup.thresholds, {"probabilities": ([answers[0]], [theirs])})
    why = ""
    if judged:
        why = next((found.words for found in judged if not found.passed), "")
    elif not stages["probabilities"].passed:
        name = next(name for name, found in stages.items() if not found.passed)
        why = "%s: %s" % (name, stages[name].why)
    elif not scored.passed:
        why = "%d photos get another label" % len(disagreeing)
    return Pair(first.path, other.path, "", stages, scored.top1_agreement, disagreeing, judged, not why, why)


def comparable(first: Model, other: Model, stages: Dict[str, Difference]) -> Dict[str, Difference]:
    """The stages before the network that both models have alike: sizes and normalisations may be their own."""
    sizes, scales = ([tuple(model.preprocessing[name] for name in names) for model in (first, other)]
                     for names in (("height", "width"), ("mean", "std")))
    names = ["decode"]
    if sizes[0] == sizes[1]:
        names.append("resize")
        if scales[0] == scales[1]:
            names.append("normalize")
    return {name: stages[name] for name in names}


def as_json(verdict: Verdict) -> Dict[str, Any]:
    """The verdict, JSON-able."""
    return {
        "verdict": "parity" if verdict.parity else "no parity",
        "photos": verdict.photos,
        "models": [model._asdict() for model in verdict.models],
        "pairs": [dict(pair._asdict(), stages={name: found._asdict() for name, found in pair.stages.items()},
                       judged=[thresholds.as_json(found) for found in pair.judged]) for pair in verdict.pairs],
    }


