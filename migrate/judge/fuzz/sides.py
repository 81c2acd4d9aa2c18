"""Both twins' workers, which get the same calls."""

from typing import Any, Callable, Dict, NamedTuple, Tuple

from poets.migrate.task.errors import BadInput, WorkerFailed

ENDED = "worker ended"  # part of the message of a difference that ended a worker


class Sides(NamedTuple):
    """The workers by the twin's name; `get` restarts one that has died."""

    get: Callable[[str], Any]
    """Twin -> its WorkerProcess."""
    folder: str
    """Folder for files that both workers read."""


class TwinWorkers:
    """Yield both workers; each is started on first use and restarted if it has died."""

    def __init__(self, start: Callable[[str], Any]) -> None:
        self._start = start
        self._workers: Dict[str, Any] = {}

    def get(self, twin: str) -> Any:
        """The running worker of a twin."""
        worker = self._workers.get(twin)
        if worker is None or worker.process.poll() is not None:
            if worker is not None:
                worker.stop()
            self._workers[twin] = self._start(twin)
        return self._workers[twin]

    def stop(self) -> None:
        """End both."""
        for worker in self._workers.values():
            worker.stop()


def call_both(sides: Sides, name: str, arrays: Any = None, **arguments: Any) -> Tuple[Dict[str, Any], str]:
    """Call both workers; return their answers, and the difference if not both answered.

    If both refuse (BadInput, or an error of the decoder), they agree; a worker that ends is always a difference.
    """
    answers, refused = {}, {}
    for twin in ("legacy", "modern"):
        worker = sides.get(twin)
        try:
            answers[twin] = worker.call(name, arrays, **arguments)
        except (BadInput, WorkerFailed) as error:
            reason = str(error).split("\n")[0]
            if worker.process.poll() is not None:
                return {}, f"the {twin} {ENDED}: {reason}"
            refused[twin] = reason
    if len(refused) == 1:
        twin = list(refused)[0]
        return {}, f"{twin} refuses it and the other does not: {refused[twin]}"
    return answers, ""
