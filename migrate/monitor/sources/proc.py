"""Memory, CPU load and clocks, and temperatures, from /proc and /sys of any Linux.

Values that are not in a file, or whose file is missing, are unknown.
"""

import glob
import os
import re
from typing import Dict, List, Optional, Tuple

from poets.migrate.monitor.sources.sample import Core, Memory, Sample, SwapMemory

Times = Dict[str, Tuple[int, int]]  # by core (`cpu0`): busy time and total time, in ticks since boot


class ProcReader:
    """Reads one machine repeatedly.

    Args:
        root: str, the folder that holds ``proc`` and ``sys``. Defaults to /.
    """

    def __init__(self, root: str = "/") -> None:
        self.root = root
        self._clocks = _clock_files(root)
        self._zones = _zone_files(root)
        self._before = core_times(self._path("proc/stat"))

    def read(self) -> Sample:
        """One sample; a core's load covers the time since the previous sample, or since the reader was created."""
        memory = meminfo(self._path("proc/meminfo"))
        return Sample(
            ram_mb=_ram(memory),
            swap_mb=_swap(memory),
            cpu=self._cores(),
            temperature_c={name: scaled(path, 1000) for name, path in self._zones},
        )

    def _cores(self) -> Tuple[Core, ...]:
        before, self._before = self._before, core_times(self._path("proc/stat"))
        names = set(self._clocks) | set(self._before)
        return tuple(
            Core(_load(before.get(name), self._before[name]), self._mhz(name)) if name in self._before else Core()
            for name in sorted(names, key=lambda name: int(name[3:]))
        )

    def _mhz(self, core: str) -> Optional[float]:
        return scaled(self._clocks[core], 1000) if core in self._clocks else None

    def _path(self, name: str) -> str:
        return os.path.join(self.root, name)


def read_text(path: str) -> Optional[str]:
    """The stripped text of a kernel file; None if it is missing or cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read().decode("utf-8", "replace").strip("\0 \n")
    except OSError:
        return None


def scaled(path: str, divisor: float) -> Optional[float]:
    """The number in a file, divided, to 3 decimals; None if it holds none."""
    text = read_text(path)
    return round(int(text) / divisor, 3) if text and re.match(r"-?[0-9]{1,15}\Z", text) else None


def meminfo(path: str = "/proc/meminfo") -> Dict[str, float]:
    """MB (2**20 bytes) by name; empty if there is no such file."""
    found = re.findall(r"^(\w+):\s+([0-9]{1,15}) kB$", read_text(path) or "", re.MULTILINE)
    return {name: int(kilobytes) / 1024 for name, kilobytes in found}


def core_times(path: str) -> Times:
    """Busy and total ticks of each core that is on; empty if ``path`` (/proc/stat) does not exist.

    The fields are user, nice, system, idle, iowait, irq, softirq, steal (proc(5)); guest time is part of user.
    """
    times = {}
    for name, text in re.findall(r"^(cpu[0-9]+)((?: [0-9]+){5,})", read_text(path) or "", re.MULTILINE):
        ticks = [int(word) for word in text.split()[:8]]
        times[name] = (sum(ticks) - ticks[3] - ticks[4], sum(ticks))
    return times


def _load(before: Optional[Tuple[int, int]], after: Tuple[int, int]) -> Optional[float]:
    """Load in percent between two readings; unknown without two, or if a counter went backwards."""
    if before is None:
        return None
    worked, passed = after[0] - before[0], after[1] - before[1]
    return round(100.0 * worked / passed, 1) if 0 <= worked <= passed and passed else None


def _ram(memory: Dict[str, float]) -> Optional[Memory]:
    """RAM in use without the page cache, as `free` counts it."""
    if "MemTotal" not in memory or "MemFree" not in memory:
        return None
    cache = sum(memory.get(name, 0) for name in ("Buffers", "Cached", "SReclaimable"))
    return Memory(round(memory["MemTotal"] - memory["MemFree"] - cache), round(memory["MemTotal"]))


def _swap(memory: Dict[str, float]) -> Optional[SwapMemory]:
    if "SwapTotal" not in memory or "SwapFree" not in memory:
        return None
    cached = memory.get("SwapCached")
    return SwapMemory(
        round(memory["SwapTotal"] - memory["SwapFree"]),
        round(memory["SwapTotal"]),
        None if cached is None else round(cached),
    )


def _clock_files(root: str) -> Dict[str, str]:
    """By core, the file of its clock in kHz. Cores that are off have a folder too."""
    folders = glob.glob(os.path.join(root, "sys/devices/system/cpu/cpu[0-9]*"))
    return {os.path.basename(folder): os.path.join(folder, "cpufreq/scaling_cur_freq") for folder in folders}


def _zone_files(root: str) -> List[Tuple[str, str]]:
    """Thermal zones in the kernel's order: name, and the file of the temperature in thousandths of a degree."""
    folders = glob.glob(os.path.join(root, "sys/devices/virtual/thermal/thermal_zone[0-9]*"))
    named = [
        (read_text(os.path.join(folder, "type")), os.path.join(folder, "temp"))
        for folder in sorted(folders, key=lambda folder: int(folder[folder.rindex("zone") + 4 :]))
    ]
    return [(sensor_name(name), path) for name, path in named if name]


def sensor_name(zone: str) -> str:
    """A zone's name, shortened as in tegrastats: `BCPU-therm`, `Tboard_tegra`, `PMIC-Die`, `thermal-fan-est`."""
    return re.sub(r"[^A-Za-z0-9_.+-]", "_", re.sub("(-therm|_tegra|-Die|-fan-est)$", "", zone))
