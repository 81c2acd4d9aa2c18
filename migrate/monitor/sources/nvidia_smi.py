"""A desktop GPU as reported by nvidia-smi: rows of `--query-gpu=... --format=csv`, read by the names in the first row.

One GPU is watched: the first in CUDA_VISIBLE_DEVICES, else number 0. Fields: nvidia-smi's manual page. `[N/A]`,
`[Not Supported]` and `[Unknown Error]` mark values that the card or its driver does not report: unknown here.
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
# the names of the queried fields in the first row
HEADINGS = {"clocks.current.sm": "clocks.sm", "clocks.current.memory": "clocks.mem"}
UNITS = {"%": 1, "MiB": 1, "MHz": 1, "W": 1000, "": 1}  # to percent, MB, MHz, mW and degrees C
RAIL = "GPU"


def command(interval_ms: int) -> List[str]:
    """The command that prints a row of names, then a row every ``interval_ms``, until it is stopped."""
    gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip() or "0"
    return ["nvidia-smi", "--id=" + gpu, "--query-gpu=" + ",".join(FIELDS), "--format=csv", f"--loop-ms={interval_ms}"]


def works() -> bool:
    """Whether nvidia-smi exists and finds a driver."""
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
    """Reads rows in order; nothing is known until the first row, with the names, is read."""

    def __init__(self) -> None:
        self._names: List[str] = []

    def parse(self, row: str) -> Optional[Sample]:
        """The sample in a row; None for the row of names, or if the number of values differs from that of names."""
        values = [value.strip() for value in row.split(",")]
        if values[0] == "timestamp":
            names = [re.sub(r" \[.*\]$", "", value) for value in values]
            self._names = [HEADINGS.get(name, name) for name in names]
            return None
        return sample_of(dict(zip(self._names, values))) if len(values) == len(self._names) else None


def sample_of(values: Dict[str, str]) -> Sample:
    """A sample from a row's values by name; memory.* is the card's memory, utilization.memory the load of its bus."""
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
    """`592.74 W`, `100 %`, `32480 MiB` or, for temperatures, `43`."""
    found = re.match(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(?: (%|MiB|MHz|W))?\Z", value)
    return round(float(found.group(1)) * UNITS[found.group(2) or ""], 3) if found else None


def _time(value: str) -> Optional[datetime.datetime]:
    try:
        return datetime.datetime.strptime(value, "%Y/%m/%d %H:%M:%S.%f")
    except ValueError:
        return None
