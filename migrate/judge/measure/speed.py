"""Measure the twins' speed in turns (A B B A), so that other load on the machine affects both."""

import os
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import statistics
from poets.migrate.judge.compare.statistics import RatioInterval
from poets.migrate.judge.measure import validity, watch
from poets.migrate.judge.measure.energy import Phase
from poets.migrate.judge.measure.machine import Machine, other_load, swapped_pages
from poets.migrate.judge.measure.validity import Conditions
from poets.migrate.judge.measure.watch import Observed, Wanted, watch_of
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


class TimedRun(NamedTuple):
    samples: Dict[str, List[float]]
    """Metric -> values; empty if nothing is trained."""
    working: float
    """Seconds, by the worker's own clock."""
    phases: List[Phase]
    """Seconds, by the judge's clock."""


class Turns(NamedTuple):
    warm_up: Dict[str, TimedRun]
    """Worker -> its first run, the warm-up, which counts nowhere else."""
    runs: Dict[str, List[TimedRun]]
    """Worker -> the others, in order."""
    conditions: Conditions
    observed: Optional[Observed]
    """None if the machine was not monitored."""


class SideSpeed(NamedTuple):
    median: float
    """Median of all samples."""
    samples: int
    runs: List[float]
    """One value per run, in order: the median of the run's samples."""
    first: float
    """The same for the warm-up run, which counts nowhere else."""
    percentiles: Dict[str, Optional[float]]
    """p90 and p99 of the samples; None if there are too few."""
    values: List[float]
    """The samples, in order."""


class Ratio(NamedTuple):
    ratio: float
    """The other side's median / the first side's."""
    interval: Optional[RatioInterval]
    """95 % interval, from pairs of runs."""
    p_value: Optional[float]
    """Of the Mann-Whitney test on the runs; None also if scipy is missing."""


class SpeedFigure(NamedTuple):
    """One metric of both twins; values not measured are None."""

    legacy: Optional[float]  # median of all samples
    modern: Optional[float]
    ratio: Optional[float]  # modern / legacy
    interval: Optional[RatioInterval] = None  # of the ratio, from pairs of runs
    p_value: Optional[float] = None  # of the Mann-Whitney test on the runs; None also if scipy is missing
    sides: Optional[Dict[str, SideSpeed]] = None


class Speed(NamedTuple):
    features_per_second: SpeedFigure
    """Photos per second, file to bottleneck, nothing cached."""
    train_steps_per_second: SpeedFigure
    label_ms: SpeedFigure
    """Milliseconds, one photo at a time, file to probabilities."""
    peak_rss_mb: SpeedFigure
    """Peak memory in 2**20 bytes over the worker's whole life."""
    cold_start_s: SpeedFigure
    """Seconds from process start to the first labelled photo."""
    conditions: Conditions
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


def take_turns(
    workers: Dict[str, Any],
    run: Callable[[Any], TimedRun],
    rounds: int,
    advance: Callable[[int], None] = lambda count: None,
    machine: Optional[Machine] = None,
    wanted: Optional[Wanted] = None,
    per: Optional[Dict[str, int]] = None,
) -> Turns:
    """Run workers in turns and monitor the machine: a warm-up each, then rounds of A B B A, or A B C C B A.

    Args:
        workers: name -> WorkerProcess.
        run: called with a worker.
        rounds: int, 1 or more.
        advance: called with 1 after each run, 2 * (``rounds`` + 1/2) times per worker.
        machine: Machine to read; defaults to this machine.
        wanted: Wanted, how to monitor the machine meanwhile; None for not at all.
        per: kind of work -> how many photos or steps its energy is given for, see `energy_of`.

    Raises:
        BrokenEnvironment: the machine cannot be monitored as requested.
    """
    running = watch_of(wanted)
    try:
        turns = _take_turns(workers, run, rounds, advance, machine or Machine())
    except BaseException:
        if running:
            running.abandon()
        raise
    if running is None:
        return turns
    phases = {name: [phase for found in runs for phase in found.phases] for name, runs in turns.runs.items()}
    return turns._replace(observed=running.stop(phases, per or {}))


def _take_turns(
    workers: Dict[str, Any],
    run: Callable[[Any], TimedRun],
    rounds: int,
    advance: Callable[[int], None],
    machine: Machine,
) -> Turns:
    order = list(workers)

    def one(name: str) -> TimedRun:
        found = run(workers[name])
        clocks.append(machine.clock_mhz())
        advance(1)
        return found

    clocks: List[Optional[float]] = []
    warm_up = {name: one(name) for name in order}
    clocks.clear()
    runs: Dict[str, List[TimedRun]] = {name: [] for name in order}
    load_average, before, began = machine.load_average(), machine.counters(os.getpid()), time.perf_counter()
    for name in (order + order[::-1]) * rounds:
        runs[name].append(one(name))
    seconds, after = time.perf_counter() - began, machine.counters(os.getpid())

    working = sum(found.working for name in order for found in runs[name])
    here = {worker.call("hello")[0]["pid"] for worker in workers.values()} <= machine.tree(os.getpid())
    return Turns(
        warm_up,
        runs,
        Conditions(
            2 * rounds,
            seconds,
            max(0.0, 1 - working / seconds),
            other_load(before, after) if here else None,  # a worker under ssh or docker is not in our process tree
            load_average,
            swapped_pages(before, after),
            validity.change_of_halves([clock for clock in clocks if clock is not None]),
        ),
        None,
    )


def reasons_of(turns: Turns, metrics: Sequence[Tuple[str, str]]) -> List[str]:
    """Why the figures of metrics (key, words) are INVALID; empty if they are VALID."""
    settings = watch.reasons(turns.observed) if turns.observed else []
    runs = {
        words: {name: side_of(key, turns, name).runs for name in turns.runs if turns.warm_up[name].samples[key]}
        for key, words in metrics
    }
    return settings + validity.reasons(turns.conditions, runs)


def time_run(worker: Any, schedule: Schedule, features: np.ndarray) -> TimedRun:
    """Run a worker once; it times itself on features of some photos, some training steps, and labelling some photos."""
    photos = list(range(min(FEATURE_PHOTOS, len(features))))
    steps = schedule.train[:TRAIN_STEPS]
    phases: List[Phase] = []
    working = timed(phases, "features", len(photos), lambda: worker.call("features", indices=photos))[0]["seconds"]
    samples = {"features_per_second": [len(photos) / working], "train_steps_per_second": []}
    if len(steps):
        arrays = {"features": features, "train": steps, "weights": schedule.weights, "biases": schedule.biases}
        result, _ = timed(
            phases, "training", len(steps), lambda: worker.call("train", arrays, learning_rate=schedule.learning_rate)
        )
        samples["train_steps_per_second"].append(result["steps_per_second"] or len(steps) / result["seconds"])
        working += result["seconds"]
    some = photos[:LABEL_PHOTOS]
    times = timed(phases, "labels", len(some), lambda: worker.call("label_times", indices=some))[1]["milliseconds"]
    samples["label_ms"] = [float(one) for one in times]
    return TimedRun(samples, working + sum(samples["label_ms"]) / 1000, phases)


def timed(phases: List[Phase], kind: str, count: int, call: Callable[[], Any]) -> Any:
    """The result of ``call``; its start and end are appended to ``phases``."""
    began = time.monotonic()
    found = call()
    phases.append(Phase(kind, began, time.monotonic(), count))
    return found


def plain_figure(values: Dict[str, float]) -> SpeedFigure:
    """A figure with one value per twin."""
    return SpeedFigure(values["legacy"], values["modern"], values["modern"] / values["legacy"])


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
    pairs: List[Tuple[float, float]] = list(zip(first.runs, other.runs))
    return Ratio(
        other.median / first.median, statistics.ratio_interval(pairs), statistics.mann_whitney(first.runs, other.runs)
    )


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
