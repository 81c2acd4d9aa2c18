"""Report lines on the machine while speed was measured."""

from typing import List, Optional

from poets.migrate.judge.measure.watch import Observed, WatchedSide, mode_words
from poets.migrate.judge.report.figures import share
from poets.migrate.judge.report.page import Line, Section, Table
from poets.migrate.monitor.sources.sample import CONSTANT_SENSORS
from poets.migrate.monitor.summary import Spread

SPREADS = (
    ("gpu_load", "GPU load, %", "%.0f"),
    ("emc_load", "EMC load, %", "%.0f"),
    ("cpu_load", "CPU load, %", "%.0f"),
    ("gpu_mhz", "GPU clock, MHz", "%.0f"),
    ("cpu_mhz", "CPU clock, MHz", "%.0f"),
    ("emc_mhz", "EMC clock, MHz", "%.0f"),
    ("ram_mb", "RAM, MB", "%.0f"),
    ("swap_mb", "swap, MB", "%.0f"),
    ("gpu_memory_mb", "GPU memory, MB", "%.0f"),
)  # field of Summary, words, format
ENERGIES = (
    ("features", "energy per photo to features, J"),
    ("photos", "energy per photo in a batch, J"),
    ("labels", "energy per photo labelled alone, J"),
    ("training", "energy per training run, J"),
)  # kind of work, words


def has_gpu_or_power(observed: Observed) -> bool:
    """Whether it belongs on the first screen: a GPU or power was observed."""
    return any(side.summary.gpu_load or side.summary.power for side in observed.sides.values())


def headline(observed: Observed) -> str:
    """What was monitored, by which source, and its settings."""
    settings = observed.before
    parts = [settings.device or "this machine"]
    if settings.l4t:
        parts.append("L4T " + settings.l4t)
    if settings.power_mode:
        parts.append(mode_words(settings))
    if observed.idle_mw is not None:
        parts.append(f"{observed.idle_mw / 1000:.2f} W at rest")
    return f"{', '.join(parts)} (by {observed.source})"


def lines(observed: Observed) -> List[str]:
    """The main figures: one line for the machine, and one per side."""
    found = [headline(observed)]
    for name, side in observed.sides.items():
        parts = []
        for field, words in (("gpu_load", "GPU"), ("cpu_load", "CPU")):
            spread = getattr(side.summary, field)
            if spread:
                parts.append(f"{words} {spread.mean:.0f} %")
        if side.summary.power:
            parts.append(f"{side.summary.power.mw.mean / 1000:.2f} W")
        for kind, words in (("features", "a photo"), ("photos", "a photo"), ("training", "a training run")):
            if kind in side.energy:
                parts.append(f"{joules(side.energy[kind].each_j)} J {words}")
        found.append(f"  {name}: {', '.join(parts) or 'not observed'}")
    return found


def joules(value: float) -> str:
    """Format joules with three digits."""
    return f"{value:.3g}"


def table(observed: Observed) -> Table:
    """One row per observed quantity, mean and peak; and the energies above idle."""
    sides = list(observed.sides.values())
    rows = []
    for field, words, form in SPREADS:
        spreads = [getattr(side.summary, field) for side in sides]
        if any(spreads):
            rows.append([words] + [_mean_and_peak(spread, form) for spread in spreads])
    for name in sorted({name for side in sides for name in side.summary.temperature_c} - set(CONSTANT_SENSORS)):
        rows.append([f"{name}, C"] + [_mean_and_peak(side.summary.temperature_c.get(name), "%.1f") for side in sides])
    for name in sorted({name for side in sides for name in side.summary.rails}):
        rows.append([f"{name}, W"] + [_watts(side, name) for side in sides])
    for kind, words in ENERGIES:
        energies = [side.energy.get(kind) for side in sides]
        if any(energies):
            rows.append([words] + ["-" if spent is None else joules(spent.each_j) for spent in energies])
    return Table("Machine", ["mean (peak)"] + list(observed.sides), rows, notes(observed))


def notes(observed: Observed) -> List[str]:
    """Notes on what the figures mean."""
    found = [headline(observed) + "."]
    training = next((side.energy["training"] for side in observed.sides.values() if "training" in side.energy), None)
    if observed.power_of and any(side.energy for side in observed.sides.values()):
        whose = "the whole machine's, as power at rest is not known"
        if observed.idle_mw is not None:
            whose = f"above the {observed.idle_mw / 1000:.2f} W at rest"
        steps = f"; a training run has {training.per} steps" if training else ""
        found.append(f"Power is {' + '.join(observed.power_of)}. Energy is {whose}{steps}.")
    cost = f"; sampling took {share(observed.cost)} of a core" if observed.cost is not None else ""
    found.append(f"{observed.readings} readings{cost}.")
    if observed.failure:
        found.append(observed.failure + ".")
    return found


def machine_section(observed: Observed) -> Section:
    """The machine's lines if a GPU or power was observed, else only the table, which needs ``-v``."""
    return Section(
        [Line(line) for line in lines(observed)] if has_gpu_or_power(observed) else (), table=table(observed)
    )


def _mean_and_peak(spread: Optional[Spread], form: str) -> str:
    return "-" if spread is None else f"{form % spread.mean} ({form % spread.peak})"


def _watts(side: WatchedSide, name: str) -> str:
    rail = side.summary.rails.get(name)
    return "-" if rail is None else f"{rail.mw.mean / 1000:.2f} ({rail.mw.peak / 1000:.2f})"
