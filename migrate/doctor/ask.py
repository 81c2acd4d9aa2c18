"""Run the probe in another Python, reached by a path, `docker run -i ...` or `ssh ...`.

The program is sent on standard input, as a remote shell would split a program given as an argument.
"""

import json
import os
import pkgutil
import re
import shlex
import signal
import subprocess
from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.doctor.probe import MARK, signal_name
from poets.migrate.task.worker.start import clean_environment

SHARE = 0.9  # of the timeout is for imports, so that the probe can still report which import did not end
DOCKERS_LAST = re.compile("(Run|See) 'docker ")  # follows the line with the actual error
WORDS = {
    "SIGILL": "Illegal instruction",
    "SIGKILL": "the kernel does that when memory runs out",
    "SIGSEGV": "Segmentation fault",
    "SIGABRT": "Aborted",
    "SIGBUS": "Bus error",
}


PLACES = {"on that machine": ("ssh",), "in that container (of docker run: in its Dockerfile)": ("docker", "podman")}


class ProbeAnswer(NamedTuple):
    """The facts that a Python reports, or why it reports none."""

    facts: Optional[Dict[str, Any]]
    """From `probe.look`; None if the Python reported none."""
    trouble: str = ""
    """Why it reported none; empty if it did."""
    cure: str = ""
    """What to do about the trouble; empty if nothing is known."""


def python_of(command: Sequence[str]) -> Tuple[str, str]:
    """The Python's command in its own place, and that place: empty for this machine.

    Commands to type inside are not prefixed with `ssh tx2`, whose shell would interpret `protobuf<4`, nor with
    `docker run`, which discards what is installed in it.
    """
    program = os.path.basename(command[0])
    for place, programs in PLACES.items():
        if program in programs and len(command) > 1:
            return command[-1], place
    return shell_words(command), ""


def ask(command: Sequence[str], timeout: float) -> ProbeAnswer:
    """Run the probe there. Never raises, whatever the command does, and never takes much longer than ``timeout``.

    Args:
        command: words that start a Python; words after them become its arguments.
        timeout: float, seconds.
    """
    program = pkgutil.get_data("poets.migrate.doctor", "probe.py") or b""
    try:
        process = subprocess.Popen(
            list(command) + ["-", f"{timeout * SHARE:.1f}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            start_new_session=True,
        )  # a session of its own: it can be killed as a group, and ssh cannot prompt for a password
    except (OSError, ValueError) as error:
        return ProbeAnswer(
            None,
            f"cannot start '{command[0]}': {getattr(error, 'strerror', None) or error}",
            "give a path or command that ends in a Python: --python /usr/bin/python3",
        )
    try:
        out, err = process.communicate(program, timeout)
    except subprocess.TimeoutExpired:
        return ProbeAnswer(
            None,
            f"no answer within {timeout:g} s",
            f"check whether it asks for a password: {shell_words(command)} --version; or increase --timeout",
        )
    finally:
        _end(process)
    return _read(command, process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def shell_words(command: Sequence[str]) -> str:
    """A command quoted for a shell."""
    return " ".join(shlex.quote(word) for word in command)


def signal_words(name: str) -> str:
    """`SIGILL: Illegal instruction`."""
    return f"{name}: {WORDS[name]}" if name in WORDS else name


def _read(command: Sequence[str], code: int, out: str, err: str) -> ProbeAnswer:
    for line in reversed(out.splitlines()):  # a container's startup messages come before
        if line.startswith(MARK):
            try:
                facts = json.loads(line[len(MARK) :])
            except ValueError:
                break
            return (
                ProbeAnswer(facts) if isinstance(facts, dict) else ProbeAnswer(None, "answers nonsense", "try it again")
            )
    try_it = f"try: {shell_words(command)} --version"
    if code < 0:
        return ProbeAnswer(None, "killed by " + signal_words(signal_name(-code)), try_it)
    lines = [line for line in (out + "\n" + err).splitlines() if line.strip() and not DOCKERS_LAST.match(line)]
    said = (lines or ["nothing"])[-1]
    if not (out.strip() or err.strip()) and code == 0:
        try_it = "it must read its standard input, as python3 does; docker run and docker exec need -i"
    return ProbeAnswer(None, f"is not a Python: exit code {code}, output: {_short(said)}", try_it)


def _short(text: str) -> str:
    clean = "".join(letter if " " <= letter <= "~" else "?" for letter in text)
    return clean if len(clean) <= 200 else clean[:200] + "..."


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill it and its child processes, and close its pipes."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:  # it is gone, or belongs to root
        pass
    for stream in (process.stdin, process.stdout, process.stderr):
        try:
            stream.close()  # type: ignore[union-attr]
        except OSError:  # it did not read its input
            pass
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass
