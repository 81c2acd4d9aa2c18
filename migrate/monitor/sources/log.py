"""Logs of tegrastats: read as a whole, written line by line."""

import os
from typing import List, NamedTuple

from poets.migrate.monitor.sources.sample import Sample
from poets.migrate.monitor.sources.tegrastats import parse_line
from poets.migrate.task.errors import BadInput


class Log(NamedTuple):
    """The samples of a log, and its anomalies, one line each."""

    samples: List[Sample]
    oddities: List[str]


def read_log(path: str) -> Log:
    """Read a log. Empty lines and lines that begin with # are skipped; lines without any field too, with a warning.

    Raises:
        BadInput: it cannot be read, or holds no line of tegrastats.
    """
    try:
        with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
            text = file.read()
    except OSError as error:
        raise BadInput(f"--parse: {path}: {error.strerror}")
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip() and line[0] != "#"]
    parsed = [(number, parse_line(line)) for number, line in lines]
    samples = [sample for _, sample in parsed if sample.known]
    if not samples:
        raise BadInput(f"--parse: {path} contains no tegrastats line")
    others = [number for number, sample in parsed if not sample.known]
    oddities = (
        [(f"{path}: {len(others)} of {len(lines)} lines are not tegrastats lines, the first is line {others[0]}")]
        if others
        else []
    )
    if not text.endswith("\n"):
        oddities.append(f"{path}: its last line has no line end and may be incomplete")
    return Log(samples, oddities)


class Recorder:
    """Appends lines to a file, each in one write, so that a kill leaves whole lines only.

    Raises:
        BadInput: the file cannot be written.
    """

    def __init__(self, path: str) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise BadInput(f"--record: cannot write {path}: {error.strerror}")
        self._path = path
        if (
            os.path.isfile(path)
            and os.path.getsize(path)
            and os.pread(self._file, 1, os.path.getsize(path) - 1) != b"\n"
        ):
            self.write("")  # a program was killed in the middle of a line

    def write(self, line: str) -> None:
        """Append a line.

        Raises:
            BadInput: it cannot be written, for example as the disk is full.
        """
        data = line.encode("utf-8", "replace") + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise BadInput(f"--record: cannot write {self._path}: {error.strerror}")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
