"""Samples taken in the background while something else runs.

A thread notes when each line of the source's program came, or reads /sys at every interval; what the lines mean is
worked out by who takes the readings, so that sampling costs little.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from typing import Any
from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Tuple

from migrate.monitor.sample import Sample
from migrate.monitor.sample import either
from migrate.monitor.source import Source
from migrate.task.errors import BrokenEnvironment

GRACE_S = 5  # for a program that was asked to end


class Reading(NamedTuple):
    """A sample and when it came: seconds of `time.monotonic`. The line is the program's, where there is one."""

    seconds: float
    sample: Sample
    line: Optional[str] = None


class Cost(NamedTuple):
    """What sampling took of the machine: seconds of CPU of our thread and of the program, of seconds in all."""

    thread_s: float
    program_s: Optional[float]  # unknown where it ended by itself, or there was none
    seconds: float
    readings: int

    @property
    def share(self) -> float:
        """Of one core, 0..1."""
        return (self.thread_s + (self.program_s or 0)) / self.seconds if self.seconds else 0.0


class Sampler:
    """Samples ``source`` from `start` to `stop`.

    As a context manager it starts and stops itself. `take` gives the readings as they come, `stop` all of them.

    Args:
        source: Source.
        interval_ms: int, milliseconds between readings of a source without a program, which has its own clock.
    """

    def __init__(self, source: Source, interval_ms: int = 1000) -> None:
        self.source = source
        self._interval = interval_ms / 1000
        self._arrived: List[Tuple[float, Optional[str], Optional[Sample]]] = []
        self._readings: List[Reading] = []
        self._given = 0  # how many of the readings `take` has given
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._process: Optional[subprocess.Popen] = None
        self._stderr: Any = None
        self._error: Optional[Exception] = None
        self._cost = Cost(0.0, None, 0.0, 0)

    def __enter__(self) -> "Sampler":
        return self.start()

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def start(self) -> "Sampler":
        """Start sampling.

        Raises:
            BrokenEnvironment: the program cannot be started.
        """
        if self.source.command:
            self._stderr = tempfile.TemporaryFile()
            try:
                # a session of its own: Ctrl-C is for us, and we end it
                self._process = subprocess.Popen(self.source.command, stdin=subprocess.DEVNULL, stderr=self._stderr,
                                                 stdout=subprocess.PIPE, start_new_session=True)
            except OSError as error:
                raise BrokenEnvironment("cannot start %s: %s" % (self.source.command[0], error.strerror))
        self._started = time.monotonic()
        self._thread.start()
        return self

    @property
    def finished(self) -> bool:
        """Whether no more readings will come."""
        return not self._thread.is_alive()

    @property
    def failure(self) -> Optional[str]:
        """Why sampling ended before it was stopped; None if it did not, or the program ended well."""
        if self._error:
            return "sampling %s failed: %s" % (self.source.name, self._error)
        code = self._process.poll() if self._process and not self._stopping.is_set() else self._ended_with
        if not code:
            return None
        self._stderr.seek(0)
        said = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        how = "was ended by signal %d" % -code if code < 0 else "ended with exit code %d" % code
        return "%s %s%s" % (self.source.name, how, ": " + said[-1] if said else "")

    def take(self, timeout_s: float = 0.0) -> List[Reading]:
        """The readings that came since the last call, waiting up to ``timeout_s`` for one."""
        with self._news:
            self._news.wait_for(lambda: self._arrived or self.finished, timeout_s)
        self._understand()
        new = self._readings[self._given:]
        self._given += len(new)
        return new

    def stop(self) -> List[Reading]:
        """End sampling; all readings, also those that `take` gave. May be called again."""
        if not self._stopping.is_set():
            ...
        return list(self._readings)
