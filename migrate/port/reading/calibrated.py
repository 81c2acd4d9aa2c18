"""Measure an original's preprocessing on labelled photos."""

from typing import Any, Dict, Tuple

import numpy as np

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.reading.original import Original
from poets.migrate.task.labelling.calibration import calibrate, calibration_as_json
from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.labelling.labelled_photos import LabelledPhotos, classes_of
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images


class OriginalClassifier(Classifier):
    """The original in a Session as a `Classifier`, as far as calibration needs one."""

    def __init__(self, reading: Reading, original: Original) -> None:
        super().__init__(reading.path, reading.roles.preprocessing)
        self._original = original

    def decode(self, path: str, kind: str) -> np.ndarray:
        with open(path, "rb") as file:
            return np.asarray(images.decode(tf.constant(file.read())).numpy())

    def run(self, batch: np.ndarray) -> np.ndarray:
        return self._original.answers(batch)


def measured_options(
    reading: Reading, options: ReadingOptions, calibration: Dict[str, Any]
) -> Tuple[ReadingOptions, Dict[str, Any]]:
    """The options with the preprocessing that labels photos best, and what was tried.

    Args:
        reading: Reading, with the preprocessing that the graph or the user states.
        options: ReadingOptions, with which it was read.
        calibration: `poets.migrate.port.one_graph.Job.calibration`.

    Raises:
        BadInput: the photos' folders are not the network's classes.
    """
    some = LabelledPhotos(**calibration)
    truth = classes_of(some, reading.labels, reading.classes, reading.path)
    with Original(reading) as original:
        classifier = OriginalClassifier(reading, original)
        found = calibrate(classifier, [(path, kind) for path, kind, _ in some.photos], truth, some.folder)
    record = calibration_as_json(found)
    if found.why_not:
        return options, record
    given = found.chosen
    mean, std = (numbers if isinstance(numbers, tuple) else (numbers,) for numbers in (given.mean, given.std))
    chosen = options._replace(input_mean=mean, input_std=std, channels=given.channels, resize=given.resize)
    return chosen._replace(measured=given.source), record
