"""Contents of a report. The screen, HTML, Markdown, JUnit and SVG all take their words and figures from it."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

GOOD, DOUBTFUL, BAD = "good", "doubtful", "bad"  # moods, which the screen shows as colours


class Line(NamedTuple):
    text: str
    mood: str = ""
    """Mood of the outcome, or of the whole line if it has none."""
    outcome: str = ""
    """The word at the end of the line, such as ok or INVALID."""


class Table(NamedTuple):
    title: str
    columns: List[str]
    """The first column names the subject of a row."""
    rows: List[List[str]]
    """Cells as text, one list per row, as long as `columns`."""
    notes: List[str]
    """Sentences below the table."""
    moods: Dict[Tuple[int, int], str] = {}
    """(row, column) -> mood. Not needed for cells that say ok or FAIL."""
    faint: bool = False
    """The figures do not count: they are shown grey."""


class Section(NamedTuple):
    summary: Sequence[Line] = ()
    """Lines for the screen."""
    short: Optional[Line] = None
    """One line that replaces the section on a full screen; None for the summary's first line."""
    table: Optional[Table] = None
    """Table in HTML and Markdown, and on the screen under -v."""
    on_screen: Optional[Table] = None
    """Table that the screen always shows: the same table, or one for 80 columns."""
    curves: Dict[str, np.ndarray] = {}
    """Side -> its curve, float [n]; one line per side on the screen, on one scale."""
    more: Sequence[Line] = ()
    """Lines that the screen adds under -v."""
    rank: int = 0
    """On a full screen, failed sections keep all their lines longest, then those of a higher rank."""


class Case(NamedTuple):
    name: str
    passed: bool
    why: str
    """Details of a failure."""
    output: str
    """What a test report shows of the part: its figures."""
    skipped: str
    """Why nothing was compared; empty if something was."""


class Page(NamedTuple):
    title: str
    """The command."""
    parity: bool
    """Whether the comparison passes."""
    reason: str
    """Where the sides first differ and why; empty if they do not."""
    sides: List[str]
    """What ran where, one line per side."""
    subject: str
    """What was compared."""
    sections: List[Section]
    """In the order of the task."""
    cases: List[Case]
    """A test case per part, in the order of the task; none if nothing is judged."""
    next_step: str
    """A sentence."""
    seconds: float
    """Duration of the whole comparison, in seconds."""
    inconclusive: bool = False
    """Nothing differs, but the photos could not have shown it; ``parity`` is False."""

    @property
    def tables(self) -> List[Table]:
        """The tables of all sections that have one."""
        return [section.table for section in self.sections if section.table]


OTHER_PHOTOS = "Next: other photos with --image_dir DIR, or --accept_untested MISTAKE for what these cannot show."


def mark(page: Page) -> str:
    """PARITY, NO PARITY or INCONCLUSIVE."""
    return word_of(page.parity, page.inconclusive).upper()


def word_of(parity: bool, inconclusive: bool) -> str:
    """The verdict as JSON has it."""
    return "parity" if parity else "inconclusive" if inconclusive else "no parity"


def result(passed: bool) -> str:
    """`ok` or `FAIL`."""
    return "ok" if passed else "FAIL"


def outcome(text: str, passed: bool) -> Line:
    """A line that ends in `ok` or `FAIL`."""
    return Line(text + ": ", GOOD if passed else BAD, result(passed))
