"""How busy the machine of a worker is, from Linux's /proc, so that the judge knows of other programs there."""

import os
import resource
from typing import Any, Dict, List, Optional


def core_ticks(root: str = "/") -> Optional[List[int]]:
    """user, nice, system, idle, iowait, irq, softirq, steal of all cores since boot, in clock ticks: proc(5).

    Guest time is already in user. None if it is unknown; some sandboxes report zeros.
    """
    words = (read_text(os.path.join(root, "proc", "stat")) or "").split("\n")[0].split()
    if len(words) < 9 or words[0] != "cpu" or not all(word.isdigit() for word in words[1:9]):
        return None
    ticks = [int(word) for word in words[1:9]]
    return ticks if any(ticks) else None


def busy_of(cores: List[int]) -> int:
    """The ticks in which a core was busy, or was used by another virtual machine."""
    return sum(cores) - cores[3] - cores[4]


def machine_load() -> Dict[str, Any]:
    """The machine's clock ticks so far, and this process's; None for what is unknown.

    ``machine`` tells machines apart: two workers in two containers of one machine have the same.
    """
    cores = core_ticks()
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(usage.ru_utime + usage.ru_stime for usage in own)
    return {
        "machine": (read_text("/proc/sys/kernel/random/boot_id") or "").strip() or None,
        "capacity_ticks": sum(cores) if cores else None,
        "busy_ticks": busy_of(cores) if cores else None,
        "own_ticks": seconds * os.sysconf("SC_CLK_TCK"),
    }


def read_text(path: str) -> Optional[str]:
    """A file's text; None if it cannot be read."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return None
