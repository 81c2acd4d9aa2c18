"""Run workers one at a time, for machines without the memory for two TensorFlow processes.

A worker's process starts when the worker is called, and stops when another worker is called. A new process is restored
to the state of the previous one: the same photos, network and final layer.
"""

import copy
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.monitor.sources.proc import meminfo
from poets.migrate.task.resources import WORK

SMALL_MB = 12 * 1024  # memory; with less, workers run one at a time by default
MEMINFO = "/proc/meminfo"
STATE = ("look", "open", "set_head")  # calls repeated in a new process
ABOUT = ("hello", "usage", "used")  # calls made before a process ends, to keep their answers
WARM_UP_PHOTOS = 32  # run after a restart, so that what is timed is not the process's first work

Call = Tuple[Optional[Dict[str, np.ndarray]], Dict[str, Any]]  # arrays and arguments
Answer = Tuple[Dict[str, Any], Dict[str, np.ndarray]]


def is_small(memory: str = MEMINFO) -> bool:
    """Whether this machine's memory may be too small for two TensorFlow processes; False if unknown."""
    total = meminfo(memory).get("MemTotal")
    return total is not None and total < SMALL_MB


class TurnTaker:
    """A worker whose process runs only during its turn; called like a WorkerProcess.

    Args:
        twin: str, the side's name.
        start: function that starts its process.
        turn: list, shared by all workers that take turns; it holds the running one.
    """

    def __init__(self, twin: str, start: Callable[[], WorkerProcess], turn: List["TurnTaker"]) -> None:
        self.twin, self._start, self._turn = twin, start, turn
        self.process: Optional[WorkerProcess] = None
        self.ready = 0.0  # seconds from the first process's start to its first answer
        self._state: Dict[str, Call] = {}
        self._told: Dict[str, Dict[str, Any]] = {}
        self._worked_on: List[int] = []

    def call(self, name: str, arrays: Optional[Dict[str, np.ndarray]] = None, **arguments: Any) -> Answer:
        """Call the worker and wait for the answer, see `WorkerProcess.call`.

        The arrays may be of any shape and dtype except objects.
        """
        if self.process is None and name in self._told:
            return self._told[name], {}
        process = self.process or self._take_turn()
        result, given = process.call(name, arrays, **arguments)
        self.ready = self.ready or process.ready
        if name in ABOUT:
            result = self._told[name] = merged(self._told.get(name, {}), result)
        elif name in STATE:
            self._state[name] = (arrays, arguments)
        elif name == "train":
            self._state["set_head"] = ({one: given[one] for one in ("weights", "biases") if one in given}, {})
        elif name == "features":
            self._worked_on = arguments["indices"][:WARM_UP_PHOTOS]
        return result, given

    @property
    def damaged(self) -> int:
        """Photos that its running process's decoder warned of so far."""
        return self.process.damaged if self.process else 0

    def stop(self) -> None:
        """End the process, if it is running."""
        if self.process is not None:
            self.process.stop()
        self.process = None

    def _take_turn(self) -> WorkerProcess:
        for other in self._turn:
            for name in ABOUT:
                other.call(name)
            other.stop()
        self.process = process = self._start()
        self._turn[:] = [self]
        process.call("hello")
        for name in STATE:
            if name in self._state:
                arrays, arguments = self._state[name]
                process.call(name, arrays, **arguments)
        if self._worked_on:
            process.call("features", indices=self._worked_on)
            process.call("label_times", indices=[0])
        return process


def merged(before: Dict[str, Any], after: Dict[str, Any]) -> Dict[str, Any]:
    """Merge what two processes of one worker reported about themselves."""
    found = copy.copy(after)
    found.update((key, value) for key, value in before.items() if key not in after)
    if "peak_rss_mb" in before:
        found["peak_rss_mb"] = max(before["peak_rss_mb"], after["peak_rss_mb"])
    if "batches" in before:
        found["devices"] = dict(before["devices"], **after["devices"])
        found["halved"] = [work for work in WORK if work in before["halved"] + after["halved"]]
        fitted = {work: [one["batches"][work] for one in (before, after) if work in one["batches"]] for work in WORK}
        found["batches"] = {
            work: min(sizes) if work in found["halved"] else max(sizes) for work, sizes in fitted.items() if sizes
        }
    return found
