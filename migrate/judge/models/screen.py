"""The report of `poets parity A B [C...]`, drawn by rich: one screen of 80 columns, more under -v."""

from typing import List

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from poets.migrate.judge.models import page
from poets.migrate.judge.models.records import PIXELS, STAGE_OF, Model, Pair, Verdict
from poets.migrate.judge.models.timing import METRICS
from poets.migrate.judge.report import machine_lines
from poets.migrate.judge.report.figures import number, share
from poets.migrate.judge.report.speed_lines import first_reasons
from poets.migrate.judge.twins.screen import attribution_lines

SHOWN = 20  # photos labelled differently, under -v


def render(verdict: Verdict, verbose: bool = False) -> Group:
    """The verdict as something rich can print, 80 columns wide."""
    mark = Text("PARITY", "bold green") if verdict.parity else Text("NO PARITY", "bold red")
    if not verdict.parity:
        mark.append(": " + page.reason(verdict), "red")
    mark.append("\n" + page.subject(verdict), "default")
    parts: List[RenderableType] = [Panel(mark, title="poets parity", expand=True), _models(verdict.models)]
    parts.append(_pairs(verdict))
    for pair in verdict.pairs:
        parts.extend(_more(pair, verbose))
    if verdict.conditions:
        parts.extend([Text(""), _speed(verdict, verbose)])
    parts.append(Text("\n" + page.next_step(verdict), "dim" if verdict.parity else "bold"))
    return Group(*parts)


def _table(first: str, others: List[str]) -> Table:
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right")
    return table


def _models(models: List[Model]) -> Table:
    table = _table("model", ["run by", "input", "right"])
    for model in models:
        table.add_row(escape(model.name), page.run_by(model), page.takes(model), share(model.accuracy))
    return table


def _pairs(verdict: Verdict) -> Table:
    stage = STAGE_OF[verdict.output]
    table = _table("apart from the first", list(PIXELS) + [verdict.output, "same top-1", ""])
    for pair in verdict.pairs:
        cells = [number(pair.stages[name].max_abs) if name in pair.stages else "own" for name in PIXELS]
        cells.append(number(pair.stages[stage].max_abs) if stage in pair.stages else "-")
        table.add_row(
            escape(pair.other),
            *cells,
            share(pair.top1_agreement),
            Text("ok", "green") if pair.passed else Text("FAIL", "bold red"),
        )
    return table


def _more(pair: Pair, verbose: bool) -> List[Text]:
    lines = [
        Text("%s %s: %s" % ("ok  " if found.passed else "FAIL", pair.other, found.words), "" if found.passed else "red")
        for found in pair.judged
        if verbose or not found.passed
    ]
    if not pair.passed and not pair.judged:
        lines.append(Text(f"{pair.other}: {pair.why}", "red"))
    if pair.attribution:
        lines.append(Text(f"{pair.other}:\n").append_text(attribution_lines(pair.attribution, verbose)))
    if verbose and pair.disagreeing:
        lines.append(
            Text(
                f"{pair.other} labels {len(pair.disagreeing)} photos differently: {', '.join(pair.disagreeing[:SHOWN])}"
            )
        )
    return lines


def _speed(verdict: Verdict, verbose: bool) -> Group:
    assert verdict.conditions is not None
    head = Text(f"speed, medians of {verdict.conditions.runs} runs each, taken in turns: ")
    head.append(*(("INVALID", "bold red") if verdict.reasons else ("VALID", "green")))
    for line in verdict.reasons if verbose else first_reasons(verdict.reasons):
        head.append("\n  " + line, "red")
    columns = []
    for _, words in METRICS:
        columns += [words, "[95 %]"]
    table = _table("", columns)
    for row in page.speed_table(verdict).rows:
        table.add_row(*[escape(cell) for cell in row[: len(columns) + 1]])
    parts = [
        head,
        table,
        Text(
            "cold start %s s; peak memory %s MB"
            % (
                " / ".join(f"{model.cold_start_s:.1f}" for model in verdict.models),
                " / ".join(f"{model.peak_rss_mb:.0f}" for model in verdict.models),
            )
        ),
    ]  # type: List[RenderableType]
    if verdict.observed and machine_lines.tells_much(verdict.observed):
        parts.append(Text("\n".join(machine_lines.lines(verdict.observed))))
    if verdict.observed and verbose:
        parts.append(machine_lines.render(verdict.observed))
    return Group(*parts)
