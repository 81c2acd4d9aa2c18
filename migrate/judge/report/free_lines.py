"""The report's lines on free training."""

from typing import List

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from poets.migrate.judge.compare.free_training import TWINS, FreeTraining
from poets.migrate.judge.report.figures import mean_of_shares, share


def render(found: FreeTraining) -> Text:
    """What the report's screen shows, in at most 5 lines of 80 columns."""
    count = len(found.seeds["legacy"])
    text = Text(f"free training, {count} of each, {found.n} test photos: mean accuracy [min...max]\n  ")
    text.append(", ".join(f"{twin} {mean_of_shares(found.accuracies[twin])}" for twin in TWINS))
    for line in equivalence_lines(found):
        text.append("\n  " + line)
    text.append("\n  " + found.conclusion, "green" if found.conclusion.startswith("equivalent ") else "yellow")
    text.append("\n  " + _votes(found) + "\n")
    return text


def details(found: FreeTraining) -> Group:
    """What ``-v`` adds: a table of the classes, the accuracies of every seed, the photos named differently."""
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    table.add_column("free training, votes")
    for name in ("photos", "precision legacy", "modern", "recall legacy", "modern"):
        table.add_column(name, justify="right")
    for scores in found.classes:
        table.add_row(
            scores.label,
            f"{scores.photos}",
            *(share(part[twin]) for part in (scores.precision, scores.recall) for twin in TWINS),
        )
    parts: List[RenderableType] = [Text(""), table]
    for twin in TWINS:
        parts.append(
            Text(
                "  %s, seed: accuracy: %s"
                % (
                    twin,
                    ", ".join("%d: %s" % pair for pair in zip(found.seeds[twin], map(share, found.accuracies[twin]))),
                )
            )
        )
    parts.append(
        Text(
            f"  McNemar: photos that only legacy's vote names rightly: {found.only_right['legacy']}, only modern's: "
            f"{found.only_right['modern']}; p = {found.mcnemar_p:.2g}"
        )
    )
    for photo in found.disagreeing:
        parts.append(Text(f"  {photo.path}: {photo.truth}; legacy says {photo.legacy}, modern {photo.modern}"))
    return Group(*parts)


def equivalence_lines(found: FreeTraining) -> List[str]:
    """The equivalence test's figures in a line; none where a single seed cannot be tested."""
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
