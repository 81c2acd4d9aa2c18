"""Format a sample as a tegrastats line, the format in which readings of any source are recorded."""

from typing import List, Optional, Tuple

from poets.migrate.monitor.sources.sample import Sample
from poets.migrate.monitor.sources.tegrastats import NO_SENSOR


def format_line(sample: Sample) -> str:
    """A line, without line end, that `tegrastats.parse_line` parses to the same ``sample``; 3 decimals."""
    time = [sample.time.strftime("%m-%d-%Y %H:%M:%S")] if sample.time else []
    return " ".join(
        time + _memory(sample) + _units(sample) + _temperatures(sample) + _rails(sample) + list(sample.unknown)
    )


def _memory(sample: Sample) -> List[str]:
    words = []
    if sample.ram_mb:
        words.append("RAM {}/{}MB".format(*map(_text, sample.ram_mb)))
    if sample.ram_mb and sample.lfb:
        scale, unit = (1, "kB") if sample.lfb.block_kb % 1024 else (1024, "MB")
        words.append(f"(lfb {sample.lfb.blocks}x{sample.lfb.block_kb // scale}{unit})")
    if sample.swap_mb:
        words.append("SWAP {}/{}MB".format(*map(_text, sample.swap_mb[:2])))
        words += [f"(cached {_text(sample.swap_mb.cached)}MB)"] if sample.swap_mb.cached is not None else []
    if sample.iram_kb:
        words.append("IRAM {}/{}kB".format(*map(_text, sample.iram_kb[:2])))
        words += [f"(lfb {_text(sample.iram_kb.largest_free)}kB)"] if sample.iram_kb.largest_free is not None else []
    if sample.gpu_memory_mb:
        words.append("VRAM {}/{}MB".format(*map(_text, sample.gpu_memory_mb)))
    return words


def _units(sample: Sample) -> List[str]:
    cores = ",".join(_clock(core.load, () if core.mhz is None else (core.mhz,)) for core in sample.cpu)
    words = [f"CPU [{cores}]"] if sample.cpu else []
    named = [("EMC_FREQ", sample.emc), ("GR3D_FREQ", sample.gpu)] + list(sample.engines.items())
    words += [f"{name} {_clock(clock.load, clock.mhz)}" for name, clock in named if clock is not None]
    if sample.mts:
        words.append("MTS fg {}% bg {}%".format(*map(_text, sample.mts)))
    if sample.edp_limit is not None:
        words.append(f"EDP limit {_text(sample.edp_limit)}")
    return words


def _clock(load: Optional[float], mhz: Tuple[float, ...]) -> str:
    clocks = ",".join(map(_text, mhz))
    return ("" if load is None else _text(load) + "%") + (
        f"@[{clocks}]" if len(mhz) > 1 else "@" + clocks if mhz else ""
    ) or "off"


def _temperatures(sample: Sample) -> List[str]:
    peaks = {name: f"/{_text(degrees)}C" for name, degrees in sample.temperature_peak_c.items()}
    return [
        f"{name}@{_text(NO_SENSOR if degrees is None else degrees)}C{peaks.get(name, '')}"
        for name, degrees in sample.temperature_c.items()
    ]


def _rails(sample: Sample) -> List[str]:
    return [
        f"{name.split('#')[0]} " + "/".join(_text(value) + "mW" for value in power if value is not None)
        for name, power in sample.power_mw.items()
    ]


def _text(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
