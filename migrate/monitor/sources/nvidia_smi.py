"""A desktop GPU as nvidia-smi tells it: the rows of `--query-gpu=... --format=csv`, read by the names in the first.

One GPU is watched: the first in CUDA_VISIBLE_DEVICES, else number 0. Fields: nvidia-smi's manual page. `[N/A]`,
`[Not Supported]` and `[Unknown Error]` stand for what the card or its driver does not tell, and are unknown here.
"""

import datetime
import os
import re
import shutil
import subprocess
from typing import Dict, List, Optional

from poets.migrate.monitor.sources.sample import Clock, Memory, Power, Sample

FIELDS = (
    "timestamp",
    "utilization.gpu",
    "utilization.memory",
    "memory.used",
    "memory.total",
    "clocks.sm",
    "clocks.mem",
    "temperature.gpu",
    "power.draw",
)
# what a field asked for is called in the first row
HEADINGS = {"clocks.current.sm": "clocks.sm", "clocks.current.memory": "clocks.mem"}
UNITS = {"%": 1, "MiB": 1, "MHz": 1, "W": 1000, "": 1}  # to percent, MB, MHz, mW and degrees C
RAIL = "GPU"


def command(interval_ms: int) -> List[str]:
    """The command that prints a first row of names, and then a row every ``interval_ms``, until it is ended."""
    gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip() or "0"
    return ["nvidia-smi", "--id=" + gpu, "--query-gpu=" + ",".join(FIELDS), "--format=csv", f"--loop-ms={interval_ms}"]


def works() -> bool:
    """Whether nvidia-smi is there and finds a driver."""
    if not shutil.which("nvidia-smi"):
        return False
    try:
        return (
            subprocess.run(
                ["nvidia-smi", "-L"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20
            ).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


class Rows:
    """Reads rows one after the other; until the first row, of names, was read, nothing is known."""

    def __init__(self) -> None:
        self._names: List[str] = []

    def parse(self, row: str) -> Optional[Sample]:
        """The sample in a row; None for a row of names, or one with not as many values as there are names."""
        values = [value.strip() for value in row.split(",")]
        if values[0] == "timestamp":
            names = [re.sub(r" \[.*\]$", "", value) for value in values]
            self._names = [HEADINGS.get(name, name) for name in names]
            return None
        return sample_of(dict(zip(self._names, values))) if len(values) == len(self._names) else None


def sample_of(values: Dict[str, str]) -> Sample:
    """A row as a sample, of its values by name; memory.* is the card's, utilization.memory that of its memory bus."""
    number = {name: _number(value) for name, value in values.items()}
    used, total = number.get("memory.used"), number.get("memory.total")
    degrees, power = number.get("temperature.gpu"), number.get("power.draw")
    return Sample(
        time=_time(values.get("timestamp", "")),
        gpu_memory_mb=None if used is None or total is None else Memory(used, total),
        gpu=_clock(number.get("utilization.gpu"), number.get("clocks.sm")),
        emc=_clock(number.get("utilization.memory"), number.get("clocks.mem")),
        temperature_c={} if degrees is None else {"GPU": degrees},
        power_mw={} if power is None else {RAIL: Power(power)},
    )


def _clock(load: Optional[float], mhz: Optional[float]) -> Optional[Clock]:
    return None if load is None and mhz is None else Clock(load, () if mhz is None else (mhz,))


def _number(value: str) -> Optional[float]:
    """`592.74 W`, `100 %`, `32480 MiB` or, of temperatures, `43`."""
    found = re.match(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(?: (%|MiB|MHz|W))?\Z", value)
    return round(float(found.group(1)) * UNITS[found.group(2) or ""], 3) if found else None


def _time(value: str) -> Optional[datetime.datetime]:
    try:
        return datetime.datetime.strptime(value, "%Y/%m/%d %H:%M:%S.%f")
    except ValueError:
        return None
