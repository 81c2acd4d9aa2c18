"""State of the machine while the judge measures: other load, clocks and swapping, from Linux's /proc and /sys.

A file that is missing or unreadable means unknown (None), never 0.
"""

import glob
import os
from typing import Any, Dict, List, NamedTuple, Optional, Set

from poets.migrate.task.worker.load import busy_of, core_ticks, machine_load, read_text


class Counters(NamedTuple):
    capacity: Optional[int]
    """Clock ticks of all cores since boot, idle ticks included."""
    busy: Optional[int]
    """The ticks in which a core was busy, or was used by another virtual machine."""
    own: Optional[int]
    """Processor ticks used by our process tree."""
    swapped_pages: Optional[int]
    """Pages swapped in and out since boot."""


class Machine:
    """Reads this machine's counters.

    Args:
        root: str, the folder in which ``proc`` and ``sys`` lie.
    """

    def __init__(self, root: str = "/") -> None:
        self.root = root

    def counters(self, pid: int) -> Counters:
        """All counters that only grow, now; ``own`` is for process ``pid`` and its descendants."""
        cores = core_ticks(self.root)
        return Counters(
            sum(cores) if cores else None,
            busy_of(cores) if cores else None,
            self._tree_ticks(pid),
            self._swapped(),
        )

    def clock_mhz(self) -> Optional[float]:
        """The current clock of the fastest core in MHz (idle cores are slowed down on purpose)."""
        pattern = os.path.join(glob.escape(self.root), "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq")
        found = [int(text) for text in map(read_text, glob.glob(pattern)) if text and text.strip().isdigit()]
        return max(found) / 1000 if found else None

    def load_average(self) -> Optional[float]:
        """Load average: processes running or waiting to run, mean of the last minute."""
        try:
            return float(self._text("loadavg").split()[0])
        except (IndexError, ValueError):
            return None

    def tree(self, pid: int) -> Set[int]:
        """Process ``pid`` and all its descendants; empty if unknown."""
        return _descendants(pid, self._processes())

    def _text(self, *parts: str) -> str:
        return read_text(os.path.join(self.root, "proc", *parts)) or ""

    def _processes(self) -> Dict[int, List[int]]:
        """pid -> [0, parent, ...]: the fields of its ``stat`` from the process state on; the state, a letter, becomes
        0."""
        found = {}
        for path in glob.glob(os.path.join(glob.escape(self.root), "proc/[0-9]*/stat")):
            text = read_text(path) or ""  # the process may have ended meanwhile
            try:
                fields = [0] + [int(word) for word in text[text.rindex(")") + 1 :].split()[1:]]
                found[int(os.path.basename(os.path.dirname(path)))] = fields
            except (ValueError, IndexError):
                continue
        return {pid: fields for pid, fields in found.items() if len(fields) > 14}

    def _tree_ticks(self, pid: int) -> Optional[int]:
        """utime and stime of the whole tree, and cutime and cstime of its ended children."""
        processes = self._processes()
        tree = _descendants(pid, processes)
        return sum(sum(processes[one][11:15]) for one in tree) if tree else None

    def _swapped(self) -> Optional[int]:
        pairs = [line.split() for line in self._text("vmstat").splitlines()]
        found = [
            int(pair[1]) for pair in pairs if len(pair) == 2 and pair[0] in ("pswpin", "pswpout") and pair[1].isdigit()
        ]
        return sum(found) if len(found) == 2 else None


def other_load(before: Counters, after: Counters) -> Optional[float]:
    """The share of the machine, 0..1, that processes outside our tree used between two readings."""
    capacity, busy, own = (_growth(getattr(before, name), getattr(after, name)) for name in ("capacity", "busy", "own"))
    if not capacity or busy is None or own is None:
        return None
    return max(0, busy - own) / capacity


class RunLoad(NamedTuple):
    """What a worker said of its machine around one run, in clock ticks."""

    others: float
    """Of other programs."""
    capacity: float
    """Of all cores."""


def load_of_run(before: Dict[str, Any], after: Dict[str, Any], judge_ticks: Optional[int]) -> Optional[RunLoad]:
    """The load of a worker's machine between two answers of its call `load`; None if it is unknown.

    Args:
        before: of `poets.migrate.task.worker.load.machine_load`.
        after: the same, later, of the same process.
        judge_ticks: int, the judge's own ticks meanwhile, which count if the worker is on its machine.
    """
    names = ("capacity_ticks", "busy_ticks", "own_ticks")
    if not before.get("machine") or before["machine"] != after.get("machine"):
        return None
    if any(not isinstance(found.get(name), (int, float)) for found in (before, after) for name in names):
        return None
    capacity, busy, own = (float(after[name]) - float(before[name]) for name in names)
    if before["machine"] == machine_load()["machine"]:
        own += judge_ticks or 0
    return RunLoad(max(0.0, busy - own), capacity) if capacity > 0 and own >= 0 else None


def load_of_runs(loads: List[Optional[RunLoad]]) -> Optional[float]:
    """The share of their machines, 0..1, that other programs used during some runs; None if any is unknown."""
    known = [load for load in loads if load is not None]
    if not known or len(known) < len(loads):
        return None
    return sum(load.others for load in known) / sum(load.capacity for load in known)


def swapped_pages(before: Counters, after: Counters) -> Optional[int]:
    """Pages swapped in and out between two readings."""
    return _growth(before.swapped_pages, after.swapped_pages)


def _growth(before: Optional[int], after: Optional[int]) -> Optional[int]:
    return None if before is None or after is None else after - before


def _descendants(pid: int, processes: Dict[int, List[int]]) -> Set[int]:
    found = {pid} & set(processes)
    while True:
        more = {child for child, fields in processes.items() if fields[1] in found} - found
        if not more:
            return found
        found |= more
