"""Check a worker's answer before the judge relies on it: what is missing or of the wrong type is the worker's fault.

A worker may be any program: an older poets, another's, one behind ssh whose files are half copied.
"""

from typing import Any, Callable, Dict, Tuple

import numpy as np

from poets.migrate.task.worker.protocol import Frame

NUMBER = (int, float)
MAYBE_NUMBER = (int, float, type(None))
# Call -> key of its result -> types that the value may have; `poets.migrate.task.worker.calls` describes them.
TYPES: Dict[str, Dict[str, Tuple[type, ...]]] = {
    "hello": {
        "tensorflow": (str, type(None)),
        "python": (str,),
        "keras": (str, type(None)),
        "pid": (int,),
        "kernels": (str,),
    },
    "look": {"labels": (list,), "bad": (dict,), "warnings": (list,), "fingerprint": (str,)},
    "open": {"bottleneck_size": (int,), "input_size": (int,), "seconds": NUMBER},
    "features": {"seconds": NUMBER},
    "damaged": {"damaged": (dict,)},
    "train": {"seconds": NUMBER, "steps_per_second": MAYBE_NUMBER},
    "fine_tune": {"layers": (list,)},
    "label_exported": {"labels": (dict,)},
    "retrain": {"code": (int,), "said": (str,), "record": (dict, type(None))},
    "usage": {"peak_rss_mb": NUMBER},
    "used": {"device": (str,), "devices": (dict,), "batches": (dict,), "halved": (list,)},
}
# Call -> array -> its number of axes
AXES: Dict[str, Dict[str, int]] = {
    "look": {"targets": 1},
    "features": {"features": 2},
    "train": {"losses": 1, "weights": 2, "biases": 1},
    "fine_tune": {"losses": 1, "weights": 2, "biases": 1, "probabilities": 2},
    "label_times": {"milliseconds": 1, "probabilities": 2},
}
NUMERIC = tuple(AXES) + ("answer", "distort", "label_exported", "stages")  # calls whose arrays are numbers


class OddAnswer(Exception):
    """What is wrong with an answer, in words that follow "answered 'call' with"."""


class Answered(Dict[str, Any]):
    """A part of an answer: a dict that, asked for a key that it lacks, blames the worker.

    Args:
        content: its keys and values.
        blame: makes the error to raise from the missing key.
    """

    def __init__(self, content: Dict[str, Any], blame: Callable[[str], Exception]) -> None:
        super().__init__(content)
        self.blame = blame

    def __missing__(self, key: str) -> Any:
        raise self.blame(key)


def check_number(frame: Frame, number: int) -> None:
    """Raise OddAnswer for an answer to another request: one that came unasked would shift all that follow."""
    given = frame.header.get("number")
    if given is None:
        raise OddAnswer("no request's number; is another version of poets there?")
    if given != number:
        raise OddAnswer(f"an answer to its request {given!r}, while request {number} was waiting")


def check_answer(call: str, frame: Frame, rows: int = -1) -> None:
    """Raise OddAnswer if an answer that is no error cannot be relied on.

    Args:
        call: the call's name.
        frame: its answer.
        rows: photos that were asked about, for the calls that answer with a row for each; -1 for others.
    """
    result = frame.header.get("result")
    if not isinstance(result, dict):
        raise OddAnswer(f"a result of type {type(result).__name__} instead of an object")
    for key, types in TYPES.get(call, {}).items():
        # bool is an int, and none of these is one
        if key in result and (not isinstance(result[key], types) or isinstance(result[key], bool)):
            raise OddAnswer(f"'{key}' of type {type(result[key]).__name__} instead of {types[0].__name__}")
    for key in ("labels", "warnings"):
        listed = result.get(key) if call == "look" else None
        if listed is not None and not all(isinstance(one, str) for one in listed):
            raise OddAnswer(f"'{key}' that are not all text")
    for name, array in frame.arrays.items():
        if call in NUMERIC and array.dtype.kind not in "biuf":
            raise OddAnswer(f"the array '{name}' of type {array.dtype} instead of numbers")
        wanted = AXES.get(call, {}).get(name)
        if wanted is not None and np.ndim(array) != wanted:
            raise OddAnswer(f"the array '{name}' of shape {list(array.shape)} instead of {wanted} axes")
        if call == "label_times" and rows >= 0 and (not np.ndim(array) or len(array) != rows):
            raise OddAnswer(f"the array '{name}' of shape {list(array.shape)} instead of {rows} rows")


def check_error(error: Any) -> None:
    """Raise OddAnswer if the error of an answer is none."""
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        raise OddAnswer("an error without a message")
    if not isinstance(error.get("exit_code"), int):
        raise OddAnswer("an error without an exit code")
