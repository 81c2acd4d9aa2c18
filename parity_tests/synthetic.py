"""A verdict without running anything, of photos painted into a folder: for tests of the reports."""

from typing import NamedTuple
from typing import Tuple

import numpy as np
from PIL import Image

from migrate.task.image_lists import ImageLists
from migrate.task.image_lists import Photo
from parity_tests.harness import accuracy
from parity_tests.harness import free_training
from parity_tests.harness import lockstep
from parity_tests.harness import report_html
from parity_tests.harness import tolerances
from parity_tests.harness.attribution import Attribution
from parity_tests.harness.attribution import Part
from parity_tests.harness.difference import measure
from parity_tests.harness.parity import Arrays
from parity_tests.harness.parity import Verdict
from parity_tests.harness.speed import Figure
from parity_tests.harness.speed import Side
from parity_tests.harness.speed import Speed
from parity_tests.harness.speed import plain_figure
from parity_tests.harness.statistics import ratio_interval
from parity_tests.harness.thresholds import Threshold
from parity_tests.harness.thresholds import judge
from parity_tests.harness.twins_page import page_of
from parity_tests.harness.twins_pictures import pictures_of
from parity_tests.harness.validity import Conditions

# what must be escaped: HTML, Markdown's tables, XML
LABELS = ["<b>&daisy", 'a "rose" | or\nnot', "tulip's\x07"]
TRAINING, TEST = 6, 12

Case = NamedTuple("Case", [
    ("verdict", Verdict),
    ("arrays", Arrays),
    ("lists", ImageLists),
])


def paint(folder, kinds=("jpg", "png")) -> ImageLists:
    """Photos in ``folder`` (pathlib.Path), two thirds of them of the test split."""
    photos = []
    for place in range(TRAINING + TEST):
        label = place % len(LABELS)
        path = folder / ("class %d" % label) / ("photo <%d> & co.%s" % (place, kinds[place % len(kinds)]))
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (400, 300), (place * 12, 90, 200 - place * 9)).save(str(path))
        photos.append(Photo(str(path), label, "training" if place < TRAINING else "testing"))
    return ImageLists(str(folder), LABELS, photos)


def agreeing(lists: ImageLists, steps: int = 40) -> Case:
    """Twins whose arrays differ in the last places only."""
    return judged(lists, made_arrays(lists, steps, 1e-7))


def differing(lists: ImageLists, steps: int = 40) -> Case:
    """Twins that name some photos differently."""
    return judged(lists, made_arrays(lists, steps, 0.4))


def hopeless(lists: ImageLists, steps: int = 40) -> Case:
    """A modern twin whose numbers are NaN from the bottleneck on."""
    arrays = made_arrays(lists, steps, 1e-7)
    for name in ("features", "logits", "losses", "weights"):
        arrays["modern_" + name][:] = np.nan
    return judged(lists, arrays)


def made_arrays(lists: ImageLists, steps: int, size: float) -> Arrays:
    """Arrays as a run keeps them, half of which differ by about ``size``."""
    random = np.random.RandomState(4)
    count = len(lists.photos)
    truth = np.eye(len(LABELS))[[photo.label for photo in lists.photos]]
    logits = truth + random.normal(0, 0.4, truth.shape)
    ours = {"features": random.uniform(0, 5, (count, 8)), "logits": logits,
            "losses": 1.6 * np.exp(-np.arange(steps) / 12) + 0.02, "weights": random.normal(0, 0.1, (8, len(LABELS))),
            "biases": np.zeros(len(LABELS))}
    arrays = {}
    for name, array in ours.items():
        changed = np.where(random.rand(*array.shape) < 0.5, array, array + random.normal(0, size, array.shape))
        arrays["legacy_" + name], arrays["modern_" + name] = array, changed
    for twin in ("legacy", "modern"):
        arrays[twin + "_probabilities"] = lockstep.softmax(arrays[twin + "_logits"])
        arrays[twin + "_targets"] = truth.argmax(axis=1)
    return arrays


def judged(lists: ImageLists, arrays: Arrays) -> Case:
    """The verdict on arrays, with every part that a verdict can have."""
    both = {twin: {name: arrays["%s_%s" % (twin, name)] for name in (
        "features", "logits", "probabilities", "losses", "weights", "biases")} for twin in ("legacy", "modern")}
    stages = {"decode": measure([np.zeros(9)], [np.zeros(9)], 0.0)}
    for stage, name in (("bottleneck", "features"), ("logits", "logits"), ("probabilities", "probabilities")):
        stages[stage] = measure([both["legacy"][name]], [both["modern"][name]], tolerances.STAGES[stage])
    training = lockstep.compare(both["legacy"], both["modern"], both["legacy"]["features"])
    test = np.arange(TRAINING, TRAINING + TEST)
    truth = np.array([lists.photos[index].label for index in test])
    answers = [both[twin]["probabilities"][test] for twin in ("legacy", "modern")]
    scored = accuracy.compare(answers[0], answers[1], truth, tolerances.STAGES["probabilities"])
    free = free_training.compare({"legacy": answers[0][None], "modern": answers[1][None]}, lists, 7, 0.02)
    cosine = judge(Threshold("min_cosine", "bottleneck", 0.999, 0.0), "bottleneck", [both["legacy"]["features"]],
                   [both["modern"]["features"]])
    failing = [name for name, found in stages.items() if not found.passed]
    first = failing[0] if failing else ""
    parts = [Part("resize", 1.2e-3, 0.034, 1), Part("bottleneck", 5.6e-3, 0.078, 2)]
    interpreters = {"legacy": {"python": "3.7.16", "tensorflow": "1.15.5", "keras": ""},
                    "modern": {"python": "3.11.7", "tensorflow": "2.21.0", "keras": "3.12"}}
    verdict = Verdict(
        not first, first, stages[first].why if first else "", interpreters, LABELS, len(lists.photos), stages, training,
        scored, made_speed(), 12.345, free,
        Attribution(6, parts, Part("all", 6.1e-3, 0.091, 3), Part("leftover", 4.4e-4, 0.0021, 0)), [cosine])
    return Case(verdict, arrays, lists)


def made_speed() -> Speed:
    """Speeds as 4 runs a side would give them."""
    random = np.random.RandomState(9)

    def figure(legacy: float, modern: float, per_run: int = 1) -> Figure:
        sides, medians = {}, {}
        for twin, level in (("legacy", legacy), ("modern", modern)):
            values = [float(value) for value in level * random.uniform(0.98, 1.04, 4 * per_run)]
            runs = [float(np.median(values[start::4])) for start in range(4)]
            medians[twin] = float(np.median(values))
            sides[twin] = Side(medians[twin], len(values), runs, level * 1.5, {"p90": None, "p99": None}, values)
        pairs: Tuple = tuple(zip(sides["legacy"].runs, sides["modern"].runs))
        return plain_figure(medians)._replace(interval=ratio_interval(pairs), p_value=0.0286, sides=sides)

    return Speed(figure(210, 320), Figure(None, None, None), figure(12.5, 9.5, 16),
                 plain_figure({"legacy": 611.0, "modern": 702.0}), plain_figure({"legacy": 4.2, "modern": 3.9}),
                 Conditions(4, 8.8, 0.006, 0.02, 1.1, 0, 1.0), ["other load: other <programs> used 20 %"], None)


def as_html(verdict: Verdict, arrays: Arrays, lists: ImageLists) -> str:
    """The page of `--html`."""
    return report_html.render(page_of(verdict), pictures_of(verdict, arrays, lists))
