"""Find the sources of samples on this machine and choose one."""

import os
import shutil
from typing import Callable, List, NamedTuple, Optional, Tuple

from poets.migrate.monitor.sources import nvidia_smi, sysfs
from poets.migrate.monitor.sources.proc import ProcReader
from poets.migrate.monitor.sources.sample import Sample
from poets.migrate.monitor.sources.tegrastats import parse_line
from poets.migrate.task.errors import BrokenEnvironment

NAMES = ("tegrastats", "sysfs", "nvidia-smi", "proc")
PLACES = ("/usr/bin/tegrastats", "/home/nvidia/tegrastats")  # L4T 32, L4T 28


class SampleSource(NamedTuple):
    """A program that prints one line per sample, a function to call at every interval, or both.

    A program sets the pace: ``read`` is then called whenever a line arrives.
    """

    name: str
    """As in `--source`."""
    command: Tuple[str, ...] = ()
    """Words that start the program; empty for none."""
    parse: Optional[Callable[[str], Optional[Sample]]] = None
    """Parses the program's line; None: no sample in it."""
    read: Optional[Callable[[], Sample]] = None
    """Takes a sample; None if the program's lines are all there is."""


def find_tegrastats(places: Tuple[str, ...] = PLACES) -> Optional[str]:
    """The path of tegrastats: on the PATH, or where L4T installs it."""
    runnable = [place for place in places if os.access(place, os.X_OK)]
    return shutil.which("tegrastats") or (runnable[0] if runnable else None)


def open_source(name: str = "auto", interval_ms: int = 1000, root: str = "/", flag: str = "--source") -> SampleSource:
    """The named source, or for `auto` the first of `NAMES` that this machine has.

    Args:
        name: str, one of `NAMES` or `auto`.
        interval_ms: int, milliseconds from sample to sample.
        root: str, the folder that holds ``proc`` and ``sys``. Defaults to /.
        flag: str, the flag that gave the name.

    Raises:
        BrokenEnvironment: the machine does not have it.
    """
    for candidate in NAMES if name == "auto" else (name,):
        source = _OPENERS[candidate](interval_ms, root)
        if source:
            return source
    raise BrokenEnvironment(f"{flag} {name}: {_LACKING[name].replace('--source', flag)}")


def _tegrastats(interval_ms: int, root: str) -> Optional[SampleSource]:
    path = find_tegrastats()
    return SampleSource("tegrastats", (path, "--interval", str(interval_ms)), parse_line) if path else None


def _sysfs(interval_ms: int, root: str) -> Optional[SampleSource]:
    return SampleSource("sysfs", read=sysfs.JetsonReader(root).read) if sysfs.is_jetson(root) else None


def _nvidia_smi(interval_ms: int, root: str) -> Optional[SampleSource]:
    return (
        SampleSource(
            "nvidia-smi", tuple(nvidia_smi.command(interval_ms)), nvidia_smi.Rows().parse, ProcReader(root).read
        )
        if nvidia_smi.works()
        else None
    )


def _proc(interval_ms: int, root: str) -> Optional[SampleSource]:
    return SampleSource("proc", read=ProcReader(root).read) if os.path.exists(os.path.join(root, "proc/stat")) else None


_OPENERS = {"tegrastats": _tegrastats, "sysfs": _sysfs, "nvidia-smi": _nvidia_smi, "proc": _proc}
_LACKING = {
    "auto": "this machine has neither tegrastats nor nvidia-smi nor /proc",
    "tegrastats": f"no tegrastats on the PATH, nor {' nor '.join(PLACES)}; in a container use --source sysfs",
    "sysfs": "no Tegra in the device tree and no Jetson's GPU under /sys/devices: not a Jetson",
    "nvidia-smi": "nvidia-smi is not on the PATH, or finds no driver; try `nvidia-smi -L`",
    "proc": "no /proc/stat",
}


def names() -> List[str]:
    """What --source takes."""
    return ["auto"] + list(NAMES)
