"""Start a twin's worker process and call it, with a time limit and a clear message if it dies."""

import collections
import os
import queue
import re
import shlex
import signal
import subprocess
import threading
import time
from typing import Any, BinaryIO, Deque, Dict, Optional, Tuple, cast

import numpy as np

from poets.migrate.judge.sides.answers import Answered, OddAnswer, check_answer, check_error, check_number
from poets.migrate.monitor.sources.proc import read_text
from poets.migrate.task.errors import BadInput, BrokenEnvironment, PoetsError, WorkerFailed
from poets.migrate.task.photos.decoder_words import IS_WARNING
from poets.migrate.task.python_command import python_words
from poets.migrate.task.worker import protocol
from poets.migrate.task.worker.kernels import same_kernels
from poets.migrate.task.worker.start import clean_environment, worker_words

LAST_LINES = 12  # of a dead worker's stderr that are shown
LINE_BYTES = 2000  # of each of them
HANGING_UP = 5.0  # seconds to exit before SIGTERM, and again before SIGKILL
NOT_FOUND = re.compile(r"^(ModuleNotFoundError|ImportError): .*No module named '?poets\b")
ERROR_OF_CODE = {2: BadInput, 3: BrokenEnvironment}


class WorkerProcess:
    """One twin in its own process.

    Args:
        twin: str, `legacy` or `modern`.
        python: str, a command that starts a Python with TensorFlow, as typed in a shell; None for this Python.
        timeout: float, seconds that one call may take.
        module: str, the module started with the argument `worker`; None for the twin's package.
        flag: str, the flag that gave ``python``, for messages; None for the twin's.
        settings: environment variables for the worker; None for the same kernels on every side.

    Raises:
        BadInput: the command is empty or its program does not exist.
    """

    def __init__(
        self,
        twin: str,
        python: Optional[str],
        timeout: float,
        module: Optional[str] = None,
        flag: Optional[str] = None,
        settings: Optional[Dict[str, str]] = None,
    ) -> None:
        self.twin = twin
        self.timeout = timeout
        self.flag = flag or f"--{twin}-python"
        self.python = python_words(python, self.flag)
        settings = same_kernels() if settings is None else settings
        self.command = worker_words(self.python, module or "poets." + twin, settings)
        self.last_lines: Deque[str] = collections.deque(maxlen=LAST_LINES)
        environment = dict(clean_environment(), PYTHONUNBUFFERED="1", **settings)
        self.damaged = 0  # photos that its decoder warned of so far, some of them repeatedly
        self.killed = False
        self._number = 0  # of the last request
        self.ready = 0.0  # seconds from the process's start to its first answer
        self._kills_before = kills_for_memory()
        self._started = time.perf_counter()
        try:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                start_new_session=True,
            )  # Ctrl-C goes to the judge only, which ends the workers itself
        except OSError as error:
            raise BadInput(f"{self.flag}: cannot start '{self.command[0]}': {error.strerror}")
        self._requests, self._answers, self._words = (
            cast(BinaryIO, pipe) for pipe in (self.process.stdin, self.process.stdout, self.process.stderr)
        )
        self._frames: "queue.Queue[Any]" = queue.Queue(2)  # a worker that talks unasked has to wait
        self._readers = [threading.Thread(target=target, daemon=True) for target in (self._read, self._listen)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def call(
        self, name: str, arrays: Optional[Dict[str, np.ndarray]] = None, **arguments: Any
    ) -> Tuple[Dict[str, Any], Dict[str, np.ndarray]]:
        """Call the worker and wait for its answer: (result, arrays).

        Raises:
            WorkerFailed: it died, hung, or wrote an invalid answer; its last stderr lines are in the message.
            BadInput, BrokenEnvironment: the worker itself raised it.
        """
        self._number += 1
        request = {"call": name, "arguments": arguments, "number": self._number}
        try:
            protocol.write_frame(self._requests, request, arrays or {})
        except (BrokenPipeError, ValueError):
            raise self._failed(f"died before '{name}'")
        try:
            frame = self._frames.get(timeout=self.timeout)
        except queue.Empty:
            self.kill()
            raise self._failed(f"did not answer '{name}' within {self.timeout:g} s (--timeout)")
        if isinstance(frame, protocol.BrokenFrame):
            self.kill()
            raise self._failed(f"answered '{name}' with no frame: {frame}")
        if frame is None:
            raise self._missing_module() or self._failed(f"died during '{name}'")
        try:
            check_number(frame, self._number)
            if "error" in frame.header:
                check_error(frame.header["error"])
                raise self._error(frame.header["error"])
            check_answer(name, frame, len(arguments.get("indices", [])))
        except OddAnswer as error:
            self.kill()
            raise self._failed(f"answered '{name}' with {error}")
        self.ready = self.ready or time.perf_counter() - self._started
        result, given = (
            Answered(content, lambda key: self._failed(f"answered '{name}' without '{key}'"))
            for content in (frame.header["result"], frame.arrays)
        )
        return result, given

    def stop(self) -> None:
        """Ask the worker to exit; kill it if it does not."""
        if self.process.poll() is None:
            try:
                protocol.write_frame(self._requests, {"call": "stop"}, {})
                self._requests.close()
                self.process.wait(HANGING_UP)
            except (OSError, ValueError, subprocess.TimeoutExpired):
                self.kill()
        for stream in (self._requests, self._answers, self._words):
            try:
                stream.close()
            except OSError:
                pass  # the pipe of a dead process still has unflushed data

    def kill(self) -> None:
        """End the process and its children. SIGTERM comes first: `docker run` forwards it, while SIGKILL would end only
        that program and leave the container running.
        """
        self.killed = True
        self._signal_all(signal.SIGTERM)
        try:
            self.process.wait(HANGING_UP)
        except subprocess.TimeoutExpired:
            pass
        self._signal_all(signal.SIGKILL)
        self.process.wait()

    def _signal_all(self, sent: int) -> None:
        try:
            os.killpg(self.process.pid, sent)
        except ProcessLookupError:
            pass

    def _read(self) -> None:
        try:
            while True:
                self._frames.put(protocol.read_frame(self._answers))
        except protocol.BrokenFrame as error:
            self._frames.put(error)
        except (EOFError, ValueError, OSError):
            self._frames.put(None)

    def _listen(self) -> None:
        rest = b""
        try:
            for piece in iter(lambda: self._words.read1(1 << 16), b""):  # type: ignore[attr-defined]
                *lines, rest = (rest + piece).split(b"\n")
                rest = rest[:LINE_BYTES]  # a line without an end must not fill the memory
                self.damaged += sum(1 for line in lines if IS_WARNING(line))
                for line in lines[-LAST_LINES:]:
                    self.last_lines.append(line[:LINE_BYTES].decode("utf-8", "replace").rstrip())
        except (ValueError, OSError):
            pass  # closed by `stop`
        if rest:
            self.last_lines.append(rest.decode("utf-8", "replace").rstrip())

    def _missing_module(self) -> Optional[BrokenEnvironment]:
        self._readers[1].join(1.0)
        for line in self.last_lines:
            if NOT_FOUND.search(line):
                return BrokenEnvironment(
                    f"{self.flag}: '{' '.join(self.python)}' does not find poets' own packages; let its "
                    "PYTHONPATH name the checkout, as docs/tx2.md shows under 'ssh'"
                )
            if line.startswith(("ModuleNotFoundError: ", "ImportError: ")):
                return BrokenEnvironment(
                    f"{self.flag}: {line.split(': ', 1)[1]} under '{' '.join(self.python)}'; install what "
                    "poets needs there, or give another Python"
                )
        return None

    def _failed(self, what: str) -> WorkerFailed:
        try:
            code = self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            code = None
        self._readers[1].join(1.0)
        lines = [line for line in self.last_lines if line]
        how = "" if self.killed or not code else f" ({_how_it_ended(code, self._kills_before)})"
        said = "; its last output:\n  " + "\n  ".join(lines) if lines else "; no output"
        return WorkerFailed(
            f"the {self.twin} worker {what}{how}; command: "
            f"{' '.join(map(shlex.quote, self.python + self.command[-2:]))}{said}"
        )

    def _error(self, error: Dict[str, Any]) -> PoetsError:
        kind = ERROR_OF_CODE.get(error["exit_code"], WorkerFailed)
        return kind(f"{self.twin}: {error['message']}")


def kills_for_memory(vmstat: str = "/proc/vmstat") -> int:
    """Number of processes killed by the kernel since boot because memory ran out; 0 if unknown."""
    found = re.search(r"^oom_kill ([0-9]+)$", read_text(vmstat) or "", re.MULTILINE)
    return int(found.group(1)) if found else 0


def _how_it_ended(code: int, kills_before: int) -> str:
    # shells and `docker run` exit with 128 + the signal that ended their child
    number = -code if code < 0 else code - 128
    if number not in list(map(int, signal.Signals)):
        return f"exit code {code}"
    name = signal.Signals(number).name
    hint = ""
    if name == "SIGKILL":
        hint = (
            ": memory ran out, and the kernel killed it"
            if kills_for_memory() > kills_before
            else ", as the kernel does when memory runs out"
        )
    return f"{'' if code < 0 else f'exit code {code}: '}killed by {name}{hint}"
