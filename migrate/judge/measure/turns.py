"""Run workers in turns (A B B A), so that other load on the machine affects all, and watch the machine meanwhile."""

import os
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from poets.migrate.judge.measure import validity
from poets.migrate.judge.measure.energy import Phase
from poets.migrate.judge.measure.machine import Machine, RunLoad, load_of_run, load_of_runs, other_load, swapped_pages
from poets.migrate.judge.measure.validity import Conditions
from poets.migrate.judge.measure.watch import Observed, Wanted, watch_of


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
    """What else the machine did during the runs."""
    observed: Optional[Observed]
    """None if the machine was not monitored."""


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
        worker = workers[name]
        before, ours = ({}, None) if here else (worker.call("load")[0], machine.counters(os.getpid()).own)
        found = run(worker)
        if not here:
            now = machine.counters(os.getpid()).own
            judge_ticks = None if now is None or ours is None else now - ours
            loads.append(load_of_run(before, worker.call("load")[0], judge_ticks))
        clocks.append(machine.clock_mhz())
        advance(1)
        return found

    # a worker under ssh or docker is not in our process tree, and says itself how busy its machine is
    here = {worker.call("hello")[0]["pid"] for worker in workers.values()} <= machine.tree(os.getpid())
    clocks: List[Optional[float]] = []
    loads: List[Optional[RunLoad]] = []
    warm_up = {name: one(name) for name in order}
    clocks.clear()
    loads.clear()
    runs: Dict[str, List[TimedRun]] = {name: [] for name in order}
    load_average, before, began = machine.load_average(), machine.counters(os.getpid()), time.perf_counter()
    for name in (order + order[::-1]) * rounds:
        runs[name].append(one(name))
    seconds, after = time.perf_counter() - began, machine.counters(os.getpid())

    working = sum(found.working for name in order for found in runs[name])
    return Turns(
        warm_up,
        runs,
        Conditions(
            2 * rounds,
            seconds,
            max(0.0, 1 - working / seconds),
            other_load(before, after) if here else load_of_runs(loads),
            load_average,
            swapped_pages(before, after),
            validity.change_of_halves([clock for clock in clocks if clock is not None]),
        ),
        None,
    )
