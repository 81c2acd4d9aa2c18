"""The twins' report as plain text."""

from typing import Optional

from poets.migrate.judge.report import screen
from poets.migrate.judge.twins.comparison import Arrays, TwinsVerdict
from poets.migrate.judge.twins.page import page_of


def as_text(
    verdict: TwinsVerdict, width: int = screen.WIDTH, verbose: bool = False, arrays: Optional[Arrays] = None
) -> str:
    """One screen of 80 columns, or all of it if ``verbose``."""
    return screen.as_text(page_of(verdict, arrays), width, verbose)
