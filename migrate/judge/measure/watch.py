"""Monitor the machine while speed is measured: load, memory, temperatures, clocks, power and energy.

It monitors the judge's machine; a worker under ssh runs on another.
"""

import time
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.doctor.board_settings import Settings, read_settings
from poets.migrate.judge.measure import validity
from poets.migrate.judge.measure.energy import Energy, Phase, energy_of
from poets.migrate.monitor.sampler import Sampled, Sampler
from poets.migrate.monitor.sources.choose import open_source
from poets.migrate.monitor.sources.sample import clock_mhz
from poets.migrate.monitor.summary import Summary, power_mw, power_of, summarize_samples
from poets.migrate.task.errors import BrokenEnvironment

BUSY = 50  # percent of GPU load
FIRST_READING_S = 5.0  # at most, for a source to show whether it reports power


class Wanted(NamedTuple):
    source: str
    """One of `poets.migrate.monitor.sources.choose.names`, or none."""
    interval_ms: int
    """Milliseconds between readings, unless the source's own program sets the pace."""
    idle_seconds: float
    """How long to measure the idle machine, if it reports power."""
    idle_mw: Optional[float]
    """The idle power, if it is known already."""


class WatchedSide(NamedTuple):
    summary: Summary
    """Summary of the readings taken while this side worked."""
    energy: Dict[str, Energy]
    """Kind of work -> its energy; empty if power is unknown."""


class Observed(NamedTuple):
    source: str
    """Name of the source of the readings."""
    before: Settings
    """The board's settings when monitoring began."""
    after: Settings
    """The same when it ended."""
    idle_mw: Optional[float]
    """Power with all workers open and none at work; None if it is unknown."""
    idle_seconds: float
    """Seconds that it was measured; 0 if it was given."""
    power_of: Tuple[str, ...]
    """The rails that add up to the power."""
    sides: Dict[str, WatchedSide]
    """Worker -> what was observed while it was at work."""
    readings: int
    """Number of readings."""
    cost: Optional[float]
    """Share of one core, 0..1, that sampling used; None if it is unknown."""
    failure: Optional[str]
    """Why sampling ended too soon; None if it did not."""
    clock_change: Optional[float]
    """GPU clock in the second half of the readings / clock in the first."""


class Watch:
    """Monitor this machine from `start` to `stop`.

    Args:
        wanted: Wanted.
        root: str, the folder that holds ``proc``, ``sys`` and ``etc``. Defaults to /.
    """

    def __init__(self, wanted: Wanted, root: str = "/") -> None:
        self._wanted = wanted
        self._root = root
        self._readings: List[Sampled] = []
        self._idle_mw, self._idle_seconds = wanted.idle_mw, 0.0

    def start(self) -> "Watch":
        """Start, and measure the idle power if the machine reports power and the idle power is unknown.

        Raises:
            BrokenEnvironment: the machine does not have the source.
        """
        self._before = read_settings(self._root)
        self._source = open_source(self._wanted.source, self._wanted.interval_ms, self._root, "--monitor")
        self._sampler = Sampler(self._source, self._wanted.interval_ms).start()
        self._readings += self._sampler.take(FIRST_READING_S)
        samples = [reading.sample for reading in self._readings]
        if self._idle_mw is None and self._wanted.idle_seconds and power_of(samples):
            time.sleep(self._wanted.idle_seconds)
            self._readings += self._sampler.take()
            samples = [reading.sample for reading in self._readings]
            known = [power for power in power_mw(samples, power_of(samples)) if power is not None]
            self._idle_mw = sum(known) / len(known) if known else None
            self._idle_seconds = self._wanted.idle_seconds
        return self

    def stop(self, phases: Dict[str, List[Phase]], per: Dict[str, int]) -> Observed:
        """Stop, and return what was observed.

        Args:
            phases: side -> its phases of work, in order.
            per: kind of work -> what its energy is to be given for, see `energy_of`.
        """
        time.sleep(1.5 * self._wanted.interval_ms / 1000)  # one more reading, so that readings enclose the last phase
        readings = self._sampler.stop()
        samples = [reading.sample for reading in readings]
        names = power_of(samples)
        known = [
            (reading.seconds, power)
            for reading, power in zip(readings, power_mw(samples, names))
            if names and power is not None
        ]
        sides = {name: side_of(found, readings, known, self._idle_mw, per) for name, found in phases.items()}
        everything = [phase for of_side in phases.values() for phase in of_side]
        clocks = [
            clock_mhz(sample.gpu)
            for sample in at_work(readings, everything)
            if sample.gpu and (sample.gpu.load or 0) >= BUSY
        ]  # an idle GPU lowers its clock on purpose
        cost = self._sampler.cost()
        spent = None if cost.program_s is None or not cost.seconds else (cost.thread_s + cost.program_s) / cost.seconds
        return Observed(
            self._source.name,
            self._before,
            read_settings(self._root),
            self._idle_mw,
            self._idle_seconds,
            names,
            sides,
            len(readings),
            spent,
            self._sampler.failure(),
            validity.change_of_halves([clock for clock in clocks if clock is not None]),
        )

    def abandon(self) -> None:
        """Stop silently, after a failure elsewhere."""
        self._sampler.stop()


def watch_of(wanted: Optional[Wanted]) -> Optional[Watch]:
    """Start a Watch; None if none is wanted, or if `auto` finds nothing to monitor.

    Raises:
        BrokenEnvironment: the machine does not have the source that was named.
    """
    if wanted is None or wanted.source == "none":
        return None
    try:
        return Watch(wanted).start()
    except BrokenEnvironment:
        if wanted.source != "auto":
            raise
        return None


def side_of(
    phases: Sequence[Phase],
    readings: Sequence[Sampled],
    power: Sequence[Tuple[float, float]],
    idle_mw: Optional[float],
    per: Dict[str, int],
) -> WatchedSide:
    """The machine's state while one side worked; ``power`` is (seconds, mW)."""
    found = {}
    for kind in sorted({phase.kind for phase in phases}):
        spent = energy_of(
            [phase for phase in phases if phase.kind == kind],
            [when for when, _ in power],
            [milliwatts for _, milliwatts in power],
            idle_mw,
            per.get(kind, 1),
        )
        if spent:
            found[kind] = spent
    return WatchedSide(summarize_samples(at_work(readings, phases)), found)


def at_work(readings: Sequence[Sampled], phases: Sequence[Phase]) -> List[Any]:
    """The samples taken during phases."""
    return [
        reading.sample for reading in readings if any(phase.began <= reading.seconds <= phase.ended for phase in phases)
    ]


def reasons(observed: Observed) -> List[str]:
    """The reasons why a measurement is INVALID: settings changed or clocks fell meanwhile."""
    found = []
    modes = [settings.power_mode for settings in (observed.before, observed.after)]
    if modes[0] != modes[1]:
        found.append(f"the power mode went from {mode_words(observed.before)} to {mode_words(observed.after)}")
    limits = [settings.clock_limits_mhz for settings in (observed.before, observed.after)]
    for name in sorted(set(limits[0]) | set(limits[1])):
        if limits[0].get(name) != limits[1].get(name):
            found.append(
                f"the limits of the {name}'s clock went from {_range(limits[0].get(name))} to "
                f"{_range(limits[1].get(name))} MHz"
            )
    if observed.clock_change is not None and observed.clock_change < 1 - validity.MOST_DRIFT:
        found.append(f"the GPU's clock fell by {100 * (1 - observed.clock_change):.0f} %: too hot, or saving power")
    return found


def mode_words(settings: Settings) -> str:
    """`MAXN (0)`."""
    mode = settings.power_mode
    return "unknown" if mode is None else f"{mode.name or 'mode'} ({mode.number})"


def _range(limits: Optional[Tuple[float, float]]) -> str:
    return "unknown" if limits is None else "{:.0f} to {:.0f}".format(*limits)
