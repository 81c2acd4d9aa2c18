"""Measure an original's preprocessing on labelled photos."""

from typing import Any, Dict, Tuple

import numpy as np

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.reading.original import Original
from poets.migrate.task.labelling.calibration import calibration_as_json
from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.labelling.labelled_photos import LabelledPhotos, calibrate_on
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
    with Original(reading) as original:
        found = calibrate_on(LabelledPhotos(**calibration), OriginalClassifier(reading, original), reading.labels)
    given = {} if found.why_not else found.chosen.as_given()
    return options._replace(**given), calibration_as_json(found)
