"""Report lines on the twins' speed."""

from typing import List, Sequence

from poets.migrate.judge.compare.statistics import INSTALL_SCIPY, samples_needed
from poets.migrate.judge.measure.speed import METRICS, PERCENTILES, SideSpeed, Speed, SpeedFigure
from poets.migrate.judge.report.figures import ratio_with_interval, shown
from poets.migrate.judge.report.page import DOUBTFUL, GOOD, Line, Section, Table

ROWS = METRICS + (("cold_start_s", "cold start, s"), ("peak_rss_mb", "peak memory, MB"))
COLUMNS = ["legacy", "modern", "modern/legacy [95 %]", "p"]
FORMATS = {"label_ms": "%.1f", "cold_start_s": "%.1f"}  # the others are whole numbers
SHOWN_RUNS = 8  # runs shown per metric and twin; the JSON has all
MORE_IS_BETTER = ("features_per_second", "train_steps_per_second")


def speed_section(speed: Speed) -> Section:
    """The validity and a table of the figures: 7 lines of 80 columns if they are valid."""
    table = speed_table(speed)
    runs, reasons = speed.conditions.runs, speed.reasons
    return Section(validity_lines(runs, reasons), validity_short(reasons), table, table, more=details(speed), rank=1)


def validity_short(reasons: Sequence[str]) -> Line:
    """VALID, or INVALID and the first reason, without the figures."""
    if not reasons:
        return Line("speed: ", GOOD, "VALID")
    others = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return Line(f"speed INVALID{others}: {reasons[0]}", DOUBTFUL)


def validity_lines(runs: int, reasons: Sequence[str]) -> List[Line]:
    """VALID, or INVALID with the first reason in one line; ``-v`` shows the others."""
    head = f"speed, medians of {runs} runs per side, taken in turns: "
    if not reasons:
        return [Line(head, GOOD, "VALID")]
    return [Line(head, DOUBTFUL, "INVALID"), Line("  " + first_reason(reasons))]


def first_reason(reasons: Sequence[str]) -> str:
    """The first reason, and how many more there are."""
    return reasons[0] + (f", and {len(reasons) - 1} more reasons (-v)" if len(reasons) > 1 else "")


def speed_table(speed: Speed) -> Table:
    """A row per metric."""
    rows: List[List[str]] = []
    moods = {}
    for key, words in ROWS:
        figure: SpeedFigure = getattr(speed, key)
        if not speed.reasons:
            moods[len(rows), 3] = ratio_mood(key, figure)
        rows.append([words] + cells(key, figure))
    verdict = "INVALID" if speed.reasons else "VALID"
    notes = [f"Medians of {speed.conditions.runs} runs per side, taken in turns: {verdict}."] + speed.reasons
    return Table("Speed", ["metric"] + COLUMNS, rows, notes, moods, bool(speed.reasons))


def cells(key: str, figure: SpeedFigure) -> List[str]:
    """A metric's row, under `COLUMNS`; the ratio is that of the medians, the interval that of the pairs."""
    form = FORMATS.get(key, "%.0f")
    return [
        shown(form, figure.legacy),
        shown(form, figure.modern),
        ratio_with_interval(figure.ratio, figure.interval),
        shown("%.2g", figure.p_value),
    ]


def details(speed: Speed) -> List[Line]:
    """The lines that ``-v`` adds."""
    lines = ["speed, more of it:"]
    for key, words in METRICS:
        for twin, side in (getattr(speed, key).sides or {}).items():
            lines.append(f"  {words}, {twin}: {_side(side, FORMATS.get(key, '%.0f'))}")
    lines.append("  " + ", ".join(f"p{share} takes {samples_needed(share)} samples" for share in PERCENTILES))
    if speed.label_ms.p_value is None:
        lines.append("  no p-values, which need scipy: " + INSTALL_SCIPY)
    lines.extend("  INVALID: " + reason for reason in speed.reasons)
    return [Line(line) for line in lines + ["  " + _conditions(speed)]]


def _side(side: SideSpeed, form: str) -> str:
    runs = " ".join(form % value for value in side.runs[:SHOWN_RUNS])
    more = f" ... ({len(side.runs)} runs)" if len(side.runs) > SHOWN_RUNS else ""
    shares = "".join(
        f"; {name} {form % value}" for name, value in sorted(side.percentiles.items()) if value is not None
    )
    return f"first {form % side.first}, then {runs}{more}{shares}"


def _conditions(speed: Speed) -> str:
    found = speed.conditions
    load = shown("%.0f %%", None if found.other_load is None else 100 * found.other_load, "unknown")
    average = shown("%.2f", found.load_average, "unknown")
    pages = shown("%d", found.swapped_pages, "unknown")
    clock = shown("%.2f", found.clock_change, "unknown")
    return (
        f"{found.seconds:.1f} s of runs, {100 * found.overhead:.1f} % of it outside the workers (judge and pipes);\n"
        f"  other load {load}, load average {average}, pages swapped {pages}, clock second half/first {clock}"
    )


def ratio_mood(key: str, figure: SpeedFigure) -> str:
    """Good if modern is significantly better, doubtful if significantly worse."""
    if figure.ratio is None:
        return ""
    low, high = (figure.interval.low, figure.interval.high) if figure.interval else (figure.ratio, figure.ratio)
    better, worse = (low > 1, high < 1) if key in MORE_IS_BETTER else (high < 1, low > 1)
    return GOOD if better else DOUBTFUL if worse else ""
