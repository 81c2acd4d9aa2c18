"""Report lines on free training."""

from typing import List

from poets.migrate.judge.compare.free_training import FreeTraining
from poets.migrate.judge.report.figures import mean_of_shares, share
from poets.migrate.judge.report.page import DOUBTFUL, GOOD, Line, Section, Table
from poets.migrate.task.stages import TWINS


def free_sections(found: FreeTraining) -> List[Section]:
    """Sections on the compared trainings and on each class."""
    short = Line(f"free training, {len(found.seeds['legacy'])} of each: {found.conclusion}")
    return [
        Section(summary(found), short, free_table(found), more=details(found)),
        Section(table=classes_table(found)),
    ]


def summary(found: FreeTraining) -> List[Line]:
    """The summary: at most 5 lines of 80 columns."""
    count = len(found.seeds["legacy"])
    equivalent = found.conclusion.startswith("equivalent ")
    return (
        [
            Line(f"free training, {count} of each, {found.n} test photos: mean accuracy [min...max]"),
            Line("  " + ", ".join(f"{twin} {mean_of_shares(found.accuracies[twin])}" for twin in TWINS)),
        ]
        + [Line("  " + line) for line in equivalence_lines(found)]
        + [Line("  " + found.conclusion, GOOD if equivalent else DOUBTFUL), Line("  " + _votes(found))]
    )


def free_table(found: FreeTraining) -> Table:
    """A row per twin."""
    rows = [
        [twin, mean_of_shares(found.accuracies[twin]), share(found.vote_accuracy[twin]), str(found.only_right[twin])]
        for twin in TWINS
    ]
    notes = [
        f"Trainings of each: {len(found.seeds['legacy'])}, test photos: {found.n}; {found.conclusion}.",
        f"McNemar p = {found.mcnemar_p:.2g}; answers that differ: {len(found.disagreeing)}.",
    ]
    return Table(
        "Free training",
        ["twin", "mean accuracy [min...max]", "vote", "only this vote is right"],
        rows,
        notes + equivalence_lines(found),
    )


def classes_table(found: FreeTraining) -> Table:
    """Precision and recall of every class."""
    rows = [
        [scores.label, str(scores.photos)]
        + [share(part[twin]) for part in (scores.precision, scores.recall) for twin in TWINS]
        for scores in found.classes
    ]
    return Table(
        "Classes",
        ["free training, votes", "photos", "precision legacy", "precision modern", "recall legacy", "recall modern"],
        rows,
        [],
    )


def details(found: FreeTraining) -> List[Line]:
    """The lines that ``-v`` adds: the accuracy of every seed, and the photos labelled differently."""
    lines = []
    for twin in TWINS:
        each = ", ".join(f"{seed}: {share(one)}" for seed, one in zip(found.seeds[twin], found.accuracies[twin]))
        lines.append(f"  {twin}, seed: accuracy: {each}")
    lines.append(
        f"  McNemar: photos that only legacy's vote labels correctly: {found.only_right['legacy']}, only modern's: "
        f"{found.only_right['modern']}; p = {found.mcnemar_p:.2g}"
    )
    for photo in found.disagreeing:
        lines.append(f"  {photo.path}: {photo.truth}; legacy says {photo.legacy}, modern {photo.modern}")
    return [Line(line) for line in lines]


def equivalence_lines(found: FreeTraining) -> List[str]:
    """The equivalence test's figures in one line; none for a single seed, which cannot be tested."""
    if not found.equivalence:
        return []
    low, high = found.equivalence.interval
    return [
        (
            f"difference {100 * found.equivalence.difference:+.1f} points, 90 % [{100 * low:+.1f}, {100 * high:+.1f}], "
            f"TOST p = {found.equivalence.p_value:.2g}"
        )
    ]


def _votes(found: FreeTraining) -> str:
    right = ", ".join(f"{twin} {share(found.vote_accuracy[twin])}" for twin in TWINS)
    return f"vote: {right}; McNemar p = {found.mcnemar_p:.2g}; answers that differ: {len(found.disagreeing)}"
