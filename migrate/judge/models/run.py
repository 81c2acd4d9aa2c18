"""Open each model in its own process, run the same photos through all of them, and judge."""

import os
import time
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import tolerances
from poets.migrate.judge.compare.answers import tolerance_of
from poets.migrate.judge.compare.coverage import coverage_of, try_mistakes
from poets.migrate.judge.compare.difference import Difference, measure
from poets.migrate.judge.compare.ladder import PER_CALL, choose_photos, join
from poets.migrate.judge.measure import speed
from poets.migrate.judge.measure.turns import Turns
from poets.migrate.judge.models import timing
from poets.migrate.judge.models.pairs import PairOutcome, aligned, attributed, classes_of, labels_apart, pair_of
from poets.migrate.judge.models.preprocessing import doubt
from poets.migrate.judge.models.records import (
    PIXELS,
    STAGE_OF,
    Arrays,
    ComparedModel,
    ModelsMeasured,
    ModelsSetup,
    ModelsVerdict,
)
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.errors import BadInput
from poets.migrate.task.stages import ENCODED

BATCH = 32
PHOTOS_AGAIN = 8


class OpenedModel(NamedTuple):
    worker: Any
    """WorkerProcess."""
    found: Dict[str, Any]
    """The answer of `open`."""
    cold_start_s: float
    """Seconds from process start to the first answer."""


def run(setup: ModelsSetup, progress: Any, so_far: ModelsMeasured) -> Tuple[ModelsVerdict, Arrays]:
    """Open each model in its own process, run the same photos through all, and judge.

    Args:
        setup: ModelsSetup.
        progress: ``progress(description, total)``, a context manager that gives ``advance(count)``.
        so_far: ModelsMeasured, filled as results arrive.

    Raises:
        BadInput: a model cannot be used, or a threshold is on an output that models do not have.
        WorkerFailed: a worker died, hung or did not answer.
    """
    check_thresholds(setup)
    started = time.perf_counter()
    workers: List[WorkerProcess] = []
    try:
        opened: List[OpenedModel] = []
        with progress("opening", len(setup.models)) as advance:
            for place, path in enumerate(setup.models):
                workers.append(
                    WorkerProcess(
                        os.path.basename(plain_path(path)), setup.pythons.get(place), setup.timeout, "poets", "--python"
                    )
                )
                opened.append(open_model(workers[-1], place, setup, setup.features))
                advance(1)
        outputs = {model.found["output"] for model in opened}
        if len(outputs) > 1:  # one is a Hub module; the others have features too
            opened = [
                open_model(model.worker, place, setup, True) if model.found["output"] != "features" else model
                for place, model in enumerate(opened)
            ]
        verdict, arrays = judge(setup, opened, progress, so_far)
        return verdict._replace(seconds=time.perf_counter() - started), arrays
    finally:
        for worker in workers:
            worker.stop()


def check_thresholds(setup: ModelsSetup) -> None:
    """Raise BadInput, before any work, for a threshold on an output that no model has."""
    known = PIXELS + tuple(STAGE_OF.values())
    for threshold in setup.thresholds:
        if threshold.output and threshold.output not in known:
            raise BadInput(f"--{threshold.kind}: models have no '{threshold.output}'; there are {', '.join(known)}")


def open_model(worker: WorkerProcess, place: int, setup: ModelsSetup, features: bool) -> OpenedModel:
    """Open the model of an index in a worker, and time its first answer."""
    began = time.perf_counter()
    options = dict(setup.openings[place], **allowed_in(setup.allow_ops))
    found = worker.call(
        "open",
        model=plain_path(setup.models[place]),
        photos=setup.photos,
        labels=setup.labels,
        features=features,
        **options,
    )[0]
    worker.call("label_times", indices=[0])
    starting = max(0.0, worker.ready - found["seconds"])  # `open` is the first call, so `ready` includes it
    return OpenedModel(worker, found, starting + time.perf_counter() - began)


def allowed_in(allow_ops: Sequence[str]) -> Dict[str, Any]:
    """The option of `open` that allows ops; none if there are none, as an older worker does not know it."""
    return {"allow_ops": list(allow_ops)} if allow_ops else {}


def plain_path(path: str) -> str:
    """A model's absolute path; an address is returned as it is."""
    return path if "://" in path else os.path.abspath(os.path.expanduser(path))


def names_of(paths: Sequence[str]) -> List[str]:
    """The last two parts of each path, such as `ported/savedmodel`, with a number if two are equal."""
    short = ["/".join(plain_path(path).rstrip("/").split("/")[-2:]) for path in paths]
    return [name if short.count(name) == 1 else f"{place + 1}:{name}" for place, name in enumerate(short)]


def judge(
    setup: ModelsSetup, opened: List[OpenedModel], progress: Any, so_far: ModelsMeasured
) -> Tuple[ModelsVerdict, Arrays]:
    """Compare models that have been opened.

    The arrays are named by the number of the model, from 1: ``1_probabilities`` is float32 [N, C].
    """
    output = so_far.output = opened[0].found["output"]
    names = names_of(setup.models)
    paths = [path for path, _ in setup.photos]
    kinds = [kind for _, kind in setup.photos]
    workers = [model.worker for model in opened]
    wanted = opened[0].found["labels"]
    so_far.photos = len(paths)
    so_far.models = [dict(model.found, name=name, path=path) for model, name, path in zip(opened, names, setup.models)]
    rows = []
    for place, name in enumerate(names):
        rows.append(answers_of(workers[place], name, len(paths), output, progress))
        labels = opened[place].found["labels"]
        theirs = aligned(rows[-1], labels, wanted)
        so_far.labels.append(labels_apart(wanted, labels) if theirs is None else "")
        so_far.arrays[f"{place + 1}_{output}"] = rows[-1] if theirs is None else theirs
    some = choose_photos(kinds, [0] * len(kinds), setup.ladder_photos)
    stages, pixels = climb(workers, names, some, setup.keep_pixels or bool(setup.thresholds), progress)
    so_far.arrays.update(
        (f"{place + 1}_{name}/{index}", one)
        for place, found in enumerate(pixels)
        for name in PIXELS
        for index, one in zip(some, found[name])
    )  # empty if they are not kept
    own = [disagreement(worker, rows[place], some, output) for place, worker in enumerate(workers)]
    changes = try_mistakes(workers[0], some, lambda found: found["probabilities"], output == "probabilities")
    turns = time_all(dict(zip(names, workers)), setup, progress)
    models = [
        model_of(setup.models[place], name, opened[place], rows[place], wanted, paths, turns, rows[0].argmax(axis=1))
        for place, name in enumerate(names)
    ]
    outcomes = [PairOutcome(*parts) for parts in zip(models, rows, stages, pixels)]
    pairs = []
    for place in range(1, len(models)):
        wrong = next((f"{names[one]} {own[one]}" for one in (0, place) if own[one]), "")
        pair = pair_of(outcomes[0], outcomes[place], output, setup.thresholds, paths, setup.any_top1)
        if output == "probabilities" and not pair.labels and (setup.attribute or not pair.passed):
            with progress("attribution", len(some)) as advance:
                pair = pair._replace(
                    attribution=attributed([workers[0], workers[place]], [models[0], models[place]], some, advance)
                )
        if wrong:
            pair = pair._replace(passed=False, why=wrong)
        pairs.append(
            pair._replace(
                speed={key: speed.ratio_of(models[0].speed[key], models[place].speed[key]) for key in models[0].speed}
            )
        )
    judged = [one for pair in pairs for one in pair.judged]
    covered = coverage_of(rows[0], None, changes, setup.accepted, STAGE_OF[output], judged)
    verdict = ModelsVerdict(
        all(pair.passed for pair in pairs) and not covered.why,
        len(paths),
        output,
        models,
        pairs,
        turns.conditions if turns else None,
        speed.reasons_of(turns, timing.METRICS) if turns else [],
        turns.observed if turns else None,
        0.0,
        covered,
    )
    return verdict, so_far.arrays


def disagreement(worker: Any, rows: np.ndarray, photos: List[int], output: str) -> str:
    """How a model disagrees with its own ``rows``, float32 [N, C], if it is asked again; empty if it does not.

    They are asked for together, and then one at a time.
    """
    some = photos[:PHOTOS_AGAIN]
    limit = tolerance_of(STAGE_OF[output], rows)
    together = worker.call("answer", indices=some)[1].get(output, np.zeros(0))
    single = worker.call("label_times", indices=some)[1].get(output, np.zeros(0))
    for words, found in (("asked again", together), ("asked one photo at a time", single)):
        apart = measure([rows[some]], [found], limit, ("first", "second"))
        if not apart.passed:
            return f"disagrees with itself, {words}: {apart.why}"
    return ""


def model_of(
    path: str,
    name: str,
    opened: OpenedModel,
    rows: np.ndarray,
    wanted: Optional[List[str]],
    paths: List[str],
    turns: Optional[Turns],
    seen: np.ndarray,
) -> ComparedModel:
    """The facts about one model with answers ``rows``, float32 [N, C].

    ``wanted`` are the first model's labels, and ``seen``, int [N], the classes that it gives the photos.
    """
    found = opened.found
    right, truth = aligned(rows, found["labels"], wanted), classes_of(paths, wanted)
    usable = truth is not None and right is not None and truth.max() < right.shape[1]
    share = float((right.argmax(axis=1) == truth).mean()) if usable and right is not None else None
    return ComparedModel(
        name,
        path,
        found["runner"],
        opened.worker.call("hello")[0]["tensorflow"],
        found["labels"],
        found["preprocessing"],
        share,
        opened.cold_start_s,
        opened.worker.call("usage")[0]["peak_rss_mb"],
        {key: speed.side_of(key, turns, name) for key, _ in timing.METRICS} if turns else {},
        found.get("calibration"),
        doubt(name, right, truth if usable else None, seen) if right is not None and wanted else "",
    )


def answers_of(worker: Any, name: str, count: int, output: str, progress: Any) -> np.ndarray:
    """float32 [N, C]: a model's probabilities, or features, of all photos."""
    rows = []
    with progress(name, count) as advance:
        for start in range(0, count, BATCH):
            indices = list(range(start, min(start + BATCH, count)))
            rows.append(worker.call("answer", indices=indices)[1][output])
            advance(len(indices))
    return np.concatenate(rows)


def climb(
    workers: Sequence[Any], names: Sequence[str], photos: List[int], keep: bool, progress: Any
) -> Tuple[List[Dict[str, Difference]], List[Dict[str, List[np.ndarray]]]]:
    """Compare the models' stages before the network on some photos: decoded uint8 [H, W, 3], then float32 [S, S, 3].

    Returns for each model the difference from the first after each of PIXELS and, with ``keep``, an array per photo.
    """
    parts: List[Dict[str, List[Difference]]] = [{name: [] for name in PIXELS} for _ in workers]
    kept: List[Dict[str, List[np.ndarray]]] = [{name: [] for name in PIXELS} for _ in workers]
    with progress("stages", len(photos)) as advance:
        for start in range(0, len(photos), PER_CALL):
            indices = photos[start : start + PER_CALL]
            answers = [
                worker.call("stages", indices=indices, after=ENCODED, until="normalize")[1] for worker in workers
            ]
            for name in PIXELS:
                arrays = [[found[f"{name}/{place}"] for place in range(len(indices))] for found in answers]
                for place, theirs in enumerate(arrays):
                    parts[place][name].append(
                        measure(arrays[0], theirs, tolerances.STAGES[name], (names[0], names[place]))
                    )
                    if keep:
                        kept[place][name].extend(theirs)
            advance(len(indices))
    return [{name: join(found) for name, found in part.items()} for part in parts], kept


def time_all(workers: Dict[str, Any], setup: ModelsSetup, progress: Any) -> Optional[Turns]:
    """Measure the models' speed in turns; None for no rounds."""
    if not setup.rounds:
        return None
    with progress("speed", len(workers) * (1 + 2 * setup.rounds)) as advance:
        return timing.time_models(workers, len(setup.photos), setup.rounds, advance, wanted=setup.watching)
