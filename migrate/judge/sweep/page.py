"""Contents of the report of a sweep."""

from typing import Any, Dict, List

import numpy as np

from poets.migrate.judge.report import charts
from poets.migrate.judge.report.charts import Chart
from poets.migrate.judge.report.figures import mean_of_shares
from poets.migrate.judge.report.page import BAD, DOUBTFUL, GOOD, Line, Page, Section, Table
from poets.migrate.judge.sweep.points import SweepRow

# after the columns of the settings that differ
COLUMNS = ["mean [min...max]", "95 %", "train, s", "features, s", "verdict"]


def page_of(rows: List[SweepRow], photos: int, test: int, guessing: float, seconds: float) -> Page:
    """The rows in words and figures. A sweep has no verdict: it does not test parity."""
    each = [Line(f"{name_of(row)}: " + " ".join(f"{100 * one:.1f}" for one in row.accuracies)) for row in rows]
    table = sweep_table(rows, test, guessing)
    section = Section([Line(table.notes[0])], table=table, on_screen=table, more=each)
    subject = f"{photos} photos, {len(rows)} settings"
    shared = [f"{name} {word}" for name, word in words_of(rows[0]).items() if name not in differing(rows)]
    return Page("poets sweep", True, "", [], ", ".join([subject] + shared), [section], [], best_words(rows), seconds)


def sweep_table(rows: List[SweepRow], test: int, guessing: float) -> Table:
    """One row per setting, named by the parts in which settings differ."""
    names = differing(rows)
    cells, moods = [], {}
    for place, row in enumerate(rows):
        words = words_of(row)
        moods[place, len(names) + len(COLUMNS) - 1] = mood_of(row)
        cells.append([words[name] for name in names] + figures_of(row))
    notes = [
        f"Trainings of each setting: {len(rows[0].accuracies)}. 95 % is Wilson's interval of the mean accuracy on "
        f"{test} test photos; guessing the most frequent class gets {100 * guessing:.1f} % of them right.",
        "Features are computed once for each twin and network.",
    ]
    return Table("Sweep", names + COLUMNS, cells, notes, moods)


def differing(rows: List[SweepRow]) -> List[str]:
    """The parts of a setting in which rows differ; the learning rate if they share all."""
    words = [words_of(row) for row in rows]
    return [name for name in words[0] if len({one[name] for one in words}) > 1] or ["rate"]


def words_of(row: SweepRow) -> Dict[str, str]:
    """The parts of a row's setting, by the names of their columns."""
    setting = row.setting
    return {
        "twin": setting.twin,
        "network": setting.architecture,
        "device": setting.device,
        "steps": str(setting.steps),
        "rate": f"{setting.learning_rate:g}",
    }


def mood_of(row: SweepRow) -> str:
    """Mood of a row's verdict."""
    return BAD if row.verdict.startswith("not") else DOUBTFUL if "," in row.verdict else GOOD


def name_of(row: SweepRow) -> str:
    """`modern, mobilenet_0.25_128, 4000 steps, rate 0.01`."""
    setting = row.setting
    device = "" if setting.device == "auto" else ", " + setting.device
    return f"{setting.twin}, {setting.architecture}{device}, {setting.steps} steps, rate {setting.learning_rate:g}"


def figures_of(row: SweepRow) -> List[str]:
    """A row under `COLUMNS`."""
    return [
        mean_of_shares(row.accuracies),
        f"{100 * row.interval[0]:.1f} to {100 * row.interval[1]:.1f}",
        f"{row.training_seconds:.2f}",
        f"{row.extraction_seconds:.1f}",
        row.verdict,
    ]


def best_words(rows: List[SweepRow]) -> str:
    """The best usable setting, and the number of settings within its error."""
    usable = [row for row in rows if not row.verdict.startswith("not")]
    if not usable:
        return "No setting is usable."
    best = max(usable, key=lambda row: sum(row.accuracies) / len(row.accuracies))
    near = [row for row in usable if row is not best and row.interval[1] >= sum(best.accuracies) / len(best.accuracies)]
    others = f"{len(near)} of the other {len(rows) - 1} are within its error."
    return f"Best: {name_of(best)}. {others if len(rows) > 1 else 'It is the only one.'}"


def chart_of(rows: List[SweepRow]) -> Chart:
    """Accuracy with its interval, one line per setting, and one dot per training."""
    words = "Accuracy by setting. " + "; ".join(f"{name_of(row)}: {mean_of_shares(row.accuracies)}" for row in rows)

    def paint(axes: Any) -> None:
        for place, row in enumerate(rows):
            mean = 100 * sum(row.accuracies) / len(row.accuracies)
            low, high = (100 * one for one in row.interval)
            axes.errorbar(
                [mean], [-place], xerr=[[mean - low], [high - mean]], fmt="s", capsize=3, color=charts.COLOURS[1]
            )
            axes.plot(
                [100 * one for one in row.accuracies],
                np.full(len(row.accuracies), -place),
                ".",
                markersize=4,
                color=charts.COLOURS[0],
            )
        axes.set_yticks([-place for place in range(len(rows))])
        axes.set_yticklabels([name_of(row) for row in rows], fontsize=7)
        axes.set_xlabel("test accuracy, %")

    return Chart("Accuracy", words, charts.draw("sweep", words, paint, 1.0 + 0.25 * len(rows)))
