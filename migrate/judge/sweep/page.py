"""What the report of a sweep says."""

from typing import Any, List

import numpy as np

from poets.migrate.judge.report import charts
from poets.migrate.judge.report.charts import Chart
from poets.migrate.judge.report.figures import mean_of_shares
from poets.migrate.judge.report.page import Page, Table
from poets.migrate.judge.sweep.points import Row

COLUMNS = ["setting", "accuracy, mean [min...max]", "95 %", "training, s", "features, s", "verdict"]


def page_of(rows: List[Row], photos: int, test: int, guessing: float, seconds: float) -> Page:
    """The rows in words and figures. A sweep judges nothing: it has no parity to fail."""
    notes = [
        (
            f"Trainings of each setting: {len(rows[0].accuracies)}. 95 % is Wilson's interval of the mean accuracy on "
            f"{test} test photos; naming "
            f"the most frequent class gets {100 * guessing:.1f} % of them."
        ),
        "Features are computed once for each twin and network.",
    ]
    table = Table("Sweep", COLUMNS, [cells(row) for row in rows], notes)
    return Page(True, "", [], f"{photos} photos, {len(rows)} settings", [table], [], best_words(rows), seconds)


def name_of(row: Row) -> str:
    """`modern, mobilenet_0.25_128, 4000 steps, rate 0.01`."""
    setting = row.setting
    device = "" if setting.device == "auto" else ", " + setting.device
    return f"{setting.twin}, {setting.architecture}{device}, {setting.steps} steps, rate {setting.learning_rate:g}"


def cells(row: Row) -> List[str]:
    """A row under `COLUMNS`."""
    return [
        name_of(row),
        mean_of_shares(row.accuracies),
        (f"{100 * row.interval[0]:.1f} to {100 * row.interval[1]:.1f}"),
        f"{row.training_seconds:.2f}",
        f"{row.extraction_seconds:.1f}",
        row.verdict,
    ]


def best_words(rows: List[Row]) -> str:
    """Which setting does best, and which cannot be told from it."""
    best = max(rows, key=lambda row: sum(row.accuracies) / len(row.accuracies))
    near = [row for row in rows if row is not best and row.interval[1] >= sum(best.accuracies) / len(best.accuracies)]
    return "Best: %s. %s" % (
        name_of(best),
        f"{len(near)} of the other {len(rows) - 1} are within its error." if len(rows) > 1 else "It is the only one.",
    )


def chart_of(rows: List[Row]) -> Chart:
    """Accuracy with its interval, a line a setting, and every training as a dot."""
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
        axes.set_xlabel("test photos named rightly, %")

    return Chart("Accuracy", words, charts.draw("sweep", words, paint, 1.0 + 0.25 * len(rows)))
