"""Energy of a stretch of work in joules, from power samples taken meanwhile."""

from typing import List, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.monitor.summary import energy


class Phase(NamedTuple):
    kind: str
    """Kind of work: features, training, labels."""
    began: float
    """Seconds of `time.monotonic`."""
    ended: float
    """The same clock."""
    count: int  # type: ignore[assignment]  # a tuple has a method of the same name
    """Photos, or training steps."""


class Energy(NamedTuple):
    joules: float
    """Energy of all phases together."""
    above_idle_j: Optional[float]
    """Minus the idle energy of the same time; None if the idle power is unknown."""
    seconds: float
    """Duration of all phases together."""
    count: int  # type: ignore[assignment]  # a tuple has a method of the same name
    """Photos, or training steps."""
    per: int
    """How many of them ``each_j`` is for: one photo, or the steps of a whole training run."""
    each_j: float
    """Energy above idle, if idle is known."""


def energy_of(
    phases: Sequence[Phase], times: Sequence[float], milliwatts: Sequence[float], idle_mw: Optional[float], per: int = 1
) -> Optional[Energy]:
    """The energy of phases of one kind, by the trapezoidal rule over the samples and the phases' ends.

    Args:
        phases: Phase.
        times: when power was sampled, in seconds on the phases' clock, ascending.
        milliwatts: one per time.
        idle_mw: float, idle power.
        per: int, the number of photos or steps that ``each_j`` is for.

    Returns:
        None without phases, or if sampling did not cover them.
    """
    if not phases or len(times) < 2 or phases[0].began < times[0] or phases[-1].ended > times[-1]:
        return None
    joules = 0.0
    for phase in phases:
        points: List[float] = [phase.began] + [one for one in times if phase.began < one < phase.ended] + [phase.ended]
        joules += energy(points, [float(one) for one in np.interp(points, times, milliwatts)]) or 0.0
    seconds = sum(phase.ended - phase.began for phase in phases)
    count = sum(phase.count for phase in phases)
    above = None if idle_mw is None else joules - idle_mw * seconds / 1000
    return Energy(joules, above, seconds, count, per, (joules if above is None else above) / count * per)
