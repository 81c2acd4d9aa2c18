"""A background program, such as tegrastats, whose lines are read as they arrive."""

import contextlib
import os
import signal
import subprocess
import tempfile
from typing import Iterator, Optional, Sequence

from poets.migrate.task.errors import BrokenEnvironment

GRACE_S = 5  # for a program to end after being asked


class SensorProgram:
    """Runs ``command`` from construction to `end`.

    It has its own session, so that Ctrl-C reaches only us. If we are killed, its next write fails and ends it.

    Raises:
        BrokenEnvironment: it cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._name = os.path.basename(command[0])
        self._stderr = tempfile.TemporaryFile()
        self.cpu_s: Optional[float] = None  # CPU seconds used; unknown if it ended by itself
        self.failure: Optional[str] = None  # how it failed, if it did, and its last line on stderr
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                start_new_session=True,
            )
        except OSError as error:
            self._stderr.close()
            raise BrokenEnvironment(f"cannot start {command[0]}: {error.strerror}")

    def lines(self) -> Iterator[str]:
        """Its lines without line ends, until it ends. An incomplete last line is omitted."""
        for line in iter(self._process.stdout.readline, b""):  # type: ignore[union-attr]
            if line.endswith(b"\n"):
                yield line.decode("utf-8", "replace").rstrip("\r\n")
        self._wait()  # the pipe closes a moment before the exit code is available

    def end(self) -> None:
        """End it and its child processes; then ``cpu_s`` or ``failure`` is known."""
        cpu_s = _cpu_seconds(self._process.pid)
        code = self._process.poll()
        if code is None:
            self.cpu_s = cpu_s
            for number in (signal.SIGTERM, signal.SIGKILL):
                self._signal(number)
                self._wait()
        self.failure = self._told_of(code) if code else None
        self._stderr.close()

    def close(self) -> None:
        """Close its pipe, when nobody reads `lines` any more."""
        self._process.stdout.close()  # type: ignore[union-attr]

    def _told_of(self, code: int) -> str:
        self._stderr.seek(0)
        said = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"{self._name} {how}{': ' + said[-1] if said else ''}"

    def _wait(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except OSError:  # it is gone, or it belongs to root and ends at its next write
            pass


def _cpu_seconds(pid: int) -> Optional[float]:
    """User and system time of a process so far (proc(5): fields 14 and 15)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
