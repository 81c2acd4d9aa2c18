"""Samples summed up: means, peaks and energy."""

from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.monitor.sources.sample import Sample, clock_mhz, mean

INPUTS = ("VDD_IN", "POM_5V_IN", "VIN")  # rails that feed all the others of a module
ENOUGH = 0.99  # fraction of samples that must have a rail's power to compute its energy; bridges a few bad lines


class Spread(NamedTuple):
    """A quantity over the samples that have it: mean, minimum, maximum, and number of samples."""

    mean: float
    low: float
    peak: float
    known: int
    """Number of samples that have it."""


class Rail(NamedTuple):
    """A power rail: mW over the samples, and joules, None if unknown."""

    mw: Spread
    """Over the samples that have it."""
    energy_j: Optional[float]
    """Joules over the whole time; None if times are unknown."""


class Summary(NamedTuple):
    """A summary of samples; the names are those of the JSON. None: no sample has it.

    ``power`` is that of the input rail or, if a board has none, of all rails together; ``power_of`` says which.
    """

    samples: int
    """Number of samples."""
    seconds: Optional[float]
    """From the first to the last; None if the samples have no times."""
    gpu_load: Optional[Spread]
    """Percent, like the other loads."""
    cpu_load: Optional[Spread]
    """Of the cores that were on."""
    emc_load: Optional[Spread]
    """Of the memory controller."""
    gpu_mhz: Optional[Spread]
    cpu_mhz: Optional[Spread]
    emc_mhz: Optional[Spread]
    ram_mb: Optional[Spread]
    """In use, like the other memory."""
    swap_mb: Optional[Spread]
    gpu_memory_mb: Optional[Spread]
    temperature_c: Dict[str, Spread]
    """Sensor -> degrees Celsius."""
    rails: Dict[str, Rail]
    """Every rail by its name."""
    power: Optional[Rail]
    """Of all rails of `power_of` together."""
    power_of: Tuple[str, ...]
    """The rails that add up to `power`; empty if none is known."""
    idle_mw: Optional[float]
    """The machine's power at rest, as given; None if it was not."""
    energy_above_idle_j: Optional[float]
    """The energy of ``power`` minus ``idle_mw`` over the whole time."""


def summarize_samples(
    samples: Sequence[Sample], seconds: Optional[Sequence[float]] = None, idle: Optional[float] = None
) -> Summary:
    """Summarize samples of one source.

    Args:
        samples: the samples in order.
        seconds: when each was taken. Defaults to the samples' own times.
        idle: float, mW that the machine draws at rest, subtracted from the energy. Defaults to unknown.
    """
    times = seconds if seconds is not None else told_seconds(samples)
    if times is not None and any(later < sooner for sooner, later in zip(times, times[1:])):
        times = None  # the clock was set
    span = times[-1] - times[0] if times else None
    names = power_of(samples)
    power = _rail(power_mw(samples, names), times) if names else None
    known = power.energy_j if power else None
    return Summary(
        samples=len(samples),
        seconds=span,
        gpu_load=_over(samples, lambda sample: sample.gpu and sample.gpu.load),
        cpu_load=_over(samples, lambda sample: sample.cpu_load),
        emc_load=_over(samples, lambda sample: sample.emc and sample.emc.load),
        gpu_mhz=_over(samples, lambda sample: clock_mhz(sample.gpu)),
        cpu_mhz=_over(samples, lambda sample: sample.cpu_mhz),
        emc_mhz=_over(samples, lambda sample: clock_mhz(sample.emc)),
        ram_mb=_over(samples, lambda sample: sample.ram_mb and sample.ram_mb.used),
        swap_mb=_over(samples, lambda sample: sample.swap_mb and sample.swap_mb.used),
        gpu_memory_mb=_over(samples, lambda sample: sample.gpu_memory_mb and sample.gpu_memory_mb.used),
        temperature_c=_temperatures(samples),
        rails={
            name: rail
            for name, rail in (
                (name, _rail([_together(sample, (name,)) for sample in samples], times)) for name in _names(samples)
            )
            if rail
        },
        power=power,
        power_of=names,
        idle_mw=idle,
        energy_above_idle_j=None if known is None or idle is None or span is None else known - idle * span / 1000,
    )


def told_seconds(samples: Sequence[Sample]) -> Optional[List[float]]:
    """Seconds since the first sample by the samples' own times; None if any lacks a time, or all are the same."""
    times = [sample.time for sample in samples]
    if not times or None in times or times[0] == times[-1]:
        return None
    return [(time - times[0]).total_seconds() for time in times]  # type: ignore[operator]


def power_of(samples: Sequence[Sample]) -> Tuple[str, ...]:
    """The rails whose sum is the total power: the input rail, or every rail if the board has none."""
    names = _names(samples)
    inputs = [name for name in INPUTS if name in names]
    return tuple(inputs[:1] or names)


def power_mw(samples: Sequence[Sample], names: Tuple[str, ...]) -> List[Optional[float]]:
    """The sum of rails in mW, one value per sample; None if a sample lacks any of them."""
    return [_together(sample, names) for sample in samples]


def energy(times: Sequence[float], milliwatts: Sequence[float]) -> Optional[float]:
    """Joules by the trapezoidal rule; None for fewer than two points."""
    if len(times) < 2:
        return None
    return sum(
        (later - sooner) * (one + other) / 2000
        for sooner, later, one, other in zip(times, times[1:], milliwatts, milliwatts[1:])
    )


def _names(samples: Sequence[Sample]) -> List[str]:
    return sorted(set(name for sample in samples for name in sample.power_mw))


def _together(sample: Sample, rails: Tuple[str, ...]) -> Optional[float]:
    """The sum of rails in mW at a sample; None unless it has all of them."""
    told = [sample.power_mw[name].now for name in rails if name in sample.power_mw]
    return sum(told) if len(told) == len(rails) else None


def _rail(milliwatts: List[Optional[float]], times: Optional[Sequence[float]]) -> Optional[Rail]:
    """A rail's figures; its energy only if its power is known at both ends and nearly everywhere between."""
    spread = _spread(milliwatts)
    if spread is None:
        return None
    if times is None or None in (milliwatts[0], milliwatts[-1]) or spread.known < ENOUGH * len(milliwatts):
        return Rail(spread, None)
    points = [(time, value) for time, value in zip(times, milliwatts) if value is not None]
    return Rail(spread, energy([time for time, _ in points], [value for _, value in points]))


def _over(samples: Sequence[Sample], told: Callable[[Sample], Optional[float]]) -> Optional[Spread]:
    return _spread([told(sample) for sample in samples])


def _spread(values: Sequence[Optional[float]]) -> Optional[Spread]:
    known = [value for value in values if value is not None]
    middle = mean(known)
    return None if middle is None else Spread(middle, min(known), max(known), len(known))


def _temperatures(samples: Sequence[Sample]) -> Dict[str, Spread]:
    names = sorted(set(name for sample in samples for name in sample.temperature_c))
    spreads = [(name, _spread([sample.temperature_c.get(name) for sample in samples])) for name in names]
    return {name: spread for name, spread in spreads if spread}
