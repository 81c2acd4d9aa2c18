"""The report of `poets parity --task mnist`, drawn by rich: one screen of 80 columns, more under -v."""

import io
from typing import List

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from poets.migrate.judge.lab import page
from poets.migrate.judge.lab.records import SIDES, Verdict
from poets.migrate.judge.report.figures import number, share

WIDTH = 80


def render(verdict: Verdict, verbose: bool = False) -> Group:
    """The verdict as something rich can print, 80 columns wide."""
    mark = Text("PARITY", "bold green") if verdict.parity else Text("NO PARITY", "bold red")
    if not verdict.parity:
        mark.append(": " + page.reason(verdict), "red")
    about = [page.side_line(verdict, side) for side in SIDES] + [page.subject(verdict)]
    parts: List[RenderableType] = [
        Panel(Text("\n").join([mark, Text("\n".join(about))]), title="poets parity", expand=True),
        _parts(verdict),
        Text(page.steps_line(verdict)),
        Text(""),
    ]
    parts.append(_epochs(verdict))
    right = ", ".join(
        f"{side} {share(verdict.accuracy[side])} ({verdict.training_seconds[side]:.1f} s)" for side in SIDES
    )
    parts.append(
        Text(
            (f"\nright on {verdict.test_images} test images: {right}; same on {share(verdict.top1_agreement)}"),
            "" if not verdict.answers else "red",
        )
    )
    if verbose:
        parts.append(
            Text(
                "\nwould have passed at:\n"
                + "\n".join(
                    (
                        f"  {part.name:<30} {number(part.difference.required_tolerance)} over "
                        f"{part.difference.elements} values"
                    )
                    for part in verdict.parts
                )
            )
        )
    parts.append(Text("\n" + page.next_step(verdict), "dim" if verdict.parity else "bold"))
    return Group(*parts)


def as_text(verdict: Verdict, verbose: bool = False) -> str:
    """The report as plain text."""
    console = Console(width=WIDTH, color_system=None, record=True, file=io.StringIO())
    console.print(render(verdict, verbose))
    return console.export_text()


def _table(columns: List[str]) -> Table:
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    table.add_column(columns[0])
    for name in columns[1:]:
        table.add_column(name, justify="right")
    return table


def _parts(verdict: Verdict) -> Table:
    table = _table(["apart by", "max", "mean", "p99", "allowed", ""])
    for part in verdict.parts:
        found = part.difference
        table.add_row(
            escape(part.name),
            number(found.max_abs),
            number(found.mean_abs),
            number(found.p99_abs),
            page.allowed(part),
            Text("ok", "green") if part.difference.passed else Text("FAIL", "bold red"),
        )
    return table


def _epochs(verdict: Verdict) -> Table:
    """The first and last epochs, as many as a screen has room for."""
    rows = page.epochs(verdict).rows
    table = _table(["epoch", "loss, %s / %s" % SIDES, "test loss", "test accuracy"])
    shown = rows if len(rows) <= 10 else rows[:4] + [[]] + rows[-5:]
    for row in shown:
        cells = [f"{row[place]} / {row[place + 1]}" for place in (1, 3, 5)] if row else ["..."] * 3
        table.add_row(row[0] if row else "...", *cells)
    return table
