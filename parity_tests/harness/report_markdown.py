"""The report for a pull request, in GitHub's Markdown: `--markdown FILE`."""

import re
from typing import List

from parity_tests.harness import report_tables
from parity_tests.harness import verdict_words
from parity_tests.harness.formats import printable
from parity_tests.harness.parity import Verdict
from parity_tests.harness.report_tables import Table

SPECIAL = re.compile(r"([\\`*_{}\[\]()#~|!<>&])")


def render(verdict: Verdict) -> str:
    """The verdict and every table but the longest, that of the classes."""
    reason = verdict_words.reason(verdict)
    mark = ":white_check_mark: **%s**" if verdict.parity else ":x: **%s**"
    parts = ["### poets parity", (mark % verdict_words.mark(verdict)) + (": " + escape(reason) if reason else ""),
             "\n".join("- " + escape(line) for line in verdict_words.sides(verdict) + [verdict_words.subject(verdict)])]
    for table in report_tables.tables(verdict):
        if table.title != "Classes":
            parts.append(table_lines(table))
    parts.append("**%s**" % escape(verdict_words.next_step(verdict)))
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
    """Text that Markdown shows as it is, in one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _row(cells: List[str]) -> str:
    return "| %s |" % " | ".join(escape(cell) for cell in cells)
