"""The report for a pull request, in GitHub's Markdown: `--markdown FILE`."""

import re
from typing import List

from poets.migrate.judge.report.page import Page, Table, mark
from poets.migrate.task.printable import printable

SPECIAL = re.compile(r"([\\`*_{}\[\]()#~|!<>&])")


def render(page: Page) -> str:
    """The verdict if there is one, and every table except the longest, the table of classes."""
    parts = ["### " + page.title]
    if page.cases:
        sign = ":white_check_mark:" if page.parity else ":grey_question:" if page.inconclusive else ":x:"
        parts.append(f"{sign} **{mark(page)}**" + (": " + escape(page.reason) if page.reason else ""))
    parts += ["\n".join("- " + escape(side) for side in page.sides + [page.subject])]
    parts.extend(table_lines(table) for table in page.tables if table.title != "Classes")
    parts.append(f"**{escape(page.next_step)}**")
    return printable("\n\n".join(parts)) + "\n"


def table_lines(table: Table) -> str:
    """A heading, the table, and its notes."""
    lines: List[str] = ["#### " + table.title, ""]
    lines.append(_row(table.columns))
    lines.append("| --- |" + " ---: |" * (len(table.columns) - 1))
    lines.extend(_row(row) for row in table.rows)
    for note in table.notes:
        lines.extend(["", escape(note)])
    return "\n".join(lines)


def escape(text: str) -> str:
    """Escape text so that Markdown shows it as it is, in one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _row(cells: List[str]) -> str:
    return f"| {' | '.join(escape(cell) for cell in cells)} |"
