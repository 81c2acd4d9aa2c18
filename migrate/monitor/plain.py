"""Samples and their summary as plain text; `?` means unknown."""

from typing import List, Optional

from poets.migrate.monitor.sources.sample import Clock, Sample, clock_mhz
from poets.migrate.monitor.summary import Rail, Spread, Summary, power_of


def number(value: Optional[float], form: str = "%.0f") -> str:
    """A number formatted by ``form``, or `?`."""
    return "?" if value is None else form % value


def sample_line(sample: Sample) -> str:
    """One line per sample, always with the same columns."""
    time = [sample.time.strftime("%H:%M:%S")] if sample.time else []
    return "  ".join(
        time
        + [
            "GPU " + clock_text(sample.gpu),
            "EMC " + clock_text(sample.emc),
            f"CPU {number(sample.cpu_load)}% {number(sample.cpu_mhz)} MHz",
            f"RAM {memory_text(sample)} MB",
            temperature_text(sample),
            power_text(sample),
        ]
    )


def clock_text(clock: Optional[Clock]) -> str:
    """`53% 140 MHz`."""
    return f"{number(clock.load if clock else None)}% {number(clock_mhz(clock))} MHz"


def memory_text(sample: Sample) -> str:
    """`2586/7846`."""
    return "{:.0f}/{:.0f}".format(*sample.ram_mb) if sample.ram_mb else "?"


def temperature_text(sample: Sample) -> str:
    """`41 C (PLL)`: the warmest sensor."""
    return "{:.1f} C ({})".format(*sample.warmest[::-1]) if sample.warmest else "? C"


def power_text(sample: Sample) -> str:
    """`3.18 W`: the input rail, or the sum of all rails if the board has no input rail."""
    rails = power_of([sample])
    return f"{sum(sample.power_mw[name].now for name in rails) / 1000:.2f} W" if rails else "? W"


def summary_lines(summary: Summary) -> List[str]:
    """The summary as a table; quantities missing from every sample are omitted, except power."""
    span = "" if summary.seconds is None else f" in {summary.seconds:.1f} s"
    lines = [f"{summary.samples} samples{span}", f"{''!s:<22}{'mean'!s:>12}{'peak'!s:>12}"]
    for name, spread, form in (
        ("GPU load, %", summary.gpu_load, "%.1f"),
        ("GPU clock, MHz", summary.gpu_mhz, "%.0f"),
        ("EMC load, %", summary.emc_load, "%.1f"),
        ("EMC clock, MHz", summary.emc_mhz, "%.0f"),
        ("CPU load, %", summary.cpu_load, "%.1f"),
        ("CPU clock, MHz", summary.cpu_mhz, "%.0f"),
        ("RAM, MB", summary.ram_mb, "%.0f"),
        ("swap, MB", summary.swap_mb, "%.0f"),
        ("GPU memory, MB", summary.gpu_memory_mb, "%.0f"),
    ):
        lines += _row(name, spread, form)
    for name, spread in summary.temperature_c.items():
        lines += _row(f"{name}, C", spread, "%.1f")
    for name, rail in summary.rails.items():
        lines += _rail_row(f"{name}, mW", rail)
    if len(summary.power_of) > 1 and summary.power:
        lines += _rail_row("all rails, mW", summary.power)
    lines += _above_idle(summary) if summary.power else ["power: unknown"]
    return lines


def _row(name: str, spread: Optional[Spread], form: str) -> List[str]:
    return [f"{name:<22}{form % spread.mean!s:>12}{form % spread.peak!s:>12}"] if spread else []


def _rail_row(name: str, rail: Rail) -> List[str]:
    return [line + f"{number(rail.energy_j, '%.1f') + ' J':>14}" for line in _row(name, rail.mw, "%.0f")]


def _above_idle(summary: Summary) -> List[str]:
    if summary.idle_mw is None:
        return []
    return [f"{number(summary.energy_above_idle_j, '%.1f')} J above the idle power of {summary.idle_mw:.0f} mW"]
