"""The tables of `make bench`."""

from typing import List

from rich.console import Group
from rich.table import Table
from rich.text import Text

from parity_tests.bench import measures
from parity_tests.bench.porting import BATCH
from parity_tests.bench.porting import Porting
from parity_tests.bench.result import FLAT
from parity_tests.bench.result import SERVING
from parity_tests.bench.result import TOGETHER
from parity_tests.bench.result import Memory
from parity_tests.bench.result import Result
from parity_tests.bench.result import Row
from parity_tests.bench.result import missed
from parity_tests.bench.result import serving_ratio
from parity_tests.bench.result import together_ratio


def render(result: Result) -> Group:
    """The result as something rich can print, 80 columns wide."""
    parts = [_ratios(result.rows)] if result.rows else []  # type: List[object]
    if result.accuracy:
        parts.append(_accuracy(result))
    if result.memory:
        parts.append(_memory(result.memory))
    if result.porting:
        parts.append(_porting(result.porting))
    words = missed(result)
    parts.append(Text("\n".join(["missed:"] + words), "bold red") if words else Text("every target met", "bold green"))
    return Group(*parts)  # type: ignore[arg-type]


def _ratios(rows: List[Row]) -> Table:
    table = Table(title="against a plain retrain.py-style loop, measured in turns", expand=True)
    table.add_column("")
    for name in measures.PROGRAMS + ("legacy", "modern"):
        table.add_column(name, justify="right")
    for row in rows:
        values = ["%.3g %s" % (row.values[program], row.unit) for program in measures.PROGRAMS]
        table.add_row(row.name, *(values + [_ratio(row, twin) for twin in measures.TWINS]))
    return table


def _ratio(row: Row, twin: str) -> Text:
    ratio, target = row.ratios[twin], row.targets.get(twin)
    if target is None:
        return Text("%.1fx" % ratio)
    return Text("%.1fx (%gx)" % (ratio, target), "green" if ratio >= target else "bold red")


def _porting(found: Porting) -> Text:
    serving, together = serving_ratio(found), together_ratio(found)
    return Text("\n".join([
        "serving %s: port in batches of %d %.3g images/s, Session one by one %.3g: %.1fx (%gx)" % (
            found.graph, BATCH, found.port_rate, found.session_rate, serving, SERVING),
        "porting %d graphs: in one call %.0f s, a process each %.0f s: %.1fx (%gx)" % (
            found.graphs, found.together_seconds, found.apart_seconds, together, TOGETHER)]))


def _accuracy(result: Result) -> Text:
    shown = ", ".join("%s %.1f %%" % (program, 100 * value) for program, value in result.accuracy.items())
    lines = ["accuracy on %d test photos: %s" % (result.test_photos, shown)]
    if result.first_ratio:
        lines.append("modern's very first run, which makes the network's module: %.1fx" % result.first_ratio)
    if result.baseline_steps != measures.STEPS:
        lines.append("SCALED: the baseline ran %d of the %d steps; the seconds in its steps are multiplied by %g"
                     % (result.baseline_steps, measures.STEPS, measures.STEPS / result.baseline_steps))
    return Text("\n".join(lines))


def _memory(memory: Memory) -> Table:
    counts = list(next(iter(memory.peaks.values())))
    table = Table(title="peak memory of a whole retrain, MB", expand=True)
    table.add_column("")
    for count in counts:
        table.add_column("%d photos" % count, justify="right")
    table.add_column("MB per 1000 photos", justify="right")
    for twin, peaks in memory.peaks.items():
        growth = memory.growth[twin]
        table.add_row(twin, *(["%.0f" % peaks[count] for count in counts] + [
            Text("%.1f (%g)" % (growth, FLAT), "green" if growth <= FLAT else "bold red")]))
    return table
