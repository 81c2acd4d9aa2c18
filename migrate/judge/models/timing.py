"""Measure the speed of models in turns: A B C C B A."""

from functools import partial
from typing import Any, Callable, Dict, List, Optional

from poets.migrate.judge.measure import speed
from poets.migrate.judge.measure.energy import Phase
from poets.migrate.judge.measure.machine import Machine
from poets.migrate.judge.measure.turns import TimedRun, Turns, take_turns
from poets.migrate.judge.measure.watch import Wanted

METRICS = (("photos_per_second", "photos /s"), ("label_ms", "one photo, ms"))  # key, words
BATCHED = 64  # at most, in batches, per run
SINGLE = 16  # at most, one by one, per run
BATCH = 32


def time_models(
    workers: Dict[str, Any],
    photos: int,
    rounds: int,
    advance: Callable[[int], None] = lambda count: None,
    machine: Optional[Machine] = None,
    wanted: Optional[Wanted] = None,
) -> Turns:
    """Time models from file to answer, nothing cached.

    Args:
        workers: name -> WorkerProcess with an open model.
        photos: int, number of photos.
        rounds: int, 1 or more.
        advance: called with 1 after each run.
        machine: Machine to read; defaults to this machine.
        wanted: Wanted, how to monitor the machine meanwhile; None for not at all.
    """
    return take_turns(workers, lambda worker: time_run(worker, photos), rounds, advance, machine, wanted)


def time_run(worker: Any, photos: int) -> TimedRun:
    """Run a worker once; it times itself on photos in batches, then on some one by one."""
    count = min(BATCHED, photos)
    working = 0.0
    phases: List[Phase] = []
    for start in range(0, count, BATCH):
        indices: List[int] = list(range(start, min(start + BATCH, count)))
        working += speed.timed(phases, "photos", len(indices), partial(worker.call, "answer", indices=indices))[0][
            "seconds"
        ]
    single = list(range(min(SINGLE, photos)))
    times = speed.timed(phases, "labels", len(single), partial(worker.call, "label_times", indices=single))[1]
    samples = {
        "photos_per_second": [speed.rate_of(count, working)],
        "label_ms": [float(one) for one in times["milliseconds"]],
    }
    return TimedRun(samples, working + sum(samples["label_ms"]) / 1000, phases)
