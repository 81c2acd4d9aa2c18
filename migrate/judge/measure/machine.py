"""State of the machine while the judge measures: other load, clocks and swapping, from Linux's /proc and /sys.

A file that is missing or unreadable means unknown (None), never 0.
"""

import glob
import os
from typing import Dict, List, NamedTuple, Optional, Set


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
        cores = self._core_ticks()
        return Counters(
            sum(cores) if cores else None,
            sum(cores) - cores[3] - cores[4] if cores else None,
            self._tree_ticks(pid),
            self._swapped(),
        )

    def clock_mhz(self) -> Optional[float]:
        """The current clock of the fastest core in MHz (idle cores are slowed down on purpose)."""
        pattern = os.path.join(glob.escape(self.root), "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq")
        found = [int(text) for text in map(_read, glob.glob(pattern)) if text and text.strip().isdigit()]
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
        return _read(os.path.join(self.root, "proc", *parts)) or ""

    def _core_ticks(self) -> Optional[List[int]]:
        """user, nice, system, idle, iowait, irq, softirq, steal: proc(5). Guest time is already in user."""
        words = self._text("stat").split("\n")[0].split()
        if len(words) < 9 or words[0] != "cpu" or not all(word.isdigit() for word in words[1:9]):
            return None
        ticks = [int(word) for word in words[1:9]]
        return ticks if any(ticks) else None  # some sandboxes report zeros

    def _processes(self) -> Dict[int, List[int]]:
        """pid -> [0, parent, ...]: the fields of its ``stat`` from the process state on; the state, a letter, becomes
        0."""
        found = {}
        for path in glob.glob(os.path.join(glob.escape(self.root), "proc/[0-9]*/stat")):
            text = _read(path) or ""  # the process may have ended meanwhile
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


def _read(path: str) -> Optional[str]:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return None
