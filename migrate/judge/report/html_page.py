"""The report as one self-contained HTML page: `--html FILE`."""

import os
from typing import Any, Dict, List, NamedTuple

import numpy as np

from poets.migrate.judge.compare.confusion import Confusion
from poets.migrate.judge.report.charts import Chart
from poets.migrate.judge.report.figures import share
from poets.migrate.judge.report.page import Page, mark
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.printable import printable

MOST_PHOTOS = 48  # photos with different answers that get a thumbnail


class Shown(NamedTuple):
    path: str
    truth: str
    """Empty if unknown."""
    answers: Dict[str, str]
    """Side -> label, with its probability if known."""
    thumbnail: str
    """A data URI; empty if the photo cannot be read here."""


class Pictures(NamedTuple):
    charts: Dict[str, List[Chart]]
    """Title of a table -> the charts below it."""
    confusions: Dict[str, Dict[str, Confusion]]
    """Title of a table -> side -> its confusion matrix."""
    classes: int
    """All classes; a confusion matrix may show only some."""
    photos: Dict[str, List[Shown]]
    """Title -> photos that are labelled differently."""


def check_installed() -> None:
    """Check that the page can be drawn, before minutes of work.

    Raises:
        BrokenEnvironment: jinja2 or matplotlib is missing.
    """
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise BrokenEnvironment(f"--html needs jinja2 and matplotlib ({error}): install poets-migrate[report]")


def render(page: Page, pictures: Pictures) -> str:
    """Render the page, the same for the same input. Without cases there is no verdict."""
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
    """The top-1 class of probabilities float [C], and its probability in percent."""
    best: Any = int(probabilities.argmax())
    return f"{labels[best]}, {share(float(probabilities[best]))}"
