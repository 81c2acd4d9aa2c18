"""The tables of `make bench`."""

from typing import List

from rich.console import Group
from rich.table import Table
from rich.text import Text

from parity_tests.bench import measures
from parity_tests.bench.inspecting import Inspecting
from parity_tests.bench.porting import BATCH, Porting
from parity_tests.bench.result import (
    FLAT,
    INSPECTED,
    SERVING,
    TOGETHER,
    Memory,
    Result,
    Row,
    inspecting_ratio,
    missed,
    serving_ratio,
    together_ratio,
)


def render(result: Result) -> Group:
    """The result as something rich can print, 80 columns wide."""
    parts = [_ratios(result.rows)] if result.rows else []  # type: List[object]
    if result.accuracy:
        parts.append(_accuracy(result))
    if result.memory:
        parts.append(_memory(result.memory))
    if result.porting:
        parts.append(_porting(result.porting))
    if result.inspecting:
        parts.append(_inspecting(result.inspecting))
    words = missed(result)
    parts.append(Text("\n".join(["missed:"] + words), "bold red") if words else Text("every target met", "bold green"))
    return Group(*parts)  # type: ignore[arg-type]


def _ratios(rows: List[Row]) -> Table:
    table = Table(title="against a plain retrain.py-style loop, measured in turns", expand=True)
    table.add_column("")
    for name in measures.PROGRAMS + ("legacy", "modern"):
        table.add_column(name, justify="right")
    for row in rows:
        values = [f"{row.values[program]:.3g} {row.unit}" for program in measures.PROGRAMS]
        table.add_row(row.name, *(values + [_ratio(row, twin) for twin in measures.TWINS]))
    return table


def _ratio(row: Row, twin: str) -> Text:
    ratio, target = row.ratios[twin], row.targets.get(twin)
    if target is None:
        return Text(f"{ratio:.1f}x")
    return Text(f"{ratio:.1f}x ({target:g}x)", "green" if ratio >= target else "bold red")


def _porting(found: Porting) -> Text:
    serving, together = serving_ratio(found), together_ratio(found)
    return Text(
        "\n".join(
            [
                (
                    f"serving {found.graph}: port in batches of {BATCH} {found.port_rate:.3g} images/s, Session "
                    f"one by one {found.session_rate:.3g}: {serving:.1f}x ({SERVING:g}x)"
                ),
                (
                    f"porting {found.graphs} graphs: in one call {found.together_seconds:.0f} s, a process each "
                    f"{found.apart_seconds:.0f} s: {together:.1f}x ({TOGETHER:g}x)"
                ),
            ]
        )
    )


def _inspecting(found: Inspecting) -> Text:
    return Text(
        f"inspecting {found.graphs} graphs: in one call {found.together_seconds:.2f} s, one alone {found.alone:.2f} s, "
        f"with TensorFlow {found.with_tensorflow:.2f} s each: {inspecting_ratio(found):.0f}x ({INSPECTED:g}x)"
    )


def _accuracy(result: Result) -> Text:
    shown = ", ".join(f"{program} {100 * value:.1f} %" for program, value in result.accuracy.items())
    lines = [f"accuracy on {result.test_photos} test photos: {shown}"]
    if result.first_ratio:
        lines.append(f"modern's very first run, which makes the network's module: {result.first_ratio:.1f}x")
    if result.baseline_steps != measures.STEPS:
        lines.append(
            f"SCALED: the baseline ran {result.baseline_steps} of the {measures.STEPS} steps; the seconds in its "
            f"steps are multiplied by {measures.STEPS / result.baseline_steps:g}"
        )
    return Text("\n".join(lines))


def _memory(memory: Memory) -> Table:
    counts = list(next(iter(memory.peaks.values())))
    table = Table(title="peak memory of a whole retrain, MB", expand=True)
    table.add_column("")
    for count in counts:
        table.add_column(f"{count} photos", justify="right")
    table.add_column("MB per 1000 photos", justify="right")
    for twin, peaks in memory.peaks.items():
        growth = memory.growth[twin]
        table.add_row(
            twin,
            *(
                [f"{peaks[count]:.0f}" for count in counts]
                + [Text(f"{growth:.1f} ({FLAT:g})", "green" if growth <= FLAT else "bold red")]
            ),
        )
    return table
