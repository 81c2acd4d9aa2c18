"""Samples taken in the background while something else runs.

A thread records when each line of the source's program arrives, or reads /sys at every interval. The consumer of the
readings parses the lines, so that sampling is cheap.
"""

import datetime
import threading
import time
from typing import Any, List, NamedTuple, Optional, Sequence

from poets.migrate.monitor.sources.choose import SampleSource
from poets.migrate.monitor.sources.program import GRACE_S, SensorProgram
from poets.migrate.monitor.sources.sample import Sample, either
from poets.migrate.monitor.summary import Summary, summarize_samples


class Sampled(NamedTuple):
    """A sample, its arrival time in seconds of `time.monotonic`, and the program's line if there is one.

    The sample's own time is the machine's clock at arrival, unless the source gave a time.
    """

    seconds: float
    sample: Sample
    line: Optional[str] = None


class _Arrival(NamedTuple):
    """Raw input, not yet parsed."""

    seconds: float
    time: datetime.datetime
    line: Optional[str]
    read: Optional[Sample]


class Cost(NamedTuple):
    """Cost of sampling: CPU seconds of our thread and of the program (None: unknown), out of ``seconds`` in total."""

    thread_s: float
    """CPU seconds."""
    program_s: Optional[float]
    """CPU seconds; 0 without a program, None if they are unknown."""
    seconds: float
    """From start to stop."""
    readings: int
    """Number of samples taken."""


def summarize(readings: Sequence[Sampled], idle: Optional[float] = None) -> Summary:
    """Means, peaks and energy of readings; ``idle`` is the machine's power at rest in mW, which is subtracted."""
    return summarize_samples([reading.sample for reading in readings], [reading.seconds for reading in readings], idle)


class Sampler:
    """Samples ``source`` from `start` to `stop`; as a context manager it calls both.

    Args:
        source: SampleSource.
        interval_ms: int, milliseconds between readings of a source without a program; a program has its own clock.
    """

    def __init__(self, source: SampleSource, interval_ms: int = 1000) -> None:
        self._source = source
        self._interval_s = interval_ms / 1000
        self._arrived: List[_Arrival] = []
        self._news = threading.Condition()
        self._readings: List[Sampled] = []
        self._program: Optional[SensorProgram] = None
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._stopping = threading.Event()
        self._done = False
        self._error: Optional[Exception] = None
        self._thread_s = self._started = self._ended = 0.0

    def __enter__(self) -> "Sampler":
        return self.start()

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def start(self) -> "Sampler":
        """Start sampling.

        Raises:
            BrokenEnvironment: the source's program cannot be started.
        """
        self._program = SensorProgram(self._source.command) if self._source.command else None
        self._started = time.monotonic()
        self._thread.start()
        return self

    def take(self, timeout_s: float = 0.0) -> List[Sampled]:
        """The readings since the last call; if there are none, those that arrive within ``timeout_s``."""
        with self._news:
            self._news.wait_for(lambda: self._arrived or self._done, timeout_s)
            arrived, self._arrived = self._arrived, []
        new = [reading for reading in map(self._understood, arrived) if reading]
        self._readings += new
        return new

    @property
    def finished(self) -> bool:
        """Whether the source ended by itself and `take` has returned all its readings."""
        with self._news:
            return self._done and not self._arrived

    def stop(self) -> List[Sampled]:
        """End sampling; returns all readings, including those that `take` returned. May be called again."""
        if not self._stopping.is_set():
            self._stopping.set()
            if self._program:
                self._program.end()
            self._thread.join(GRACE_S)  # bounded: a root process may still hold the pipe
            if self._program and not self._thread.is_alive():
                self._program.close()
            self._ended = time.monotonic()
        self.take()
        return list(self._readings)

    def failure(self) -> Optional[str]:
        """Why sampling failed before `stop`, if it did; valid after `stop`."""
        if self._error:
            return f"sampling {self._source.name} failed: {self._error}"
        return self._program.failure if self._program else None

    def cost(self) -> Cost:
        """The cost of sampling; valid after `stop`."""
        return Cost(
            self._thread_s,
            self._program.cpu_s if self._program else 0.0,
            self._ended - self._started,
            len(self._readings),
        )

    def _run(self) -> None:
        try:
            if self._program:
                for line in self._program.lines():
                    self._add(line)
            else:
                self._tick()
        except Exception as error:  # it would be lost in a thread; `failure` reports it
            self._error = error
        finally:
            self._thread_s = time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)  # 3.6 has no time.thread_time
            with self._news:
                self._done = True
                self._news.notify_all()

    def _tick(self) -> None:
        """Read at multiples of the interval; a reading that takes longer skips to the next multiple."""
        due = time.monotonic()
        while True:
            due = max(due + self._interval_s, time.monotonic())
            if self._stopping.wait(due - time.monotonic()):
                return
            self._add(None)

    def _add(self, line: Optional[str]) -> None:
        seconds, now = time.monotonic(), datetime.datetime.now()
        read = self._source.read() if self._source.read else None
        with self._news:
            self._arrived.append(_Arrival(seconds, now, line, read))
            self._news.notify_all()

    def _understood(self, arrival: _Arrival) -> Optional[Sampled]:
        """A line's sample, completed with the values read when it arrived; None if the line holds no sample."""
        sample = arrival.read
        if arrival.line is not None and self._source.parse:
            told = self._source.parse(arrival.line)
            sample = either(told, sample) if told and sample else told
        if sample is None:
            return None
        return Sampled(arrival.seconds, sample._replace(time=sample.time or arrival.time), arrival.line)
