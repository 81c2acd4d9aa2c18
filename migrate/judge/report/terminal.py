"""A report as a terminal of 80 columns shows it: as plain text, and as a picture."""

import io
from typing import Any

from rich.console import Console

WIDTH = 80


def as_text(report: Any, width: int = WIDTH) -> str:
    """Something rich can print, as plain text."""
    console = Console(width=width, color_system=None, record=True, file=io.StringIO())
    console.print(report)
    return console.export_text()


def as_svg(report: Any) -> str:
    """Something rich can print, as an SVG picture of a terminal."""
    console = Console(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(report)
    return console.export_svg(title="poets parity")
