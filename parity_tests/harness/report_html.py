"""The report as one HTML page that needs nothing else: `--html FILE`."""

import os
from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple

import numpy as np

from migrate.task.errors import BrokenEnvironment
from migrate.task.image_lists import ImageLists
from migrate.task.image_lists import of_split
from migrate.task.stages import STAGES
from parity_tests.harness import charts
from parity_tests.harness import confusion
from parity_tests.harness import judge_again
from parity_tests.harness import report_speed
from parity_tests.harness import report_tables
from parity_tests.harness import thumbnails
from parity_tests.harness import verdict_words
from parity_tests.harness.charts import Chart
from parity_tests.harness.confusion import Confusion
from parity_tests.harness.formats import printable
from parity_tests.harness.formats import share
from parity_tests.harness.parity import TWINS
from parity_tests.harness.parity import Arrays
from parity_tests.harness.parity import Verdict
from parity_tests.harness.speed import METRICS
from parity_tests.harness.speed import Speed

MOST_PHOTOS = 48  # with thumbnails, of those that get different answers

Shown = NamedTuple("Shown", [
    ("path", str),
    ("truth", str),
    ("answers", Dict[str, str]),  # twin -> label, and its probability where there is one
    ("thumbnail", str),  # a data URI; empty where the photo cannot be read here
])


def check_installed() -> None:
    """Fail now rather than after minutes of work.

    Raises:
        BrokenEnvironment: jinja2 or matplotlib is missing.
    """
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise BrokenEnvironment("--html needs jinja2 and matplotlib (%s): install poets-migrate[report]" % error)


def render(verdict: Verdict, arrays: Arrays, lists: ImageLists) -> str:
    """The page; the same for the same input.

    Args:
        verdict: Verdict.
        arrays: what was measured.
        lists: the photos that were compared, in the order of the arrays.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(os.path.dirname(os.path.abspath(__file__))), autoescape=True,
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    page = environment.get_template("report_html.jinja").render(
        verdict=verdict, words=verdict_words, tables=report_tables.tables(verdict), charts=all_charts(verdict, arrays),
        confusions=confusions(verdict, arrays, lists), photos=disagreeing(verdict, arrays, lists),
        most_photos=MOST_PHOTOS, twins=TWINS)
    return printable(page)


def all_charts(verdict: Verdict, arrays: Arrays) -> Dict[str, List[Chart]]:
    """The charts by the title of the table that they stand under."""
    found = {"Stages": error_charts(verdict, arrays)}
    curves = {twin: arrays[twin + "_losses"] for twin in TWINS}
    found["Training"] = [charts.losses(curves), charts.loss_gaps(curves)]
    if verdict.speed:
        found["Speed"] = speed_charts(verdict.speed)
    return found


def error_charts(verdict: Verdict, arrays: Arrays) -> List[Chart]:
    """A histogram for every stage that something was kept of."""
    outputs = {twin: judge_again.outputs_of(arrays, twin) for twin in TWINS}
    found = []
    for stage in STAGES:
        ours, theirs = (outputs[twin].get(stage, []) for twin in TWINS)
        if stage not in verdict.stages or not ours:
            continue
        if [array.shape for array in ours] != [array.shape for array in theirs]:
            found.append(Chart(stage, "%s: the shapes differ" % stage, ""))
            continue
        with np.errstate(invalid="ignore"):  # infinity less infinity is NaN, and counted as such
            gaps = [np.abs(mine.astype(np.float64) - yours.astype(np.float64)).ravel()
                    for mine, yours in zip(ours, theirs)]
        found.append(charts.errors(stage, np.concatenate(gaps), verdict.stages[stage].tolerance))
    return found


def speed_charts(speed: Speed) -> List[Chart]:
    """The samples of each metric that has some."""
    found = []
    for key, words in METRICS:
        sides = getattr(speed, key).sides
        if sides:
            values = {twin: np.array(side.values) for twin, side in sides.items()}
            found.append(charts.samples(key, words, values, report_speed.FORMATS.get(key, "%.0f")))
    return found


def confusions(verdict: Verdict, arrays: Arrays, lists: ImageLists) -> Dict[str, Confusion]:
    """twin -> what it takes the test photos for; empty without any."""
    test = of_split(lists, "testing")
    if not verdict.accuracy:
        return {}
    truth = np.array([lists.photos[index].label for index in test])
    found = {twin: confusion.count(truth, arrays[twin + "_probabilities"][test].argmax(axis=1), lists.labels)
             for twin in TWINS}
    classes = confusion.most_confused(list(found.values()))
    return {twin: confusion.only(counts, classes) for twin, counts in found.items()}


def disagreeing(verdict: Verdict, arrays: Arrays, lists: ImageLists) -> Dict[str, List[Shown]]:
    """Title -> the test photos that the twins name differently."""
    found: Dict[str, List[Shown]] = {}
    if verdict.accuracy:
        test = of_split(lists, "testing")
        found["Photos named differently"] = [
            shown_photo(lists, test[place], {
                twin: answer(arrays[twin + "_probabilities"][test[place]], lists.labels) for twin in TWINS})
            for place in verdict.accuracy.disagreeing]
    if verdict.free_training:
        places = {photo.path: place for place, photo in enumerate(lists.photos)}
        found["Photos named differently after free training"] = [
            shown_photo(lists, places[photo.path], {"legacy": photo.legacy, "modern": photo.modern})
            for photo in verdict.free_training.disagreeing]
    return found


def shown_photo(lists: ImageLists, index: int, answers: Dict[str, str]) -> Shown:
    """A photo with what the twins say."""
    photo = lists.photos[index]
    return Shown(os.path.relpath(photo.path, lists.image_dir), lists.labels[photo.label], answers,
                 thumbnails.data_uri(photo.path))


def answer(probabilities: np.ndarray, labels: List[str]) -> str:
    """The first class and its probability."""
    best: Any = int(probabilities.argmax())
    return "%s, %s" % (labels[best], share(float(probabilities[best])))
