"""The live view of `poets monitor` on a terminal."""

from typing import Any, List, Optional, Sequence, Tuple

from rich.live import Live
from rich.table import Table
from rich.text import Text

from poets.migrate.console import make_screen
from poets.migrate.monitor import plain
from poets.migrate.monitor.sampler import Sampled
from poets.migrate.monitor.sources.sample import Core, Sample, mean
from poets.migrate.monitor.summary import power_of

MINUTE_S = 60.0
COLUMNS = 30  # of a sparkline, two seconds each
BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = "_.-=+*#@"


class View:
    """The latest sample and the last minute, redrawn for every sample; the screen is used within its context."""

    def __init__(self, source: str, stream: Any) -> None:
        self._source = source
        self._readings: List[Sampled] = []
        self._console = make_screen(file=stream)
        self._live = Live(console=self._console, auto_refresh=False)

    def __enter__(self) -> "View":
        self._live.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._live.stop()

    def show(self, reading: Sampled) -> None:
        """Draw another reading."""
        recent = [old for old in self._readings if reading.seconds - old.seconds < MINUTE_S]
        self._readings = recent + [reading]
        self._live.update(table(self._source, self._readings, self._console.encoding), refresh=True)


def table(source: str, readings: Sequence[Sampled], encoding: str = "utf-8") -> Table:
    """The view of a minute's readings, the latest last: one row per quantity, with its sparkline."""
    sample = readings[-1].sample
    blocks = BLOCKS if encoding.lower().replace("-", "") == "utf8" else ASCII_BLOCKS
    grid = Table.grid(padding=(0, 2))
    grid.add_row(Text(source, "bold"), sample.time.strftime("%H:%M:%S") if sample.time else "", "last minute")

    def add(name: str, words: str, values: Sequence[Optional[float]], top: Optional[float]) -> None:
        series = [(reading.seconds, value) for reading, value in zip(readings, values)]
        grid.add_row(name, Text(words), Text(sparkline(series, top, blocks)))

    samples = [reading.sample for reading in readings]
    add("GPU", plain.clock_text(sample.gpu), [one.gpu and one.gpu.load for one in samples], 100)
    add("EMC", plain.clock_text(sample.emc), [one.emc and one.emc.load for one in samples], 100)
    add(
        "CPU",
        f"{plain.number(sample.cpu_load)}% {plain.number(sample.cpu_mhz)} MHz",
        [one.cpu_load for one in samples],
        100,
    )
    add("", cores_text(sample.cpu), [], 100)
    add(
        "RAM",
        plain.memory_text(sample) + " MB",
        [one.ram_mb and one.ram_mb.used for one in samples],
        sample.ram_mb and sample.ram_mb.total,
    )
    if sample.swap_mb and sample.swap_mb.total:
        add(
            "swap",
            "{:.0f}/{:.0f} MB".format(*sample.swap_mb[:2]),
            [one.swap_mb and one.swap_mb.used for one in samples],
            sample.swap_mb.total,
        )
    if sample.gpu_memory_mb:
        add(
            "GPU memory",
            "{:.0f}/{:.0f} MB".format(*sample.gpu_memory_mb),
            [one.gpu_memory_mb and one.gpu_memory_mb.used for one in samples],
            sample.gpu_memory_mb.total,
        )
    add("warmest", plain.temperature_text(sample), [one.warmest[1] if one.warmest else None for one in samples], 100)
    add("power", plain.power_text(sample), [power(one) for one in samples], None)
    for name, rail in sample.power_mw.items():
        grid.add_row("", Text(f"{name} {rail.now:.0f} mW"))
    return grid


def cores_text(cores: Tuple[Core, ...]) -> str:
    """The loads of the cores in percent; `-` for one that is off."""
    return " ".join("-" if core == Core() else plain.number(core.load) for core in cores)


def power(sample: Sample) -> Optional[float]:
    """Power of the board in mW; None if unknown."""
    rails = power_of([sample])
    return sum(sample.power_mw[name].now for name in rails) if rails else None


def sparkline(series: Sequence[Tuple[float, Optional[float]]], top: Optional[float], blocks: str = BLOCKS) -> str:
    """A sparkline of the last minute of (seconds, value); a blank means no known value.

    Args:
        series: pairs of seconds and value.
        top: float, the value of the highest block. Defaults to the largest value.
        blocks: str, block characters from lowest to highest.
    """
    if not series:
        return ""
    buckets: List[List[float]] = [[] for _ in range(COLUMNS)]
    for seconds, value in series:
        age = (series[-1][0] - seconds) / MINUTE_S
        if value is not None and age < 1:
            buckets[COLUMNS - 1 - int(age * COLUMNS)].append(value)
    known = [mean(bucket) for bucket in buckets]
    highest = top or max([value for value in known if value is not None] or [1]) or 1
    return "".join(
        " " if value is None else blocks[min(len(blocks) - 1, int(value / highest * len(blocks)))] for value in known
    )
