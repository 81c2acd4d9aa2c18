"""Charts, confusion matrices and photos of the twins' HTML report."""

import os
from typing import Dict, List

import numpy as np

from poets.migrate.judge.compare import confusion
from poets.migrate.judge.compare.confusion import Confusion
from poets.migrate.judge.measure.speed import METRICS, Speed
from poets.migrate.judge.report import charts, speed_lines, thumbnails
from poets.migrate.judge.report.charts import Chart
from poets.migrate.judge.report.html_page import Pictures, Shown, answer
from poets.migrate.judge.twins import judge_again
from poets.migrate.judge.twins.comparison import TwinsVerdict
from poets.migrate.judge.twins.measure_side import Arrays
from poets.migrate.task.photos.image_lists import ImageLists, of_split
from poets.migrate.task.stages import STAGES, TWINS


def pictures_of(verdict: TwinsVerdict, arrays: Arrays, lists: ImageLists) -> Pictures:
    """All pictures of the report.

    Args:
        verdict: TwinsVerdict.
        arrays: the measured arrays.
        lists: the photos that were compared, in the order of the arrays.
    """
    return Pictures(
        all_charts(verdict, arrays),
        {"Accuracy": confusions(verdict, arrays, lists)},
        len(verdict.labels),
        disagreeing(verdict, arrays, lists),
    )


def all_charts(verdict: TwinsVerdict, arrays: Arrays) -> Dict[str, List[Chart]]:
    """Title of a table -> the charts below it. The losses in ``arrays`` are float [steps] of each twin."""
    found = {"Stages": error_charts(verdict, arrays)}
    curves = {twin: arrays[twin + "_losses"] for twin in TWINS}
    found["Training"] = [charts.losses(curves), charts.loss_gaps(curves)]
    if verdict.speed:
        found["Speed"] = speed_charts(verdict.speed)
    return found


def error_charts(verdict: TwinsVerdict, arrays: Arrays) -> List[Chart]:
    """A histogram for every stage that was kept."""
    outputs = {twin: judge_again.outputs_of(arrays, twin) for twin in TWINS}
    found = []
    for stage in STAGES:
        ours, theirs = (outputs[twin].get(stage, []) for twin in TWINS)
        if stage not in verdict.stages or not ours:
            continue
        gaps = charts.gaps_between(ours, theirs)
        found.append(
            Chart(stage, f"{stage}: the shapes differ", "")
            if gaps is None
            else charts.errors(stage, gaps, verdict.stages[stage].tolerance)
        )
    return found


def speed_charts(speed: Speed) -> List[Chart]:
    """A chart of the samples of each measured metric."""
    found = []
    for key, words in METRICS:
        sides = getattr(speed, key).sides
        if sides:
            values = {twin: np.array(side.values) for twin, side in sides.items()}
            found.append(charts.samples(key, words, values, speed_lines.FORMATS.get(key, "%.0f")))
    return found


def confusions(verdict: TwinsVerdict, arrays: Arrays, lists: ImageLists) -> Dict[str, Confusion]:
    """twin -> its confusion matrix, int [C, C], on the test photos; empty without test photos."""
    test = of_split(lists, "testing")
    if not verdict.accuracy:
        return {}
    truth = np.array([lists.photos[index].label for index in test])
    found = {
        twin: confusion.count(truth, arrays[twin + "_probabilities"][test].argmax(axis=1), lists.labels)
        for twin in TWINS
    }
    classes = confusion.most_confused(list(found.values()))
    return {twin: confusion.only(counts, classes) for twin, counts in found.items()}


def disagreeing(verdict: TwinsVerdict, arrays: Arrays, lists: ImageLists) -> Dict[str, List[Shown]]:
    """Title -> the test photos that the twins label differently."""
    found: Dict[str, List[Shown]] = {}
    if verdict.accuracy:
        test = of_split(lists, "testing")
        found["Photos named differently"] = [
            shown_photo(
                lists,
                test[place],
                {twin: answer(arrays[twin + "_probabilities"][test[place]], lists.labels) for twin in TWINS},
            )
            for place in verdict.accuracy.disagreeing
        ]
    if verdict.free_training:
        places = {photo.path: place for place, photo in enumerate(lists.photos)}
        found["Photos named differently after free training"] = [
            shown_photo(lists, places[photo.path], {"legacy": photo.legacy, "modern": photo.modern})
            for photo in verdict.free_training.disagreeing
        ]
    return found


def shown_photo(lists: ImageLists, index: int, answers: Dict[str, str]) -> Shown:
    """A photo with the twins' labels."""
    photo = lists.photos[index]
    return Shown(
        os.path.relpath(photo.path, lists.image_dir),
        lists.labels[photo.label],
        answers,
        thumbnails.data_uri(photo.path),
    )
