"""A process of the pool, both ends: the class that sends tasks, and the program that runs them one at a time.

multiprocessing's own processes start as `python -c` in the user's folder and import modules from it before they can be
told otherwise: a user's `pickle.py` or `socket.py` would crash them.
"""

import concurrent.futures
import pickle
import subprocess
import sys
from typing import Any, BinaryIO, Callable, Tuple, cast

from poets.migrate.task.worker.hang_up import end_with_judge
from poets.migrate.task.worker.protocol import take_stdout
from poets.migrate.task.worker.start import clean_environment, start_words


class ProcessDied(Exception):
    """The process ended during a task."""


class PoolProcess:
    """A Python process that runs one task at a time and keeps its imports."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable] + start_words(__name__),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean_environment(),
            start_new_session=True,  # Ctrl-C goes only to the process that the user started
        )
        self._tasks, self._answers = (cast(BinaryIO, pipe) for pipe in (self._process.stdin, self._process.stdout))
        self._thread = concurrent.futures.ThreadPoolExecutor(1)  # waits for the answer
        self._greeted = False

    def submit(self, work: Callable[..., Any], given: Tuple[Any, ...]) -> "concurrent.futures.Future[Any]":
        """Call ``work`` with ``given`` in the process; the future raises ProcessDied if the process ends."""
        return self._thread.submit(self._exchange, work, given)

    def end(self) -> None:
        """Kill the process; a running task is lost."""
        self._process.kill()
        self._process.wait()
        self._thread.shutdown(wait=True)  # the thread has seen the end of the answers by now
        for pipe in (self._tasks, self._answers):
            try:
                pipe.close()
            except OSError:
                pass  # it did not read everything

    def _exchange(self, work: Callable[..., Any], given: Tuple[Any, ...]) -> Any:
        try:
            if not self._greeted:
                self._greeted = True
                pickle.dump([place for place in sys.path if place], self._tasks)
            pickle.dump((work, given), self._tasks)
            self._tasks.flush()
            went_well, answer = pickle.load(self._answers)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise ProcessDied()
        if went_well:
            return answer
        raise answer


def main() -> None:
    """Read standard input until it ends: first the path to import from, then tasks to run."""
    tasks, answers = sys.stdin.buffer, take_stdout()
    end_with_judge(tasks)
    sys.path[:] = pickle.load(tasks)
    while True:
        try:
            work, given = pickle.load(tasks)
        except EOFError:
            return
        try:
            answer = (True, work(*given))
        except Exception as error:
            answer = (False, error)
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    main()
