"""What a stretch of work took in joules, from samples of power taken meanwhile."""

from typing import List, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.monitor.summary import energy


class Phase(NamedTuple):
    kind: str
    """Of work: features, training, labels."""
    began: float
    """Seconds of `time.monotonic`."""
    ended: float
    count: int  # type: ignore[assignment]  # of the same name as a method of tuples
    """Photos, or training steps."""


class Energy(NamedTuple):
    joules: float
    """Of all phases together."""
    above_idle_j: Optional[float]
    """Less what the machine takes at rest in the same time; None: not known."""
    seconds: float
    count: int  # type: ignore[assignment]  # of the same name as a method of tuples
    """Photos, or training steps."""
    per: int
    """Of them ``each_j`` is about: one photo, or the steps of a whole training run."""
    each_j: float
    """Above idle where that is known."""


def energy_of(
    phases: Sequence[Phase], times: Sequence[float], milliwatts: Sequence[float], idle_mw: Optional[float], per: int = 1
) -> Optional[Energy]:
    """The energy of phases of one kind, by trapezoids between the samples, and between a phase's ends and them.

    Args:
        phases: Phase.
        times: when power was sampled, in seconds on the phases' clock, ascending.
        milliwatts: as many.
        idle_mw: float, what the machine takes at rest.
        per: int, what ``each_j`` is to be about.

    Returns:
        None without phases, or where sampling did not go on all the while.
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
