"""Compare two texts that programs wrote: words exactly, numbers by value, times of day ignored."""

import re
from typing import List, NamedTuple, Tuple

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf|nan)(?![\w])")
TIMES = (
    re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?)?"),
    re.compile(r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b"),
    re.compile(
        r"\b\d+(?:\.\d+)?(?:e-?\d+)? "
        r"?(?:s|ms|us|sec|secs|seconds|minutes|it/s|sec/step|examples/sec|steps/sec)\b"
    ),
    re.compile(r"\b0x[0-9a-f]{6,}\b"),
)
# numpy 2 writes `np.float32(0.5)` where older ones wrote `0.5`
NUMPY_2 = re.compile(r"\bnp\.(?:float|int|uint|bool|str|bytes)_?\d*\(([^()]*)\)")


class Compared(NamedTuple):
    same: bool
    """Whether the words are equal and the numbers within the tolerance."""
    apart: float
    """The largest difference between two numbers, relative to the larger one, absolute below 1."""
    numbers: int
    """How many were compared."""
    where: str
    """The first difference, in words."""


def compare_text(old: str, new: str, tolerance: float) -> Compared:
    """Compare the output of two runs; several spaces count as one, and trailing spaces are ignored."""
    before, after = old.splitlines(), new.splitlines()
    worst, numbers = 0.0, 0
    for number, (one, other) in enumerate(zip(before, after), 1):
        words, values = _parts(one)
        other_words, other_values = _parts(other)
        if words != other_words or len(values) != len(other_values):
            return Compared(False, worst, numbers, f"line {number}: '{_short(one)}' became '{_short(other)}'")
        for value, other_value in zip(values, other_values):
            apart = distance(value, other_value)
            worst, numbers = max(worst, apart), numbers + 1
            if not apart <= tolerance:
                return Compared(
                    False, worst, numbers, (f"line {number}: {value!r} became {other_value!r} in '{_short(one)}'")
                )
    if len(before) != len(after):
        return Compared(False, worst, numbers, f"{len(before)} lines became {len(after)}")
    return Compared(True, worst, numbers, "")


def _parts(line: str) -> Tuple[str, List[float]]:
    """A line's words without its numbers, and the numbers."""
    line = NUMPY_2.sub(r"\1", line)
    for pattern in TIMES:
        line = pattern.sub("<time>", line)
    values = [float(one) for one in NUMBER.findall(line)]
    words = re.sub(r"\s+", " ", NUMBER.sub("#", line)).strip()
    return re.sub(r" ?([\[\](),]) ?", r"\1", words), values


def distance(one: float, other: float) -> float:
    """The distance of two numbers: absolute below 1, relative to the larger one above; NaN equals NaN."""
    if one == other or one != one and other != other:
        return 0.0
    if one != one or other != other or abs(one) == float("inf") or abs(other) == float("inf"):
        return float("inf")
    return abs(one - other) / max(1.0, abs(one), abs(other))


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= 90 else line[:90] + "..."
