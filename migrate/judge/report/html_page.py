"""The report as one HTML page that needs nothing else: `--html FILE`."""

import os
from typing import Any, Dict, List, NamedTuple

import numpy as np

from poets.migrate.judge.compare.confusion import Confusion
from poets.migrate.judge.report.charts import Chart
from poets.migrate.judge.report.figures import printable, share
from poets.migrate.judge.report.page import Page, mark
from poets.migrate.task.errors import BrokenEnvironment

MOST_PHOTOS = 48  # with thumbnails, of those that get different answers


class Shown(NamedTuple):
    path: str
    truth: str
    """Empty where it is not known."""
    answers: Dict[str, str]
    """Side -> label, and its probability where there is one."""
    thumbnail: str
    """A data URI; empty where the photo cannot be read here."""


class Pictures(NamedTuple):
    charts: Dict[str, List[Chart]]
    """Title of the table that they stand under -> charts."""
    confusions: Dict[str, Dict[str, Confusion]]
    """The same -> side -> what it takes the photos for."""
    classes: int
    """Of which a confusion may show some."""
    photos: Dict[str, List[Shown]]
    """Title -> photos that are named differently."""


def check_installed() -> None:
    """Fail now rather than after minutes of work.

    Raises:
        BrokenEnvironment: jinja2 or matplotlib is missing.
    """
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise BrokenEnvironment(f"--html needs jinja2 and matplotlib ({error}): install poets-migrate[report]")


def render(page: Page, pictures: Pictures) -> str:
    """The page; the same for the same input. Without cases there is no verdict to give."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(os.path.dirname(os.path.abspath(__file__))),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    verdict = mark(page) if page.cases else ""
    template = environment.get_template("report_html.jinja")
    return printable(template.render(page=page, mark=verdict, pictures=pictures, most_photos=MOST_PHOTOS))


def answer(probabilities: np.ndarray, labels: List[str]) -> str:
    """The first class and its probability."""
    best: Any = int(probabilities.argmax())
    return f"{labels[best]}, {share(float(probabilities[best]))}"
