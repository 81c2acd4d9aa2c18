"""Workers of which never two are alive: on a small machine the memory of two TensorFlows is not there.

A worker's process is started when the worker is called, and stopped when another one's turn comes. A new process is
brought to where the last one was: the same photos, network and final layer.
"""

from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.monitor.sources.proc import meminfo
from poets.migrate.task.resources import WORK

SMALL_MB = 12 * 1024  # of memory: below it, workers are by default not alive together
MEMINFO = "/proc/meminfo"
STATE = ("look", "open", "set_head")  # calls that a new process is given again
ABOUT = ("hello", "usage", "used")  # calls that a process which has ended has answered beforehand
WARM_UP_PHOTOS = 32  # what is timed after a restart is not to be a process's first work

Call = Tuple[Optional[Dict[str, np.ndarray]], Dict[str, Any]]  # arrays and arguments
Answer = Tuple[Dict[str, Any], Dict[str, np.ndarray]]


def is_small(memory: str = MEMINFO) -> bool:
    """Whether this machine has so little memory that two TensorFlows may not fit; False where it does not tell."""
    total = meminfo(memory).get("MemTotal")
    return total is not None and total < SMALL_MB


class TurnTaker:
    """A worker whose process lives only while it is its turn; called like a WorkerProcess.

    Args:
        twin: str, the side's name.
        start: starts its process.
        turn: list, the same for all workers that take turns; it holds the one that is alive.
    """

    def __init__(self, twin: str, start: Callable[[], WorkerProcess], turn: List["TurnTaker"]) -> None:
        self.twin, self._start, self._turn = twin, start, turn
        self.process: Optional[WorkerProcess] = None
        self.ready = 0.0  # seconds from the first process's start to its first answer
        self._state: Dict[str, Call] = {}
        self._told: Dict[str, Dict[str, Any]] = {}
        self._worked_on: List[int] = []

    def call(self, name: str, arrays: Optional[Dict[str, np.ndarray]] = None, **arguments: Any) -> Answer:
        """Ask for something and wait for the answer, see `WorkerProcess.call`."""
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

    def stop(self) -> None:
        """End the process, if there is one."""
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
    """What two processes of one worker told about themselves, as if they had been one."""
    found = dict(before, **after)
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
