"""A process of the pool, both ends: the class that sends tasks, and the program that runs them one at a time.

multiprocessing's own processes start as `python -c` in the user's folder and import modules from it before they can be
told otherwise: a user's `socket.py` would crash them. They also pickle, whereas the frames of the worker protocol are
JSON.
"""

import concurrent.futures
import importlib
import subprocess
import sys
import threading
import traceback
from typing import Any, BinaryIO, Callable, Tuple, cast

from poets.migrate.port.one_graph import Job
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.task.worker.hang_up import end_with_judge
from poets.migrate.task.worker.protocol import BrokenFrame, read_frame, take_stdout, write_frame
from poets.migrate.task.worker.start import clean_environment, start_words


class ProcessDied(Exception):
    """The process ended during a task."""


class TaskRaised(Exception):
    """A task raised an error, which is a fault of ours; its traceback is on stderr."""


class PoolProcess:
    """A Python process that runs one task at a time and keeps its imports."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable] + start_words(__name__),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,  # inherited, it would hold open the pipe of whoever reads what the command prints
            env=clean_environment(),
            start_new_session=True,  # Ctrl-C goes only to the process that the user started
        )
        self._tasks, self._answers = (cast(BinaryIO, pipe) for pipe in (self._process.stdin, self._process.stdout))
        self._listener = threading.Thread(target=pass_on, args=(self._process.stderr,), daemon=True)
        self._listener.start()
        self._thread = concurrent.futures.ThreadPoolExecutor(1)  # waits for the answer
        self._greeted = False

    def submit(self, work: Callable[..., Any], given: Tuple[Any, ...]) -> "concurrent.futures.Future[Any]":
        """Call a function in the process.

        Args:
            work: a function at the top of a module.
            given: its arguments, each a Job or JSON-serializable, as its result must be.

        Returns:
            a future of the result, which raises ProcessDied if the process ends, and TaskRaised if ``work`` raises.
        """
        return self._thread.submit(self._exchange, work, given)

    def end(self) -> None:
        """Kill the process; a running task is lost."""
        self._process.kill()
        self._process.wait()
        self._thread.shutdown(wait=True)  # the thread has seen the end of the answers by now
        self._listener.join(5)  # a grandchild may still hold the pipe
        for pipe in (self._tasks, self._answers):
            try:
                pipe.close()
            except OSError:
                pass  # it did not read everything

    def _exchange(self, work: Callable[..., Any], given: Tuple[Any, ...]) -> Any:
        try:
            if not self._greeted:
                self._greeted = True
                write_frame(self._tasks, {"path": [place for place in sys.path if place]}, {})
            task = {"module": work.__module__, "function": work.__name__, "given": [_sent(value) for value in given]}
            write_frame(self._tasks, task, {})
            answer = read_frame(self._answers).header
        except (EOFError, OSError, BrokenFrame):
            raise ProcessDied()
        if "error" in answer:
            raise TaskRaised(answer["error"])
        return answer["result"]


def pass_on(words: Any) -> None:
    """Copy what a process writes to its stderr to ours, until it ends."""
    with words:
        for piece in iter(lambda: words.read1(1 << 16), b""):
            try:
                sys.stderr.write(piece.decode("utf-8", "replace"))
                sys.stderr.flush()
            except (OSError, ValueError):
                pass  # ours is closed; the process must not wait for a full pipe


def _sent(value: Any) -> Any:
    return {"job": dict(value._asdict(), options=value.options._asdict())} if isinstance(value, Job) else value


def _received(value: Any) -> Any:
    if not isinstance(value, dict) or set(value) != {"job"}:
        return value
    return Job(**dict(value["job"], options=ReadingOptions(**value["job"]["options"])))


def main() -> None:
    """Read standard input until it ends: first the path to import from, then tasks to run."""
    tasks, answers = sys.stdin.buffer, take_stdout()
    end_with_judge(tasks, grace=0)
    sys.path[:] = read_frame(tasks).header["path"]
    while True:
        try:
            task = read_frame(tasks).header
        except EOFError:
            return
        try:
            work = getattr(importlib.import_module(task["module"]), task["function"])
            answer = {"result": work(*map(_received, task["given"]))}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        write_frame(answers, answer, {})


if __name__ == "__main__":
    main()
