"""Prove a port: compare it with the original in a v1 Session, in a process that did not write it."""

from typing import Any, Dict, Optional

import numpy as np

from poets.migrate.port.proof import probes
from poets.migrate.port.proof.judging import Proof, failed, judge_near, judge_same
from poets.migrate.port.proof.reference import Reference, make_reference
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.graph_reading import Reading, read
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.targets.all_targets import TARGETS, Near


def prove(path: str, options: ReadingOptions, targets: Dict[str, str], probe: Optional[str]) -> Dict[str, Any]:
    """Compare every target of one graph with the original.

    Returns:
        ``proofs``, target -> Proof as a dict, and ``example``, see `Reference`.

    Args:
        path: str, the original graph.
        options: ReadingOptions that the port was made with.
        targets: target's name -> path of the written port.
        probe: str, a folder of photos; None for seeded pictures, or painted flowers for a lossy target.
    """
    reading = read(path, options)
    references: Dict[bool, Reference] = {}
    proofs = {}
    for name, where in targets.items():
        lossy = isinstance(TARGETS[name].judge, Near)
        if lossy not in references:
            references[lossy] = make_reference(reading, probe, lossy)
        try:
            proofs[name] = compare(reading, name, where, references[lossy])._asdict()
        except Exception as error:  # a target that cannot be loaded or run fails its proof; the others go on
            proofs[name] = failed(name, references[lossy], f"{type(error).__name__}: {reason_of(error)}")._asdict()
    return {"proofs": proofs, "example": next(iter(references.values())).example if references else None}


def compare(reading: Reading, name: str, where: str, reference: Reference) -> Proof:
    """Load one target and compare its probabilities, image by image and in a ragged batch, with the Session's."""
    target, expected = TARGETS[name], reference.expected
    run = target.load(where, reading)
    answers = []
    batches = (1, 1) if reading.one_by_one and not target.is_folder else probes.RAGGED
    for batch in batches:
        starts = range(0, len(reference.pixels), batch)
        answers.append(np.concatenate([run(reference.pixels[start : start + batch]) for start in starts]))
    for answer, batch in zip(answers, batches):
        if answer.shape != expected.shape:
            return failed(
                name, reference, (f"answers of shape {list(answer.shape)}, the Session's are {list(expected.shape)}")
            )
        if not np.isfinite(answer).all():
            return failed(name, reference, f"NaN or infinity at batch {batch}")
    if isinstance(target.judge, Near):
        return judge_near(target.judge, answers, reference)
    moved = max([0.0] + [applied.tolerance for applied in reading.rewrites])
    return judge_same(target.judge, moved, answers, reference)
