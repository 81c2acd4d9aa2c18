"""How fast each twin is, measured in turns (A B B A), so that what else the machine does falls on both."""

from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import NamedTuple

import numpy as np

from migrate.task.schedule import Schedule
from parity_tests.harness.statistics import median

FEATURE_PHOTOS = 256
TRAIN_STEPS = 2001  # one, then four times the most that Keras runs in one call: `modern.train.LONGEST_EXECUTION`
LABEL_PHOTOS = 16

Figure = NamedTuple("Figure", [
    ("legacy", float),
    ("modern", float),
    ("ratio", float),  # modern / legacy
])

Speed = NamedTuple("Speed", [
    ("features_per_second", Figure),  # photos, file to bottleneck, nothing cached
    ("train_steps_per_second", Figure),
    ("label_ms", Figure),  # milliseconds, one photo at a time, file to probabilities
    ("peak_rss_mb", Figure),  # 2**20 bytes, the worker's whole life
    ("cold_start_s", Figure),  # seconds, process start to the first labelled photo
])


def measure(workers: Dict[str, Any], schedule: Schedule, features: np.ndarray, cold: Dict[str, float], rounds: int,
            advance: Callable[[int], None] = lambda count: None) -> Speed:
    """Time both workers in ``rounds`` rounds, each A B B A; the median of each twin's runs is given.

    Args:
        workers: twin -> WorkerProcess, opened, with a final layer and warmed up.
        schedule: Schedule, whose first steps are trained.
        features: float32 [N, B].
        cold: twin -> seconds from process start to the first labelled photo.
        rounds: int.
        advance: called with 1 after each run.
    """
    photos = list(range(min(FEATURE_PHOTOS, len(features))))
    steps = schedule.train[:TRAIN_STEPS]
    runs: Dict[str, Dict[str, List]] = {twin: {"features": [], "train": [], "label": []} for twin in workers}
    order = list(workers)
    for _ in range(rounds):
        for twin in order + order[::-1]:
            worker = workers[twin]
            runs[twin]["features"].append(len(photos) / worker.call("features", indices=photos)[0]["seconds"])
            if len(steps):
                arrays = {"features": features, "train": steps, "weights": schedule.weights, "biases": schedule.biases}
                result, _ = worker.call("train", arrays, learning_rate=schedule.learning_rate)
                runs[twin]["train"].append(result["steps_per_second"] or len(steps) / result["seconds"])
            times = worker.call("label_times", indices=photos[:LABEL_PHOTOS])[1]["milliseconds"]
            runs[twin]["label"].extend(float(time) for time in times)
            advance(1)
    peak = {twin: worker.call("usage")[0]["peak_rss_mb"] for twin, worker in workers.items()}

    def figure(values: Dict[str, float]) -> Figure:
        ratio = values["modern"] / values["legacy"] if values["legacy"] else float("nan")
        return Figure(values["legacy"], values["modern"], ratio)

    def of_runs(name: str) -> Figure:
        return figure({twin: median(runs[twin][name]) if runs[twin][name] else 0.0 for twin in workers})

    return Speed(of_runs("features"), of_runs("train"), of_runs("label"), figure(peak), figure(cold))
