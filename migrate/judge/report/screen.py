"""A report as a terminal shows it: one screen of 80 columns, or all of it under -v; as text and as a picture too."""

import io
from typing import Any, List, NamedTuple, Optional, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.panel import Panel
from rich.segment import Segment
from rich.table import Table as RichTable
from rich.text import Text

from poets.migrate.judge.report.figures import printable
from poets.migrate.judge.report.page import BAD, DOUBTFUL, GOOD, Line, Page, Section, Table, mark
from poets.migrate.judge.report.sparkline import Curves

WIDTH = 80
LINES = 32  # of the 33 that a small terminal has; the last one is the prompt's
MOST_ROWS = 10  # of a table that has to be cut: the first 4 and the last 5, and dots between them
MOST_REASON_LINES = 3  # a reason may name any number of classes
MOST_SIDES = 8
MOST_FIRST = 24  # characters of what rows are about, which are then kept in one line
STYLES = {"": "", GOOD: "green", DOUBTFUL: "yellow", BAD: "red"}
CELLS = {"ok": "green", "FAIL": "bold red"}
MORE = Text("-v shows all of it", "dim")

SegmentLine = List[Segment]


class Block(NamedTuple):
    """The lines of a section, drawn in full and in two shorter forms."""

    whole: List[SegmentLine]
    plain: List[SegmentLine]
    """Without curves, and with the first and last rows alone of a long table."""
    short: List[SegmentLine]
    """The outcome alone."""
    urgency: int
    """The higher, the longer it is shown whole."""


class Screen:
    """A page as something rich can print: at most `LINES` lines, or all there is under ``verbose``."""

    def __init__(self, page: Page, verbose: bool = False) -> None:
        self.page = page
        self.verbose = verbose

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        def draw(*parts: Any) -> List[SegmentLine]:
            return [line for part in parts for line in console.render_lines(part, options, pad=False)]

        head, end = draw(*headline(self.page, options.max_width, self.verbose)), draw(next_step(self.page))
        if self.verbose:
            middle = [line for section in self.page.sections for line in draw(*section_parts(section, True))]
            lines = head + middle + draw(Text(f"\ncompared in {self.page.seconds:.0f} s")) + end
        else:
            blocks = [block_of(section, draw, options.max_width) for section in self.page.sections]
            room = LINES if self.page.cases else None  # a page that judges nothing is its table: all of it is shown
            lines = fitted(head, [block for block in blocks if block.whole], end, draw(MORE), room)
        for line in lines:
            yield from line
            yield Segment.line()


def block_of(section: Section, draw: Any, width: int) -> Block:
    """A section drawn whole, and in short: in a line, or as its table where it has nothing else."""
    first = section.short or (section.summary[0] if section.summary else None)
    short = draw(cropped(line_text(first), width)) if first else draw(*table_parts(section.on_screen, True))
    failed = any(line.outcome == "FAIL" for line in section.summary)
    whole, plain = draw(*section_parts(section, False)), draw(*section_parts(section._replace(curves={}), False, True))
    return Block(whole, plain, short, section.rank + 100 * failed)


def fitted(
    head: List[SegmentLine],
    blocks: Sequence[Block],
    end: List[SegmentLine],
    more: List[SegmentLine],
    most: Optional[int],
) -> List[SegmentLine]:
    """As much as there is room for: all outcomes, then what is urgent as a whole, then blank lines between.

    Args:
        head: lines that are always shown.
        blocks: what comes below it.
        end: the last lines.
        more: what stands before ``end`` where something is left out.
        most: int, lines in all; None for as many as it takes.
    """
    chosen = [block.whole for block in blocks]
    whole = len(head) + sum(map(len, chosen)) + len(blocks) + len(end) + 1
    most = whole if most is None else most
    room = most - len(head) - len(end)
    if sum(map(len, chosen)) > room:
        room -= len(more)
        end = more + end
        chosen = chosen_forms(blocks, room)
    left = room - sum(map(len, chosen))
    found = list(head)
    for place, lines in enumerate(chosen):
        if place and left > 1 and lines is not blocks[place].short:
            found.append([])
            left -= 1
        found.extend(lines)
    if left > 0:
        end = [[]] + end
    return found[: most - len(end)] + end  # cut where not even the outcomes fit


def chosen_forms(blocks: Sequence[Block], room: int) -> List[List[SegmentLine]]:
    """A form of each block, so that together they have at most ``room`` lines where that can be done."""
    chosen = [block.short for block in blocks]
    left = room - sum(map(len, chosen))
    urgent = sorted(range(len(blocks)), key=lambda place: (-blocks[place].urgency, place))
    for form in ("plain", "whole"):
        for place in urgent:
            lines = getattr(blocks[place], form)
            added = len(lines) - len(chosen[place])
            if added <= left:
                chosen[place], left = lines, left - added
    return chosen


def section_parts(section: Section, verbose: bool, cut: bool = False) -> List[Any]:
    """What rich draws of a section; with ``cut``, the first and last rows alone of a long table."""
    parts: List[Any] = [line_text(line) for line in section.summary]
    if section.curves:
        parts.append(Curves(section.curves))
    parts.extend(table_parts(section.on_screen, cut))
    if verbose:
        if section.table and section.table != section.on_screen:
            parts.extend([Text("\n" + section.table.title, "bold")] + table_parts(section.table))
        if section.table:
            parts.extend(Text(printable(note)) for note in section.table.notes)
        parts.extend(line_text(line) for line in section.more)
        parts.append(Text(""))
    return parts


def headline(page: Page, width: int, verbose: bool) -> List[Any]:
    """The verdict, where there is one to give, in a box; what was compared, and what ran where."""
    about = page.sides if verbose or len(page.sides) <= MOST_SIDES else page.sides[:MOST_SIDES] + ["..."]
    facts = Text(printable("\n".join(about + [page.subject])))
    if not page.cases:
        return [facts, Text("")]
    found = Text(mark(page), "bold green" if page.parity else "bold red")
    if page.reason:
        room = MOST_REASON_LINES * (width - 4) - len(found) - 20  # words that wrap leave some of it empty
        reason = page.reason if verbose or len(page.reason) <= room else page.reason[:room] + "... (-v)"
        found.append(": " + " ".join(printable(reason).split()), "red")
    return [Panel(Text("\n").join([found, facts]), title=page.title, expand=True)]


def next_step(page: Page) -> Text:
    """What to do next; quietly where all is well."""
    return Text(page.next_step, "dim" if page.parity else "bold")


def line_text(line: Line) -> Text:
    """A line in the colour of its mood, or with its outcome in it."""
    if not line.outcome:
        return Text(printable(line.text), STYLES[line.mood])
    return Text(printable(line.text)).append(line.outcome, CELLS.get(line.outcome, STYLES[line.mood]))


def cropped(text: Text, width: int) -> Text:
    """The text in one line; with three dots, which any console has, where it does not fit."""
    found = Text(" ").join(text.split())
    if found.cell_len > width:
        found.truncate(width - 3, overflow="crop")
        found.append("...")
    return found


def table_parts(table: Optional[Table], cut: bool = False) -> List[Any]:
    """A table as a list of one, or of none where there is no table."""
    if table is None:
        return []
    return [draw_table(table, MOST_ROWS if cut and len(table.rows) > MOST_ROWS else None)]


def draw_table(table: Table, most: Optional[int] = None) -> RichTable:
    """A table as rich draws it; with ``most`` rows, those in the middle left out."""
    found = RichTable(expand=True, box=None, header_style="bold", pad_edge=False)
    short = all(len(cell) <= MOST_FIRST for cell in [table.columns[0]] + [row[0] for row in table.rows])
    for place, name in enumerate(table.columns):
        found.add_column(
            Text(printable(name)),
            justify="right" if place else "left",
            overflow="fold",
            no_wrap=short and not place,  # the other columns' headings are wrapped first
        )
    places = list(range(len(table.rows)))
    if most is not None:
        head = (most - 1) // 2
        places = places[:head] + [-1] + places[len(places) - (most - 1 - head) :]
    for row in places:
        cells = table.rows[row] if row >= 0 else ["..."] * len(table.columns)
        found.add_row(
            *[
                Text(printable(cell), STYLES[table.moods.get((row, place), "")] or CELLS.get(cell, ""))
                for place, cell in enumerate(cells)
            ]
        )
    return found


def as_text(page: Page, width: int = WIDTH, verbose: bool = False) -> str:
    """The report as plain text."""
    console = Console(width=width, color_system=None, record=True, file=io.StringIO())
    console.print(Screen(page, verbose))
    return console.export_text()


def as_svg(page: Page) -> str:
    """The report as an SVG picture of a terminal."""
    console = Console(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Screen(page))
    return console.export_svg(title=page.title)
