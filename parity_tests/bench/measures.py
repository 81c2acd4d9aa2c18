"""The four measurements. Whatever is compared takes turns within one run, so that noise falls on all alike."""

import os
import tempfile
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from parity_tests.bench.processes import Ran, retrain
from poets.migrate.judge.compare.statistics import median
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.photos.bottleneck_cache import BottleneckCache, cache_key
from poets.migrate.task.photos.image_lists import read_image_lists
from poets.migrate.task.stages import TWINS

PROGRAMS = ("plain",) + TWINS
WORKERS = {"plain": "poets.parity_tests.bench.plain_worker", "legacy": "poets.legacy", "modern": "poets.modern"}
CHUNK = 32  # rows a transaction, as in both twins' `bottlenecks.CHUNK`
STEPS = 4000  # retrain.py's default
MEMORY_STEPS = 50  # the photos, not the steps, are what memory might grow with
MEMORY_TIMES = (1, 2, 4)


class Data(NamedTuple):
    image_dir: str
    architecture: str
    model_dir: str
    plain_python: Optional[str]
    """Command that ends in the baseline's Python; None for this one."""


Say = Callable[[str], None]


def flags_of(data: Data, steps: int) -> List[str]:
    """The data set and the number of steps as flags of `retrain`."""
    return [
        "--image_dir",
        data.image_dir,
        "--architecture",
        data.architecture,
        "--model_dir",
        data.model_dir,
        "--how_many_training_steps",
        str(steps),
    ]


def features_per_second(data: Data, rounds: int, timeout: float, say: Say) -> Dict[str, float]:
    """Photos a second, file to bottleneck, computed and kept: program -> median of 2 x ``rounds`` passes.

    The baseline keeps them as it goes, one text file each. A twin's worker gives them back; what it takes to put
    them into its SQLite cache is timed here and counts too.
    """
    workers = {}  # type: Dict[str, WorkerProcess]
    try:
        for program in PROGRAMS:
            python = data.plain_python if program == "plain" else None
            workers[program] = WorkerProcess(WORKERS[program], python, timeout)
        for worker in workers.values():
            targets = worker.call(
                "look", image_dir=data.image_dir, testing_percentage=10, validation_percentage=10, on_bad_image="skip"
            )[1]["targets"]
            worker.call("open", architecture=data.architecture, model_dir=data.model_dir)
        photos = list(range(len(targets)))
        rates = {program: [] for program in PROGRAMS}  # type: Dict[str, List[float]]
        for program in PROGRAMS:
            workers[program].call("features", indices=photos[:64])  # the first call traces and allocates
        for number in range(rounds):
            say(f"features, round {number + 1} of {rounds}")
            for program in PROGRAMS + PROGRAMS[::-1]:
                answer, arrays = workers[program].call("features", indices=photos)
                rates[program].append(len(photos) / (answer["seconds"] + seconds_to_keep(arrays["features"])))
    finally:
        for worker in workers.values():
            worker.stop()
    return {program: median(found) for program, found in rates.items()}


def seconds_to_keep(features: np.ndarray) -> float:
    """Seconds to write features, float32 [N, B], to a new cache, in chunks as the twins do; 0 for B = 0."""
    if not features.shape[1]:
        return 0.0
    with tempfile.TemporaryDirectory(prefix="poets_bench_") as folder:
        with BottleneckCache(folder) as cache:
            started = time.perf_counter()
            for start in range(0, len(features), CHUNK):
                cache.put(
                    {
                        cache_key(str(start + place), "", "", ""): row
                        for place, row in enumerate(features[start : start + CHUNK])
                    }
                )
            return time.perf_counter() - started


def whole_runs(data: Data, rounds: int, baseline_steps: int, say: Say) -> Dict[str, List[Ran]]:
    """Each twin's whole retraining ``rounds`` times, in turns, and the baseline's once, in their middle.

    Answers program -> its runs; `modern first` has modern's run on a machine that has never run it (its module of
    the network is not in the user's cache yet), which is not among modern's.
    """
    runs = {name: [] for name in PROGRAMS + ("modern first",)}  # type: Dict[str, List[Ran]]
    with tempfile.TemporaryDirectory(prefix="poets_bench_") as fresh:
        say("whole run: modern, its first")
        runs["modern first"].append(retrain("modern", flags_of(data, STEPS), {"POETS_CACHE_DIR": fresh}))
        for number in range(rounds):
            if number == rounds // 2:
                say(f"whole run: plain, {baseline_steps} steps; this takes minutes")
                runs["plain"].append(retrain("plain", flags_of(data, baseline_steps), {}, data.plain_python))
            for twin in TWINS[::-1] if number % 2 else TWINS:
                say(f"whole run: {twin}, {number + 1} of {rounds}")
                runs[twin].append(retrain(twin, flags_of(data, STEPS), {"POETS_CACHE_DIR": fresh}))
    return runs


def scaled(run: Ran) -> Ran:
    """A baseline run of fewer steps as it would have been with `STEPS`: the seconds in its steps are scaled up."""
    seconds, missing = dict(run.record["seconds"]), STEPS / run.record["steps"] - 1
    more = seconds["steps"] * missing
    for name in ("steps", "training", "all"):
        seconds[name] += more
    return run._replace(seconds=run.seconds + more, record=dict(run.record, seconds=seconds))


def memory(data: Data, say: Say) -> Dict[str, Dict[int, float]]:
    """Peak MB of a whole retraining with the photos once, twice and four times: twin -> photos -> MB."""
    peaks = {twin: {} for twin in TWINS}  # type: Dict[str, Dict[int, float]]
    for times in MEMORY_TIMES:
        with tempfile.TemporaryDirectory(prefix="poets_bench_") as folder:
            count = copies(data.image_dir, folder, times)
            for twin in TWINS:
                say(f"memory: {twin}, {count} photos")
                flags = flags_of(data._replace(image_dir=folder), MEMORY_STEPS)
                peaks[twin][count] = retrain(twin, flags, {}).peak_rss_mb
    return peaks


def copies(image_dir: str, folder: str, times: int) -> int:
    """Fill ``folder`` with every photo of ``image_dir`` so many times; how many there then are.

    They are links: what is read is the same bytes, but each is decoded and run through the network for itself.
    """
    photos = read_image_lists(image_dir).photos
    for photo in photos:
        inside = os.path.relpath(photo.path, image_dir)
        os.makedirs(os.path.dirname(os.path.join(folder, inside)), exist_ok=True)
        stem, ending = os.path.splitext(os.path.join(folder, inside))
        for number in range(times):
            os.symlink(os.path.abspath(photo.path), f"{stem}_{number}{ending}")
    return len(photos) * times


def growth(peaks: Dict[int, float]) -> float:
    """MB for each 1000 photos more: the slope of the line of least squares through (photos, MB)."""
    return 1000 * float(np.polyfit(list(peaks), list(peaks.values()), 1)[0])


def median_of(runs: Sequence[Ran], figure: Callable[[Ran], Any]) -> float:
    """The median of one figure of several runs."""
    return median([figure(run) for run in runs])
