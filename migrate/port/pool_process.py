"""A process of the pool, both ends of it: the one that gives tasks, and the program that runs them one at a time.

multiprocessing's own processes start as `python -c` in the user's folder and import what lies there before anything
else can be said to them: a `pickle.py` or `socket.py` of the user's ends them.
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
    """The process ended in the midst of a task."""


class PoolProcess:
    """A Python that runs one task at a time, and keeps what it has imported."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable] + start_words(__name__),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean_environment(),
            start_new_session=True,  # Ctrl-C is for the process that the user typed the command to
        )
        self._tasks, self._answers = (cast(BinaryIO, pipe) for pipe in (self._process.stdin, self._process.stdout))
        self._thread = concurrent.futures.ThreadPoolExecutor(1)  # waits for the answer
        self._greeted = False

    def submit(self, work: Callable[..., Any], given: Tuple[Any, ...]) -> "concurrent.futures.Future[Any]":
        """Have it call ``work`` with ``given``; the future raises ProcessDied where that ends the process."""
        return self._thread.submit(self._exchange, work, given)

    def end(self) -> None:
        """Kill it; a task that runs is lost."""
        self._process.kill()
        self._process.wait()
        self._thread.shutdown(wait=True)  # it has seen the end of the answers by now
        for pipe in (self._tasks, self._answers):
            try:
                pipe.close()
            except OSError:
                pass  # what it did not read

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
    """Run what comes on standard input until that ends: the path to import from, then tasks."""
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
