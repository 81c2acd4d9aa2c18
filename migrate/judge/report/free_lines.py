"""The report's lines on free training."""

from typing import List

from rich.console import Group
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from poets.migrate.judge.compare.free_training import TWINS
from poets.migrate.judge.compare.free_training import FreeTraining
from poets.migrate.judge.report.figures import mean_of_shares
from poets.migrate.judge.report.figures import share


def render(found: FreeTraining) -> Text:
    """What the report's screen shows, in at most 5 lines of 80 columns."""
    count = len(found.seeds["legacy"])
    text = Text("free training, %d of each, %d test photos: mean accuracy [min...max]\n  " % (count, found.n))
    text.append(", ".join("%s %s" % (twin, mean_of_shares(found.accuracies[twin])) for twin in TWINS))
    for line in equivalence_lines(found):
        text.append("\n  " + line)
    text.append("\n  " + found.conclusion,
                "green" if found.conclusion.startswith("equivalent ") else "yellow")
    text.append("\n  " + _votes(found) + "\n")
    return text


def details(found: FreeTraining) -> Group:
    """What ``-v`` adds: a table of the classes, the accuracies of every seed, the photos named differently."""
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    table.add_column("free training, votes")
    for name in ("photos", "precision legacy", "modern", "recall legacy", "modern"):
        table.add_column(name, justify="right")
    for scores in found.classes:
        table.add_row(scores.label, "%d" % scores.photos, *(
            share(part[twin]) for part in (scores.precision, scores.recall) for twin in TWINS))
    parts: List[RenderableType] = [Text(""), table]
    for twin in TWINS:
        parts.append(Text("  %s, seed: accuracy: %s" % (twin, ", ".join(
            "%d: %s" % pair for pair in zip(found.seeds[twin], map(share, found.accuracies[twin]))))))
    parts.append(Text("  McNemar: photos that only legacy's vote names rightly: %d, only modern's: %d; p = %.2g" % (
        found.only_right["legacy"], found.only_right["modern"], found.mcnemar_p)))
    for photo in found.disagreeing:
        parts.append(Text("  %s: %s; legacy says %s, modern %s" % (
            photo.path, photo.truth, photo.legacy, photo.modern)))
    return Group(*parts)


def equivalence_lines(found: FreeTraining) -> List[str]:
    """The equivalence test's figures in a line; none where a single seed cannot be tested."""
    if not found.equivalence:
        return []
    low, high = found.equivalence.interval
    return ["difference %+.1f points, 90 %% [%+.1f, %+.1f], TOST p = %.2g" % (
        100 * found.equivalence.difference, 100 * low, 100 * high, found.equivalence.p_value)]


def _votes(found: FreeTraining) -> str:
    right = ", ".join("%s %s" % (twin, share(found.vote_accuracy[twin])) for twin in TWINS)
    return "vote: %s; McNemar p = %.2g; answers that differ: %d" % (right, found.mcnemar_p, len(found.disagreeing))
