"""What a report says, whatever it is written in: HTML, Markdown and JUnit take their words and figures from here."""

from typing import List
from typing import NamedTuple

Table = NamedTuple("Table", [
    ("title", str),
    ("columns", List[str]),  # the first holds what a row is about
    ("rows", List[List[str]]),
    ("notes", List[str]),  # sentences that belong to it
])

Case = NamedTuple("Case", [
    ("name", str),
    ("passed", bool),
    ("why", str),  # of a failure
    ("output", str),
    ("skipped", str),  # why nothing was compared; empty where something was
])

Page = NamedTuple("Page", [
    ("parity", bool),
    ("reason", str),  # where the sides part and why; empty where they do not
    ("sides", List[str]),  # a line each: what ran where
    ("subject", str),  # what was compared
    ("tables", List[Table]),
    ("cases", List[Case]),  # what is said of each part, in the order of the task
    ("next_step", str),  # a sentence
    ("seconds", float),  # the whole comparison
])


def mark(page: Page) -> str:
    """PARITY or NO PARITY."""
    return "PARITY" if page.parity else "NO PARITY"
