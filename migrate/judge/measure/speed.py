"""Measure the twins' speed in turns (A B B A), so that other load on the machine affects both."""

import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import statistics
from poets.migrate.judge.compare.statistics import RatioInterval
from poets.migrate.judge.measure import validity, watch
from poets.migrate.judge.measure.energy import Phase
from poets.migrate.judge.measure.machine import Machine
from poets.migrate.judge.measure.turns import TimedRun, Turns, take_turns
from poets.migrate.judge.measure.validity import FEWEST_RUNS, Conditions, is_positive
from poets.migrate.judge.measure.watch import Observed, Wanted
from poets.migrate.task.training.schedule import Schedule

FEATURE_PHOTOS = 256
# one step, then four times the most steps that Keras runs in one call: `poets.modern.train.LONGEST_EXECUTION`
TRAIN_STEPS = 2001
LABEL_PHOTOS = 16
PERCENTILES = (90, 99)
METRICS = (
    ("features_per_second", "features /s"),
    ("train_steps_per_second", "training steps /s"),
    ("label_ms", "label one photo, ms"),
)  # (key, words) of what a run measures


class SideSpeed(NamedTuple):
    median: float
    """Median of all samples."""
    samples: int
    """Number of samples."""
    runs: List[float]
    """One value per run, in order: the median of the run's samples."""
    first: float
    """The same for the warm-up run, which counts nowhere else."""
    percentiles: Dict[str, Optional[float]]
    """p90 and p99 of the samples; None if there are too few."""
    values: List[float]
    """The samples, in order."""


class Ratio(NamedTuple):
    ratio: Optional[float]
    """The other side / the first: the geometric mean of the pairs of runs, or of medians if there are few pairs; None
    if a value is no positive number."""
    interval: Optional[RatioInterval]
    """95 % interval, from pairs of runs."""
    p_value: Optional[float]
    """Of the Mann-Whitney test on the runs; None also if scipy is missing."""


class SpeedFigure(NamedTuple):
    """One metric of both twins; values not measured are None."""

    legacy: Optional[float]
    """Median of all samples, in the metric's unit."""
    modern: Optional[float]
    """The same of the modern twin."""
    ratio: Optional[float]
    """modern / legacy."""
    interval: Optional[RatioInterval] = None
    """95 % interval of the ratio, from pairs of runs."""
    p_value: Optional[float] = None
    """Of the Mann-Whitney test on the runs; None also if scipy is missing."""
    sides: Optional[Dict[str, SideSpeed]] = None
    """Twin -> its samples; None for a metric with one value per twin."""


class Speed(NamedTuple):
    features_per_second: SpeedFigure
    """Photos per second, file to bottleneck, nothing cached."""
    train_steps_per_second: SpeedFigure
    """Training steps of the final layer per second, on features that are already computed."""
    label_ms: SpeedFigure
    """Milliseconds, one photo at a time, file to probabilities."""
    peak_rss_mb: SpeedFigure
    """Peak memory in 2**20 bytes over the worker's whole life."""
    cold_start_s: SpeedFigure
    """Seconds from process start to the first labelled photo."""
    conditions: Conditions
    """What else the machine did during the runs."""
    reasons: List[str]
    """Why it is INVALID; empty if it is VALID."""
    observed: Optional[Observed]
    """What the machine did meanwhile; None if it was not monitored."""


def measure(
    workers: Dict[str, Any],
    schedule: Schedule,
    features: np.ndarray,
    cold: Dict[str, float],
    rounds: int,
    advance: Callable[[int], None] = lambda count: None,
    machine: Optional[Machine] = None,
    wanted: Optional[Wanted] = None,
) -> Speed:
    """Time both workers: one warm-up run each, then ``rounds`` rounds of A B B A.

    The first two runs of a round form a pair, and so do the last two. The order within a pair alternates, so a steady
    drift of the machine cancels out of the mean ratio.

    Args:
        workers: legacy, modern -> WorkerProcess, opened and with a final layer.
        schedule: Schedule; its first steps are trained.
        features: float32 [N, B].
        cold: twin -> seconds from process start to the first labelled photo.
        rounds: int, 1 or more.
        advance: called with 1 after each of the 2 + 4 * ``rounds`` runs.
        machine: Machine to read; defaults to this machine.
        wanted: Wanted, how to monitor the machine meanwhile; None for not at all.
    """
    turns = take_turns(
        workers,
        lambda worker: time_run(worker, schedule, features),
        rounds,
        advance,
        machine,
        wanted,
        {"training": len(schedule.train)},
    )
    peak = {twin: worker.call("usage")[0]["peak_rss_mb"] for twin, worker in workers.items()}
    figures = {name: figure_of_runs(name, turns) for name, _ in METRICS}
    return Speed(
        figures["features_per_second"],
        figures["train_steps_per_second"],
        figures["label_ms"],
        plain_figure(peak),
        plain_figure(cold),
        turns.conditions,
        reasons_of(turns, METRICS),
        turns.observed,
    )


def reasons_of(turns: Turns, metrics: Sequence[Tuple[str, str]]) -> List[str]:
    """Why the figures of metrics (key, words) are INVALID; empty if they are VALID."""
    settings = watch.reasons(turns.observed) if turns.observed else []
    runs = {
        words: {name: side_of(key, turns, name).runs for name in turns.runs if turns.warm_up[name].samples[key]}
        for key, words in metrics
    }
    clocks = {
        name: (
            sum(run.working for run in found),
            sum(phase.ended - phase.began for run in found for phase in run.phases),
        )
        for name, found in turns.runs.items()
    }
    return settings + validity.reasons(turns.conditions, runs) + validity.clock_reasons(clocks)


def time_run(worker: Any, schedule: Schedule, features: np.ndarray) -> TimedRun:
    """Run a worker once; it times itself on features of some photos, some training steps, and labelling some photos.

    ``features`` are float32 [N, B], of all photos.
    """
    photos = list(range(min(FEATURE_PHOTOS, len(features))))
    steps = schedule.train[:TRAIN_STEPS]
    phases: List[Phase] = []
    working = timed(phases, "features", len(photos), lambda: worker.call("features", indices=photos))[0]["seconds"]
    samples = {"features_per_second": [rate_of(len(photos), working)], "train_steps_per_second": []}
    if len(steps):
        arrays = {"features": features, "train": steps, "weights": schedule.weights, "biases": schedule.biases}
        result, _ = timed(
            phases, "training", len(steps), lambda: worker.call("train", arrays, learning_rate=schedule.learning_rate)
        )
        samples["train_steps_per_second"].append(result["steps_per_second"] or rate_of(len(steps), result["seconds"]))
        working += result["seconds"]
    some = photos[:LABEL_PHOTOS]
    times = timed(phases, "labels", len(some), lambda: worker.call("label_times", indices=some))[1]["milliseconds"]
    samples["label_ms"] = [float(one) for one in times]
    return TimedRun(samples, working + sum(samples["label_ms"]) / 1000, phases)


def rate_of(count: int, seconds: float) -> float:
    """``count`` per second; infinity if a worker claims that it took no time."""
    return count / seconds if seconds else float("inf")


def timed(phases: List[Phase], kind: str, count: int, call: Callable[[], Any]) -> Any:
    """The result of ``call``; its start and end are appended to ``phases``."""
    began = time.monotonic()
    found = call()
    phases.append(Phase(kind, began, time.monotonic(), count))
    return found


def plain_figure(values: Dict[str, float]) -> SpeedFigure:
    """A figure with one value per twin."""
    legacy, modern = values["legacy"], values["modern"]
    ratio = modern / legacy if is_positive(legacy) and is_positive(modern) else None
    return SpeedFigure(legacy, modern, ratio)


def figure_of_runs(metric: str, turns: Turns) -> SpeedFigure:
    """A metric's figure."""
    if not turns.warm_up["legacy"].samples[metric]:
        return SpeedFigure(None, None, None)
    sides = {twin: side_of(metric, turns, twin) for twin in turns.runs}
    ratio = ratio_of(sides["legacy"], sides["modern"])
    return SpeedFigure(
        sides["legacy"].median, sides["modern"].median, ratio.ratio, ratio.interval, ratio.p_value, sides
    )


def ratio_of(first: SideSpeed, other: SideSpeed) -> Ratio:
    """The ratio other / first; the Mann-Whitney test takes one value per run, because samples of one run are alike."""
    if not all(map(is_positive, first.runs + other.runs + [first.median, other.median])):
        return Ratio(None, None, None)
    pairs = list(zip(first.runs, other.runs))
    # the interval of 2 or 3 pairs is many times wider than the ratio
    interval = statistics.ratio_interval(pairs) if len(pairs) >= FEWEST_RUNS else None
    ratio = interval.estimate if interval else other.median / first.median
    return Ratio(ratio, interval, statistics.mann_whitney(first.runs, other.runs))


def side_of(metric: str, turns: Turns, name: str) -> SideSpeed:
    """One worker's side of a metric."""
    runs = [run.samples[metric] for run in turns.runs[name]]
    samples = [sample for run in runs for sample in run]
    percentiles = {f"p{share}": statistics.percentile_if_enough(samples, share) for share in PERCENTILES}
    return SideSpeed(
        statistics.median(samples),
        len(samples),
        [statistics.median(run) for run in runs],
        statistics.median(turns.warm_up[name].samples[metric]),
        percentiles,
        samples,
    )
