"""Tables of the twins' report, also used by the reports on models and the lab."""

from typing import Dict, List, Sequence

from poets.migrate.judge.compare.accuracy import Accuracy
from poets.migrate.judge.compare.attribution import Attribution, ranked
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.compare.fine_tuning import FineTuned, parts_of
from poets.migrate.judge.compare.lockstep import Training
from poets.migrate.judge.compare.thresholds import Judged
from poets.migrate.judge.report.figures import number, share, share_with_interval
from poets.migrate.judge.report.page import Case, Table, result
from poets.migrate.judge.twins.comparison import TwinsVerdict
from poets.migrate.judge.twins.own_answers import OwnAnswers
from poets.migrate.task.stages import TWINS

DIFFERENCES = ["result", "max", "mean", "p99", "allowed", "values"]


def stages(verdict: TwinsVerdict) -> Table:
    """One row per stage."""
    return differences(
        "Stages",
        "stage",
        verdict.stages,
        ["Absolute differences between the twins after each stage, each fed by its own stage before."],
    )


def training(found: Training) -> Table:
    """Losses, final weights, and probabilities computed from the features."""
    first = "" if found.first_step is None else f" The losses diverge at step {found.first_step}."
    parts = {"losses": found.losses, "final weights": found.weights, "probabilities": found.probabilities}
    return differences(
        "Training",
        "in lockstep",
        parts,
        [
            (
                f"{found.steps} steps from the same weights, on the same features, batch by batch: "
                f"{result(found.passed)}.{first}"
            )
        ],
    )


def fine_tuning(found: FineTuned) -> Table:
    """Losses, final weights of network and final layer, and the test photos' probabilities."""
    return differences(
        "Fine-tuning",
        "in lockstep",
        parts_of(found),
        [
            fine_tuning_words(found)
            + (" The largest difference of the early losses is held against what is allowed, the mean one of all else.")
        ],
    )


def fine_tuning_words(found: FineTuned) -> str:
    """How many layers were unfrozen, and the accuracy before and after."""
    thawed, layers = found.layers
    words = f"{found.steps} steps with {thawed} of {layers} layers thawed: {result(found.passed)}."
    if found.frozen is None:
        return words
    after = ", ".join(f"{side} {share(right)}" for side, right in found.tuned.items())
    return f"{words} Right before: {share(found.frozen)}, after: {after}."


def judged(found: Sequence[Judged]) -> Table:
    """The user's thresholds."""
    return Table("Thresholds", ["demanded and found", "result"], [[one.words, result(one.passed)] for one in found], [])


def accuracy(found: Accuracy) -> Table:
    """One row per twin."""
    rows = [
        ["legacy", share_with_interval(found.legacy, found.legacy_interval)],
        ["modern", share_with_interval(found.modern, found.modern_interval)],
    ]
    return Table(
        "Accuracy",
        ["twin", "right, with 95 % interval"],
        rows,
        [
            (
                f"{found.n} test photos: {result(found.passed)}. Both predict the same class on "
                f"{share(found.top1_agreement)} of them."
            )
        ],
    )


def own_answers(own: Dict[str, OwnAnswers]) -> Table:
    """One row per side and check of the side against itself."""
    found = {}
    for side, one in own.items():
        found.update({f"{side}, again": one.again, f"{side}, one by one": one.single})
        found.update({f"{side}, exported {name}": exported for name, exported in one.exported.items()})
    notes = [f"{side}: {one.labels}." for side, one in own.items() if one.labels]
    return differences("Each side against itself", "side", found, notes)


def attribution(found: Attribution, sides: Sequence[str] = TWINS) -> Table:
    """The stages, the largest part first, then the whole and the leftover."""
    rows = [
        [part.stage, number(part.mean_abs), number(part.max_abs), str(part.flipped)]
        for part in ranked(found) + [found.leftover, found.whole]
    ]
    return Table(
        "Attribution",
        ["stage", "mean", "max", "top-1 flipped"],
        rows,
        [f"What each stage, done by {sides[1]} alone, changes in {sides[0]}'s probabilities of {found.photos} photos."],
    )


def difference_case(name: str, found: Difference, allowed: str = "") -> Case:
    """A difference as a test case; ``allowed`` words the tolerance if the plain number is not enough."""
    return Case(
        name,
        found.passed,
        found.why,
        (
            f"max {number(found.max_abs)}, mean {number(found.mean_abs)}, p99 {number(found.p99_abs)}, allowed "
            f"{allowed or number(found.tolerance)}, values {found.elements}"
        ),
        "",
    )


def threshold_case(found: Judged, prefix: str = "") -> Case:
    """One of the user's thresholds as a test case."""
    return Case(f"{prefix}threshold: {found.output} {found.threshold.kind}", found.passed, found.words, found.words, "")


def differences(title: str, subject: str, found: Dict[str, Difference], notes: List[str]) -> Table:
    """One row per difference, with the reason if it fails."""
    rows = [
        [
            name,
            result(one.passed),
            number(one.max_abs),
            number(one.mean_abs),
            number(one.p99_abs),
            number(one.tolerance),
            str(one.elements),
        ]
        for name, one in found.items()
    ]
    return Table(
        title, [subject] + DIFFERENCES, rows, notes + [f"{name}: {one.why}." for name, one in found.items() if one.why]
    )
