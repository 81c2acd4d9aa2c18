"""Port many graphs with several processes: one process writes a port, and another proves it."""

import collections
import concurrent.futures
import os
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.port import one_graph
from poets.migrate.port.pool_process import PoolProcess, ProcessDied
from poets.migrate.port.reading.options import ReadingOptions

MEGABYTES = 900  # memory per process: TensorFlow's import, and a MobileNet twice
LEAST = 2  # one process proves what another wrote

PortOutcome = Dict[str, Any]


class Task(NamedTuple):
    work: Callable[..., Any]
    """`one_graph.warm`, `one_graph.write` or `one_graph.prove`."""
    given: Tuple[Any, ...]
    """The arguments of `work`."""
    place: int
    """Index of the job; -1 if it belongs to none."""


WARM = Task(one_graph.warm, (), -1)


def processes_for(jobs: int) -> int:
    """The number of processes: one per core, as far as memory allows, at least two, and no more than have work."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or LEAST
    free = _free_megabytes()
    return max(LEAST, min(cores, 2 * jobs, free // MEGABYTES if free else cores))


def _free_megabytes() -> Optional[int]:
    try:
        with open("/proc/meminfo") as file:
            found = [int(line.split()[1]) // 1024 for line in file if line.startswith("MemAvailable:")]
    except (OSError, ValueError, IndexError):
        return None
    return found[0] if found else None


def run_jobs(jobs: Sequence[one_graph.Job], processes: int, done: Callable[[], None]) -> List[PortOutcome]:
    """Write, prove and finish every job; if a job's process dies, only that job fails.

    Args:
        jobs: the jobs.
        processes: int, 2 or more.
        done: called when a job is finished.

    Returns:
        each job's report, or ``error`` and ``exit_code``.
    """
    lanes = [Lane() for _ in range(processes)]
    outcomes: Dict[int, PortOutcome] = {}
    written: Dict[int, PortOutcome] = {}

    def finish(place: int, outcome: PortOutcome) -> None:
        outcomes[place] = outcome
        done()

    def go_on(task: Task, answer: PortOutcome) -> None:
        job = jobs[task.place]
        if task.work is one_graph.prove:
            finish(task.place, one_graph.settle(job, written.pop(task.place), answer))
        elif "error" in answer:
            finish(task.place, answer)
        else:
            written[task.place] = answer
            prover = lanes[(task.place + 1) % processes]
            as_written = job._replace(options=ReadingOptions(**answer["options"]))
            prover.tasks.appendleft(Task(one_graph.prove, (as_written, answer["targets"]), task.place))

    for place, job in enumerate(jobs):
        lanes[place % processes].tasks.append(Task(one_graph.write, (job,), place))
    try:
        while len(outcomes) < len(jobs):
            running = [lane for lane in lanes if lane.start()]
            concurrent.futures.wait([lane.future for lane in running], return_when=concurrent.futures.FIRST_COMPLETED)
            for lane in running:
                if lane.future.done():
                    answer = lane.answer()
                    if lane.task != WARM:
                        go_on(lane.task, answer)
    finally:
        for lane in lanes:
            lane.stop()
        for place, job in enumerate(jobs):
            if place not in outcomes:
                one_graph.clean(job)
    return [outcomes[place] for place in range(len(jobs))]


class Lane:
    """One process and its queue. It gets one task at a time, so that a task that kills it can be identified."""

    def __init__(self) -> None:
        self.tasks: Deque[Task] = collections.deque([WARM])
        self.task = WARM
        self.future: Any = None
        self._process: Optional[PoolProcess] = None

    def start(self) -> bool:
        """Start the next task if none is running; return whether one is running now."""
        if self.future is None and self.tasks:
            self.task = self.tasks.popleft()
            if self._process is None:
                self._process = PoolProcess()
            self.future = self._process.submit(self.task.work, self.task.given)
        return self.future is not None

    def answer(self) -> Any:
        """The result of the finished task; an error if its process died."""
        future, self.future = self.future, None
        try:
            return future.result()
        except ProcessDied:
            self.stop()
            path = self.task.given[0].path if self.task.given else "TensorFlow"
            return {
                "error": f"{path}: the process that worked on it died, perhaps because memory ran out",
                "exit_code": 4,
            }

    def stop(self) -> None:
        """End the process; a running task is lost."""
        if self._process is not None:
            process, self._process = self._process, None
            process.end()
