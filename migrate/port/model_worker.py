"""A worker that holds any one model, so that the judge can compare models as it compares the twins.

``python -m migrate worker`` answers: `hello`, `open` (a frozen graph, a SavedModel, a `.keras`, TFLite or ONNX file),
`preprocess`, `answer`, `label_times` and `usage`. Which TensorFlow is imported, if any, depends on the model.
"""

import importlib
import os
import platform
import sys
import time
from argparse import Namespace
from typing import Any
from typing import Dict
from typing import List
from typing import Optional

import numpy as np

from migrate.cli import needs_no_tensorflow
from migrate.task import protocol
from migrate.task.errors import BadInput
from migrate.task.photos import BadPhoto
from migrate.task.protocol import Answer
from migrate.task.worker import Worker

# How a model is run: module and class of its `Classifier`.
RUNNERS = {
    "session": ("legacy.classifier", "GraphClassifier"),
    "tensorflow": ("modern.classifier", "ModelClassifier"),
    "lite": ("migrate.port.classifier_without_tf", "LiteClassifier"),
}
OPTIONS = ("input_height", "input_width", "input_mean", "input_std", "input_layer", "output_layer")


def runner_of(path: str) -> str:
    """Which of RUNNERS is for the model at ``path``: a frozen graph's is a v1 Session.

    Raises:
        BadInput: nothing is there.
    """
    if not os.path.exists(path):
        raise BadInput("no file or folder '%s' here" % path)
    if needs_no_tensorflow(path):
        return "lite"
    return "session" if path.endswith((".pb", ".pbtxt")) else "tensorflow"


class ModelWorker:
    """One model behind the judge's calls."""

    CALLS = ("hello", "open", "preprocess", "answer", "label_times", "usage")
    usage = Worker.usage

    def hello(self) -> Answer:
        """Who answers; the TensorFlow that the model needed is known after `open`."""
        module = sys.modules.get("tensorflow")
        keras = sys.modules.get("keras")
        return {"python": platform.python_version(), "pid": os.getpid(),
                "tensorflow": getattr(module, "__version__", None), "keras": getattr(keras, "__version__", None)}, {}

    def open(self, model: str, photos: List[List[str]], labels: Optional[str] = None, **options: Any) -> Answer:
        """Load a model. Answers its runner, labels, size and normalisation.

        Args:
            model: str.
            photos: [path, kind] of each photo that calls will name by its place.
            labels: str, a labels file; None takes those inside or beside the model, if any.
            options: of OPTIONS, and `resize`.
        """
        from migrate.task.labelling import labels_beside
        from migrate.task.labelling import read_labels

        started = time.perf_counter()
        self.photos = [(path, kind) for path, kind in photos]
        name = runner_of(model)
        given = dict(dict.fromkeys(OPTIONS), graph=model, resize=options.pop("resize", "tf1"))
        given.update(options)
        module, kind = RUNNERS[name]
        self.classifier = getattr(importlib.import_module(module), kind)(Namespace(**given))
        found = self.classifier.labels
        if labels or not found:
            try:
                found = read_labels(labels or labels_beside(model), self.classifier.classes)
            except BadInput:
                if labels:
                    raise
        return {"runner": name, "labels": found, "preprocessing": self.classifier.given._asdict(),
                "seconds": time.perf_counter() - started}, {}

    def preprocess(self, indices: List[int]) -> Answer:
        """What is made of photos before the network: arrays ``decode/<i>``, ``resize/<i>``, ``normalize/<i>``."""
        arrays: Dict[str, np.ndarray] = {}
        for place, index in enumerate(indices):
            pixels = self.classifier.decode(*self.photos[index])
            resized = self.classifier.resize(pixels)
            arrays.update({"decode/%d" % place: pixels, "resize/%d" % place: resized,
                           "normalize/%d" % place: self.classifier.normalize(resized)})
        return {}, arrays

    def answer(self, indices: List[int]) -> Answer:
        """``probabilities`` float32 [n, C] of photos.

        Raises:
            BadInput: a photo's pixels do not decode.
        """
        try:
            return {}, {"probabilities": self.classifier.answer([self.photos[index] for index in indices])}
        except BadPhoto as error:
            raise BadInput(str(error))

    def label_times(self, indices: List[int]) -> Answer:
        """Label photos one at a time, file to probabilities: ``milliseconds`` float64 [n]."""
        times = []
        for index in indices:
            started = time.perf_counter()
            self.classifier.answer([self.photos[index]])
            times.append((time.perf_counter() - started) * 1000)
        return {}, {"milliseconds": np.array(times)}


def serve() -> int:
    """Answer the judge until it hangs up; stdout is taken before anything writes to it."""
    frames = protocol.take_stdout()
    worker = ModelWorker()
    calls: Dict[str, Any] = {name: getattr(worker, name) for name in worker.CALLS}
    protocol.serve(calls, sys.stdin.buffer, frames)
    return 0
