"""What a report says, whatever it is written in: HTML, Markdown and JUnit take their words and figures from here."""

from typing import List, NamedTuple


class Table(NamedTuple):
    title: str
    columns: List[str]
    """The first holds what a row is about."""
    rows: List[List[str]]
    notes: List[str]
    """Sentences that belong to it."""


class Case(NamedTuple):
    name: str
    passed: bool
    why: str
    """Of a failure."""
    output: str
    skipped: str
    """Why nothing was compared; empty where something was."""


class Page(NamedTuple):
    parity: bool
    reason: str
    """Where the sides part and why; empty where they do not."""
    sides: List[str]
    """A line each: what ran where."""
    subject: str
    """What was compared."""
    tables: List[Table]
    cases: List[Case]
    """What is said of each part, in the order of the task."""
    next_step: str
    """A sentence."""
    seconds: float
    """The whole comparison."""


def mark(page: Page) -> str:
    """PARITY or NO PARITY."""
    return "PARITY" if page.parity else "NO PARITY"
