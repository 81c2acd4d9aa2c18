"""What the machine did while the judge measured: other load, clocks, swapping, as Linux tells it in /proc and /sys.

A file that is not there, or holds what cannot be read, means unknown (None), never 0.
"""

import glob
import os
from typing import Dict, List, NamedTuple, Optional, Set


class Counters(NamedTuple):
    capacity: Optional[int]
    """Clock ticks of all cores since boot, idle ones too."""
    busy: Optional[int]
    """Of them, those in which a core worked, or another virtual machine had it."""
    own: Optional[int]
    """Ticks of processor time that our process tree used."""
    swapped_pages: Optional[int]
    """In and out, since boot."""


class Machine:
    """Reads this machine's counters.

    Args:
        root: str, the folder in which ``proc`` and ``sys`` lie.
    """

    def __init__(self, root: str = "/") -> None:
        self.root = root

    def counters(self, pid: int) -> Counters:
        """All that only ever grows, now; ``own`` is of process ``pid`` and its descendants."""
        cores = self._core_ticks()
        return Counters(
            sum(cores) if cores else None,
            sum(cores) - cores[3] - cores[4] if cores else None,
            self._tree_ticks(pid),
            self._swapped(),
        )

    def clock_mhz(self) -> Optional[float]:
        """The clock of the fastest core now (idle ones are slowed down on purpose), in MHz."""
        pattern = os.path.join(glob.escape(self.root), "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq")
        found = [int(text) for text in map(_read, glob.glob(pattern)) if text and text.strip().isdigit()]
        return max(found) / 1000 if found else None

    def load_average(self) -> Optional[float]:
        """Processes that ran or waited to run, mean of the last minute."""
        try:
            return float(self._text("loadavg").split()[0])
        except (IndexError, ValueError):
            return None

    def tree(self, pid: int) -> Set[int]:
        """Process ``pid`` and all its descendants; empty where that cannot be said."""
        return _descendants(pid, self._processes())

    def _text(self, *parts: str) -> str:
        return _read(os.path.join(self.root, "proc", *parts)) or ""

    def _core_ticks(self) -> Optional[List[int]]:
        """user, nice, system, idle, iowait, irq, softirq, steal: proc(5). Guests' time is in user already."""
        words = self._text("stat").split("\n")[0].split()
        if len(words) < 9 or words[0] != "cpu" or not all(word.isdigit() for word in words[1:9]):
            return None
        ticks = [int(word) for word in words[1:9]]
        return ticks if any(ticks) else None  # some sandboxes give zeros

    def _processes(self) -> Dict[int, List[int]]:
        """pid -> [0, parent, ...]: what its ``stat`` has from the process's state on, which is a letter, here 0."""
        found = {}
        for path in glob.glob(os.path.join(glob.escape(self.root), "proc/[0-9]*/stat")):
            text = _read(path) or ""  # it may have ended meanwhile
            try:
                fields = [0] + [int(word) for word in text[text.rindex(")") + 1 :].split()[1:]]
                found[int(os.path.basename(os.path.dirname(path)))] = fields
            except (ValueError, IndexError):
                continue
        return {pid: fields for pid, fields in found.items() if len(fields) > 14}

    def _tree_ticks(self, pid: int) -> Optional[int]:
        """utime, stime and, of children that ended, cutime and cstime, of the whole tree."""
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
    """The share of the machine, 0..1, that others than our process tree used between two looks at it."""
    capacity, busy, own = (_growth(getattr(before, name), getattr(after, name)) for name in ("capacity", "busy", "own"))
    if not capacity or busy is None or own is None:
        return None
    return max(0, busy - own) / capacity


def swapped_pages(before: Counters, after: Counters) -> Optional[int]:
    """Pages swapped in and out between two looks at the machine."""
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
