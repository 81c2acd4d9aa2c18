"""Charts, confusion matrices and photos of the HTML report on models."""

import os
from typing import Dict, List, Sequence

import numpy as np

from poets.migrate.judge.compare import confusion
from poets.migrate.judge.compare.confusion import Confusion
from poets.migrate.judge.models.pairs import classes_of
from poets.migrate.judge.models.records import Arrays, ModelPair, ModelsVerdict
from poets.migrate.judge.models.timing import METRICS
from poets.migrate.judge.report import charts, thumbnails
from poets.migrate.judge.report.charts import Chart
from poets.migrate.judge.report.html_page import MOST_PHOTOS, Pictures, Shown, answer
from poets.migrate.judge.twins import judge_again


def pictures_of(verdict: ModelsVerdict, arrays: Arrays, photos: Sequence[str]) -> Pictures:
    """All pictures of the report.

    Args:
        verdict: ModelsVerdict.
        arrays: the measured arrays.
        photos: paths of the photos, in the order of the arrays.
    """
    found: Dict[str, List[Chart]] = {
        pair.other: error_charts(pair, place + 2, arrays) for place, pair in enumerate(verdict.pairs)
    }
    if verdict.conditions:
        found["Speed"] = [
            charts.samples(
                key, words, {model.name: np.array(model.speed[key].values) for model in verdict.models}, "%.1f"
            )
            for key, words in METRICS
        ]
    labels = verdict.models[0].labels or []
    return Pictures(
        found,
        {"Models": confusions(verdict, arrays, photos)},
        len(labels),
        {
            f"{pair.other}: photos named differently": disagreeing(verdict, place + 2, pair, arrays, photos)
            for place, pair in enumerate(verdict.pairs)
            if pair.top1_agreement is not None
        },
    )


def error_charts(pair: ModelPair, number: int, arrays: Arrays) -> List[Chart]:
    """A histogram for every stage of a pair that was kept; ``number`` is the model's, from 1.

    ``arrays`` hold each stage's outputs, float [N, ...].
    """
    ours, theirs = (judge_again.outputs_of(arrays, str(one)) for one in (1, number))
    found = []
    for stage, difference in pair.stages.items():
        if stage not in ours:
            continue
        gaps = charts.gaps_between(ours[stage], theirs[stage])
        if gaps is not None:
            found.append(charts.errors(stage, gaps, difference.tolerance, f"{number}-"))
    return found


def confusions(verdict: ModelsVerdict, arrays: Arrays, photos: Sequence[str]) -> Dict[str, Confusion]:
    """model -> its confusion matrix, int [C, C]; empty if the classes of the photos are unknown."""
    labels = verdict.models[0].labels or []
    truth = classes_of(photos, labels)
    if truth is None or verdict.output != "probabilities":
        return {}
    found = {
        model.name: confusion.count(truth, arrays[f"{place + 1}_probabilities"].argmax(axis=1), labels)
        for place, model in enumerate(verdict.models)
        if model.accuracy is not None
    }
    classes = confusion.most_confused(list(found.values())) if found else []
    return {name: confusion.only(counts, classes) for name, counts in found.items()}


def disagreeing(
    verdict: ModelsVerdict, number: int, pair: ModelPair, arrays: Arrays, photos: Sequence[str]
) -> List[Shown]:
    """The photos that a model labels differently from the first."""
    places = {path: place for place, path in enumerate(photos)}
    width = arrays["1_probabilities"].shape[1]
    labels = verdict.models[0].labels or [f"class {one}" for one in range(width)]
    truth = classes_of(photos, labels)
    folder = os.path.commonpath([os.path.dirname(path) for path in photos])
    found: List[Shown] = []
    for path in pair.disagreeing:
        place = places[path]
        answers = {
            name: answer(arrays[f"{one}_probabilities"][place], labels)
            for name, one in ((pair.first, 1), (pair.other, number))
        }
        found.append(
            Shown(
                os.path.relpath(path, folder),
                "" if truth is None else labels[truth[place]],
                answers,
                thumbnails.data_uri(path) if len(found) < MOST_PHOTOS else "",
            )
        )
    return found
