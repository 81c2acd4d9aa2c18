"""The report's lines on speed."""

from typing import List, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from poets.migrate.judge.compare.statistics import INSTALL_SCIPY, samples_needed
from poets.migrate.judge.measure.speed import METRICS, PERCENTILES, Figure, Side, Speed
from poets.migrate.judge.report import machine_lines
from poets.migrate.judge.report.figures import ratio_with_interval, shown

ROWS = METRICS + (("cold_start_s", "cold start, s"), ("peak_rss_mb", "peak memory, MB"))
COLUMNS = ["legacy", "modern", "modern/legacy [95 %]", "p"]
FORMATS = {"label_ms": "%.1f", "cold_start_s": "%.1f"}  # of the others: whole numbers
SHOWN_RUNS = 8  # of each metric and twin; the JSON has them all
MORE_IS_BETTER = ("features_per_second", "train_steps_per_second")


def render(speed: Speed) -> Group:
    """Whether the figures are valid, and a table of them: 7 lines of 80 columns where they are."""
    head = Text(f"speed, medians of {speed.conditions.runs} runs a side, taken in turns: ")
    head.append(*(("INVALID", "bold red") if speed.reasons else ("VALID", "green")))
    for line in first_reasons(speed.reasons):
        head.append("\n  " + line, "red")
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for key, words in ROWS:
        figure: Figure = getattr(speed, key)
        legacy, modern, ratio, p_value = cells(key, figure)
        table.add_row(words, legacy, modern, Text(ratio, _ratio_style(key, figure)), p_value)
    parts: List[RenderableType] = [head, table]
    if speed.observed and machine_lines.tells_much(speed.observed):
        parts.append(Text("\n".join(machine_lines.lines(speed.observed))))
    return Group(*parts)


def first_reasons(reasons: Sequence[str]) -> List[str]:
    """Two lines at most, as a screen has room for."""
    if len(reasons) <= 2:
        return list(reasons)
    return [reasons[0], f"and {len(reasons) - 1} more reasons, which -v lists"]


def cells(key: str, figure: Figure) -> List[str]:
    """A metric's row of the table, under `COLUMNS`; the ratio is the medians', with the pairs' interval."""
    form = FORMATS.get(key, "%.0f")
    return [
        shown(form, figure.legacy),
        shown(form, figure.modern),
        ratio_with_interval(figure.ratio, figure.interval),
        shown("%.2g", figure.p_value),
    ]


def details(speed: Speed) -> Group:
    """What ``-v`` adds."""
    lines = ["\nspeed, more of it:"]
    for key, words in METRICS:
        for twin, side in (getattr(speed, key).sides or {}).items():
            lines.append(f"  {words}, {twin}: {_side(side, FORMATS.get(key, '%.0f'))}")
    lines.append("  " + ", ".join(f"p{share} takes {samples_needed(share)} samples" for share in PERCENTILES))
    if speed.label_ms.p_value is None:
        lines.append("  no p-values, which need scipy: " + INSTALL_SCIPY)
    lines.extend("  INVALID: " + reason for reason in speed.reasons)
    lines.append("  " + _conditions(speed))
    parts: List[RenderableType] = [Text("\n".join(lines))]
    if speed.observed:
        parts.append(machine_lines.render(speed.observed))
    return Group(*parts)


def _side(side: Side, form: str) -> str:
    runs = " ".join(form % value for value in side.runs[:SHOWN_RUNS])
    more = f" ... ({len(side.runs)} runs)" if len(side.runs) > SHOWN_RUNS else ""
    shares = "".join(
        f"; {name} {form % value}" for name, value in sorted(side.percentiles.items()) if value is not None
    )
    return f"first {form % side.first}, then {runs}{more}{shares}"


def _conditions(speed: Speed) -> str:
    found = speed.conditions
    return (
        "%.1f s of runs, %.1f %% of it outside the workers (judge and pipes);\n  other load %s, load average %s, "
        "pages swapped %s, clock second half/first %s"
        % (
            found.seconds,
            100 * found.overhead,
            shown("%.0f %%", None if found.other_load is None else 100 * found.other_load, "unknown"),
            shown("%.2f", found.load_average, "unknown"),
            shown("%d", found.swapped_pages, "unknown"),
            shown("%.2f", found.clock_change, "unknown"),
        )
    )


def _ratio_style(key: str, figure: Figure) -> str:
    """Green where modern is surely better, yellow where surely worse."""
    if figure.ratio is None:
        return ""
    low, high = (figure.interval.low, figure.interval.high) if figure.interval else (figure.ratio, figure.ratio)
    better, worse = (low > 1, high < 1) if key in MORE_IS_BETTER else (high < 1, low > 1)
    return "green" if better else "yellow" if worse else ""
