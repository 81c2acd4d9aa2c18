"""A mutation: where the modern worker goes wrong, in which way, and by how much."""

from typing import List, NamedTuple

import numpy as np

from poets.migrate.judge.compare import tolerances

PREFIX = "mutant:"  # of the fault's name in `parity_tests.fixtures.workers.broken_worker`

# stage -> the part that the verdict must name, and the tolerance of a value there
STAGES = {
    "decode": ("decode", 1.0),
    "resize": ("resize", tolerances.STAGES["resize"]),
    "normalize": ("normalize", tolerances.STAGES["normalize"]),
    "bottleneck": ("bottleneck", tolerances.STAGES["bottleneck"]),
    "weights": ("training", tolerances.FINAL_WEIGHTS),
    "losses": ("training", tolerances.LOSSES),
    "logits": ("logits", tolerances.STAGES["logits"]),
    "probabilities": ("probabilities", tolerances.STAGES["probabilities"]),
    "single": ("single", tolerances.STAGES["probabilities"]),
    "export": ("export", None),
}
SIZES = (0.3, 3.0, 100.0)  # in tolerances; the first is below what the judge promises to see


class Mutation(NamedTuple):
    stage: str
    """A key of STAGES."""
    kind: str
    """`shift`, `scale`, `noise`, `one` (one channel, class or feature) or `swap` (the first two of them)."""
    size: float
    """In tolerances of the stage; without meaning for `swap`."""

    @property
    def name(self) -> str:
        """As a fault of the broken worker."""
        return f"{PREFIX}{self.stage}:{self.kind}:{self.size:g}"

    @property
    def must_die(self) -> bool:
        """Whether it is above the published tolerance."""
        return self.kind == "swap" or self.size > 1


def mutation_of(name: str) -> Mutation:
    """The mutation of a fault's name."""
    stage, kind, size = name[len(PREFIX) :].split(":")
    return Mutation(stage, kind, float(size))


def mutated(values: np.ndarray, mutation: Mutation) -> np.ndarray:
    """The values with the mutation; their type stays."""
    tolerance = STAGES[mutation.stage][1] or 0.0
    by, found = mutation.size * tolerance, np.array(values)
    if mutation.kind == "swap":
        found[..., [0, 1]] = found[..., [1, 0]]
        return found
    if values.dtype == np.uint8:
        by = max(1.0, round(by))
    changed = found.astype(np.float64)
    if mutation.kind == "shift":
        changed += by
    elif mutation.kind == "scale":
        changed *= 1 + by / max(float(np.abs(changed).max()), 1e-12)
    elif mutation.kind == "noise":
        changed += by * np.random.RandomState(0).choice([-1, 1], changed.shape[-1:])  # of a photo, the same each time
    elif changed.ndim > 1:
        changed[..., changed.shape[-1] // 2] += by
    else:
        changed[len(changed) // 2] += by
    return np.clip(changed, 0, 255).astype(np.uint8) if values.dtype == np.uint8 else changed.astype(values.dtype)


def mutations(thorough: bool) -> List[Mutation]:
    """Mutations of every stage: a few of each, or every kind and size that makes sense."""
    found = [Mutation("export", "swap", 1.0), Mutation("bottleneck", "noise", SIZES[0])]
    for stage in STAGES:
        kinds = ("shift", "scale", "noise", "one") if thorough else ("noise", "one")
        sizes = SIZES if thorough and stage != "decode" else (3.0,)
        if stage != "export":
            found += [Mutation(stage, kind, size) for kind in kinds for size in sizes]
        if stage not in ("export", "losses"):
            found.append(Mutation(stage, "swap", 1.0))
    # 1 loss in 100 may be further apart
    return [one for one in found if not (one.stage == "losses" and one.kind == "one")]
