"""What a report says. The screen, HTML, Markdown, JUnit and SVG all take their words and figures from here."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

GOOD, DOUBTFUL, BAD = "good", "doubtful", "bad"  # moods, which the screen shows as colours


class Line(NamedTuple):
    text: str
    mood: str = ""
    """Of the outcome, or of the whole line where it has none."""
    outcome: str = ""
    """The word that ends it, such as ok or INVALID."""


class Table(NamedTuple):
    title: str
    columns: List[str]
    """The first holds what a row is about."""
    rows: List[List[str]]
    notes: List[str]
    """Sentences that belong to it."""
    moods: Dict[Tuple[int, int], str] = {}
    """(row, column) -> mood. Cells that say ok or FAIL need none."""


class Section(NamedTuple):
    summary: Sequence[Line] = ()
    """What the screen says of it."""
    short: Optional[Line] = None
    """What stands for all of it on a screen that is full; None for the summary's first line."""
    table: Optional[Table] = None
    """In HTML and Markdown, and on the screen under -v."""
    on_screen: Optional[Table] = None
    """What the screen always shows; the same table, or one for 80 columns."""
    curves: Dict[str, np.ndarray] = {}
    """What each side's is called -> float [n]; a line each on the screen, on one scale."""
    more: Sequence[Line] = ()
    """What the screen adds under -v."""
    rank: int = 0
    """On a screen that is full, sections of a higher rank keep all their lines for longer; after what failed."""


class Case(NamedTuple):
    name: str
    passed: bool
    why: str
    """Of a failure."""
    output: str
    skipped: str
    """Why nothing was compared; empty where something was."""


class Page(NamedTuple):
    title: str
    """The command."""
    parity: bool
    reason: str
    """Where the sides part and why; empty where they do not."""
    sides: List[str]
    """A line each: what ran where."""
    subject: str
    """What was compared."""
    sections: List[Section]
    """In the order of the task."""
    cases: List[Case]
    """What is said of each part, in the order of the task; none where nothing is judged."""
    next_step: str
    """A sentence."""
    seconds: float
    """The whole comparison."""

    @property
    def tables(self) -> List[Table]:
        """Those of all sections that have one."""
        return [section.table for section in self.sections if section.table]


def mark(page: Page) -> str:
    """PARITY or NO PARITY."""
    return "PARITY" if page.parity else "NO PARITY"


def result(passed: bool) -> str:
    """`ok` or `FAIL`."""
    return "ok" if passed else "FAIL"


def outcome(text: str, passed: bool) -> Line:
    """A line that ends in `ok` or `FAIL`."""
    return Line(text + ": ", GOOD if passed else BAD, result(passed))
