"""Show a report in a terminal: one screen of 80 columns, or all of it under -v; also as text and as a picture."""

import io
from typing import Any, List, NamedTuple, Optional, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.panel import Panel
from rich.segment import Segment
from rich.table import Table as RichTable
from rich.text import Text

from poets.migrate.console import make_screen
from poets.migrate.judge.report.page import BAD, DOUBTFUL, GOOD, Line, Page, Section, Table, mark
from poets.migrate.judge.report.sparkline import Curves
from poets.migrate.task.printable import printable

WIDTH = 80
LINES = 32  # a small terminal has 33; the last one is for the prompt
MOST_ROWS = 10  # of a table that is cut: the first 4, dots, and the last 5
MOST_REASON_LINES = 3  # a reason may list any number of classes
MOST_SIDES = 8
MOST_FIRST = 24  # characters in the first column that are kept on one line
STYLES = {"": "", GOOD: "green", DOUBTFUL: "yellow", BAD: "red"}
CELLS = {"ok": "green", "FAIL": "bold red"}
MORE = Text("-v shows all of it", "dim")

SegmentLine = List[Segment]


class ScreenBlock(NamedTuple):
    """A section drawn in full and in two shorter forms."""

    whole: List[SegmentLine]
    """All lines, curves included."""
    plain: List[SegmentLine]
    """Without curves, and with only the first and last rows of a long table."""
    short: List[SegmentLine]
    """Only the outcome."""
    urgency: int
    """The higher, the longer the section is shown in full."""


class Screen:
    """A page as a rich renderable: at most `LINES` lines, or all of them if ``verbose``."""

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
            room = LINES if self.page.cases else None  # a page without verdict is only a table: show all of it
            lines = fitted(head, [block for block in blocks if block.whole], end, draw(MORE), room)
        for line in lines:
            yield from line
            yield Segment.line()


def block_of(section: Section, draw: Any, width: int) -> ScreenBlock:
    """Draw a section in full and in short; the short form is one line, or its table if it has nothing else."""
    first = section.short or (section.summary[0] if section.summary else None)
    short = draw(cropped(line_text(first), width)) if first else draw(*table_parts(section.on_screen, True))
    failed = any(line.outcome == "FAIL" for line in section.summary)
    whole, plain = draw(*section_parts(section, False)), draw(*section_parts(section._replace(curves={}), False, True))
    return ScreenBlock(whole, plain, short, section.rank + 100 * failed)


def fitted(
    head: List[SegmentLine],
    blocks: Sequence[ScreenBlock],
    end: List[SegmentLine],
    more: List[SegmentLine],
    most: Optional[int],
) -> List[SegmentLine]:
    """Fit as much as there is room for: all outcomes, then urgent sections in full, then blank lines between.

    Args:
        head: first lines, always shown.
        blocks: the sections below the head.
        end: the last lines.
        more: line before ``end`` if something is left out.
        most: int, maximum number of lines; None for no limit.
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
    return found[: most - len(end)] + end  # cut if not even the outcomes fit


def chosen_forms(blocks: Sequence[ScreenBlock], room: int) -> List[List[SegmentLine]]:
    """Choose a form of each block, so that together they have at most ``room`` lines if possible."""
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
    """The rich renderables of a section; ``cut`` keeps only the first and last rows of a long table."""
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
    """The verdict, if there is one, in a box; what was compared, and what ran where."""
    about = page.sides if verbose or len(page.sides) <= MOST_SIDES else page.sides[:MOST_SIDES] + ["..."]
    facts = Text(printable("\n".join(about + [page.subject])))
    if not page.cases:
        return [facts, Text("")]
    found = Text(mark(page), "bold green" if page.parity else "bold yellow" if page.inconclusive else "bold red")
    if page.reason:
        room = MOST_REASON_LINES * (width - 4) - len(found) - 20  # wrapped words leave some space empty
        reason = page.reason if verbose or len(page.reason) <= room else page.reason[:room] + "... (-v)"
        found.append(": " + " ".join(printable(reason).split()), "red")
    return [Panel(Text("\n").join([found, facts]), title=page.title, expand=True)]


def next_step(page: Page) -> Text:
    """The next step, dimmed if all is well."""
    return Text(page.next_step, "dim" if page.parity else "bold")


def line_text(line: Line) -> Text:
    """A line in the colour of its mood, or with its outcome in it."""
    if not line.outcome:
        return Text(printable(line.text), STYLES[line.mood])
    return Text(printable(line.text)).append(line.outcome, CELLS.get(line.outcome, STYLES[line.mood]))


def cropped(text: Text, width: int) -> Text:
    """The text in one line; three dots, which any console can show, replace what does not fit."""
    found = Text(" ").join(text.split())
    if found.cell_len > width:
        found.truncate(width - 3, overflow="crop")
        found.append("...")
    return found


def table_parts(table: Optional[Table], cut: bool = False) -> List[Any]:
    """A list with the drawn table, or an empty list."""
    if table is None:
        return []
    return [draw_table(table, MOST_ROWS if cut and len(table.rows) > MOST_ROWS else None)]


def draw_table(table: Table, most: Optional[int] = None) -> RichTable:
    """A rich table; with ``most``, rows in the middle are left out."""
    found = RichTable(expand=True, box=None, header_style="bold", pad_edge=False)
    short = all(len(cell) <= MOST_FIRST for cell in [table.columns[0]] + [row[0] for row in table.rows])
    for place, name in enumerate(table.columns):
        found.add_column(
            Text(printable(name)),
            justify="right" if place else "left",
            overflow="fold",
            no_wrap=short and not place,  # wrap the headings of the other columns first
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
            ],
            style="dim" if table.faint else None,
        )
    return found


def as_text(page: Page, width: int = WIDTH, verbose: bool = False) -> str:
    """The report as plain text."""
    console = make_screen(width=width, color_system=None, record=True, file=io.StringIO())
    console.print(Screen(page, verbose))
    return str(console.export_text())


def as_svg(page: Page) -> str:
    """The report as an SVG picture of a terminal."""
    console = make_screen(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Screen(page))
    return str(console.export_svg(title=printable(page.title)))
