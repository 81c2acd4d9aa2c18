"""Both twins, to be asked the same."""

from typing import Any, Callable, Dict, NamedTuple, Tuple

from poets.migrate.task.errors import BadInput, WorkerFailed

ENDED = "worker ended"  # in the words of a difference that cost a worker its life


class Sides(NamedTuple):
    """Two workers by the twin's name; `get` starts one again that has died."""

    get: Callable[[str], Any]
    folder: str
    """For files that are handed to both."""


class TwinWorkers:
    """Both workers, each started when it is first wanted and again when it has died."""

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
    """Both workers' answers, and what differs in whether they answer at all.

    A refusal (BadInput, or an error of the decoder) by both is agreement; a worker that ends is always a difference.
    """
    answers, refused = {}, {}
    for twin in ("legacy", "modern"):
        worker = sides.get(twin)
        try:
            answers[twin] = worker.call(name, arrays, **arguments)
        except (BadInput, WorkerFailed) as error:
            if worker.process.poll() is not None:
                return {}, "the %s %s: %s" % (twin, ENDED, str(error).split("\n")[0])
            refused[twin] = str(error).split("\n")[0]
    if len(refused) == 1:
        twin = list(refused)[0]
        return {}, f"{twin} refuses it and the other does not: {refused[twin]}"
    return answers, ""
