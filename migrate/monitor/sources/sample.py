"""One reading of a machine, from any source.

Unknown values are None, an empty tuple or a missing key, never 0.
"""

import datetime
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

CONSTANT_SENSORS = ("PMIC",)  # a fixed 100 C, 50 C from late L4T 32.7 on (jetson_stats skips it too)


class Memory(NamedTuple):
    """Memory in use."""

    used: float
    """In the unit of the field that holds it: MB, or kB."""
    total: float


class SwapMemory(NamedTuple):
    """Swap in MB."""

    used: float
    total: float
    cached: Optional[float] = None
    """Swapped pages that are still in RAM; None if the source does not tell."""


class FreeBlocks(NamedTuple):
    """The largest free blocks of RAM: their number and size."""

    blocks: int
    block_kb: int
    """Size of each block, in kB."""


class InternalRam(NamedTuple):
    """The IRAM of TX1 and Nano, in kB."""

    used: float
    total: float
    largest_free: Optional[float] = None
    """Size of the largest free block; None if the source does not tell."""


class Core(NamedTuple):
    """A CPU core: load in percent and clock in MHz; both None if it is switched off."""

    load: Optional[float] = None
    mhz: Optional[float] = None


class Clock(NamedTuple):
    """A clocked unit: load in percent, MHz of each of its parts; neither if it is switched off."""

    load: Optional[float] = None
    mhz: Tuple[float, ...] = ()


class Power(NamedTuple):
    """A power rail in mW. Average and peak are the source's own, since it started."""

    now: float
    average: Optional[float] = None
    """None if the source does not tell, like the peak."""
    peak: Optional[float] = None


class Mts(NamedTuple):
    """Percent of time in foreground and background code translation of the Denver cores."""

    fg: float
    bg: float


class Sample(NamedTuple):
    """One reading; the names are those of the JSON. Do not modify it.

    Names contain the units; ``MB`` is 2**20 bytes, as in tegrastats.
    """

    time: Optional[datetime.datetime] = None
    """Local time; None if the source does not tell."""
    ram_mb: Optional[Memory] = None
    lfb: Optional[FreeBlocks] = None
    """Of RAM."""
    swap_mb: Optional[SwapMemory] = None
    iram_kb: Optional[InternalRam] = None
    gpu_memory_mb: Optional[Memory] = None
    """Of a desktop GPU; a Jetson's GPU uses RAM."""
    cpu: Tuple[Core, ...] = ()
    """One per core, in the kernel's order."""
    gpu: Optional[Clock] = None
    """tegrastats' GR3D."""
    emc: Optional[Clock] = None
    """The memory controller."""
    engines: Dict[str, Clock] = {}
    """APE, NVENC, VIC, ..., and further GPUs, without _FREQ."""
    temperature_c: Dict[str, Optional[float]] = {}
    """Sensor -> degrees Celsius; None: the sensor is off."""
    temperature_peak_c: Dict[str, float] = {}
    """The source's own, since it started."""
    power_mw: Dict[str, Power] = {}
    """Rail -> its power."""
    mts: Optional[Mts] = None
    """Of Jetsons with Denver cores."""
    edp_limit: Optional[float] = None
    """As tegrastats prints it."""
    unknown: Tuple[str, ...] = ()
    """Words that no rule matched, verbatim."""

    @property
    def known(self) -> bool:
        """Whether anything except the time is known."""
        return self._replace(time=None, unknown=()) != Sample()

    @property
    def cpu_load(self) -> Optional[float]:
        """Mean load in percent of the cores that are on."""
        return mean([core.load for core in self.cpu if core.load is not None])

    @property
    def cpu_mhz(self) -> Optional[float]:
        """Mean clock of the cores that are on."""
        return mean([core.mhz for core in self.cpu if core.mhz is not None])

    @property
    def warmest(self) -> Optional[Tuple[str, float]]:
        """The sensor with the highest temperature and its name, except sensors that show a constant."""
        told = [
            (degrees, name)
            for name, degrees in self.temperature_c.items()
            if degrees is not None and name not in CONSTANT_SENSORS
        ]
        return max(told)[::-1] if told else None


def mean(values: List[float]) -> Optional[float]:
    """The mean; None for no values."""
    return sum(values) / len(values) if values else None


def clock_mhz(clock: Optional[Clock]) -> Optional[float]:
    """The highest clock of a unit's parts."""
    return max(clock.mhz) if clock and clock.mhz else None


def either(first: Sample, second: Sample) -> Sample:
    """The values of ``first`` and, where they are unknown, those of ``second``."""
    return Sample._make(one if one not in (None, (), {}) else other for one, other in zip(first, second))


def sample_as_json(value: Any) -> Any:
    """A sample, or a part of one, as an object for json.dumps; times as ISO 8601."""
    if hasattr(value, "_asdict"):
        return {name: sample_as_json(part) for name, part in value._asdict().items()}
    if isinstance(value, dict):
        return {name: sample_as_json(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [sample_as_json(part) for part in value]
    return value.isoformat() if isinstance(value, datetime.datetime) else value
