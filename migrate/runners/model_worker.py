"""A worker that runs one model of any format, so that the judge can compare models as it compares the twins.

``python -m poets worker`` answers: `hello`, `open` (a frozen graph, a SavedModel, a Hub module, a `.keras`, TFLite or
ONNX file), `stages`, `answer`, `label_times` and `usage`. Which TensorFlow is imported, if any, depends on the model.
"""

import os
import platform
import sys
import time
from typing import Any, Dict, List, Optional

import numpy as np

from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.roles import find_bottleneck, find_output
from poets.migrate.task.errors import BadInput
from poets.migrate.task.file_formats import runs_without_tensorflow
from poets.migrate.task.labelling.calibration import calibration_as_json
from poets.migrate.task.labelling.labelled_photos import LabelledPhotos, calibrate_on
from poets.migrate.task.labelling.labels import ModelOptions, fitting_labels, labels_beside, read_labels
from poets.migrate.task.labelling.probabilities import are_probabilities
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.stages import ENCODED, MODEL_STAGES, stages_between
from poets.migrate.task.worker import protocol
from poets.migrate.task.worker.calls import Worker
from poets.migrate.task.worker.protocol import Answer

ARCHIVES = (".tar.gz", ".tgz", ".tar")  # archives of Hub modules


def runner_of(path: str, features: bool) -> str:
    """Choose the runner of `make_classifier` for the model at ``path``, for example a v1 Session for a frozen graph.

    Args:
        path: str, a file, a folder, or the address of a Hub module.
        features: bool, whether features are wanted instead of probabilities.

    Raises:
        BadInput: the path does not exist, or the model has no features.
    """
    if "://" in path or path.endswith(ARCHIVES):
        return "module"
    if not os.path.exists(path):
        raise BadInput(f"no file or folder '{path}' here")
    if path.endswith((".pb", ".pbtxt")):
        return "session"
    if features and not os.path.isdir(path):
        raise BadInput(f"{path} has no features; to compare features, use a frozen graph, a SavedModel or a Hub module")
    if runs_without_tensorflow(path):
        return "lite"
    return "module" if features else "tensorflow"


class ModelWorker:
    """One model that answers the judge's calls."""

    CALLS = ("hello", "open", "stages", "answer", "label_times", "usage", "load")
    usage = Worker.usage
    load = Worker.load

    def hello(self) -> Answer:
        """Identify the worker; the TensorFlow version is known after `open`."""
        module = sys.modules.get("tensorflow")
        keras = sys.modules.get("keras")
        return {
            "python": platform.python_version(),
            "pid": os.getpid(),
            "tensorflow": getattr(module, "__version__", None),
            "keras": getattr(keras, "__version__", None),
        }, {}

    def open(
        self,
        model: str,
        photos: List[List[str]],
        labels: Optional[str] = None,
        features: bool = False,
        calibration: Optional[Dict[str, Any]] = None,
        **options: Any,
    ) -> Answer:
        """Load a model. Returns its runner, its output, labels, size and normalisation.

        Args:
            model: str.
            photos: [path, kind] of each photo; calls refer to photos by index.
            labels: str, a labels file; None takes the labels inside or beside the model, if any.
            features: bool, whether features are wanted. A Hub module without classes returns features in any case.
            calibration: ``photos``, [path, kind, class] each, and their ``folder``, to measure the preprocessing on.
            options: of `ModelOptions`.
        """
        started = time.perf_counter()
        self.photos = [(path, kind) for path, kind in photos]
        name = runner_of(model, features)
        given = ModelOptions(model, **options)
        if features and name == "session":
            given = given._replace(output_layer=features_layer(model, given.output_layer))
        try:
            self.classifier = make_classifier(name, given)
        except BadInput as error:
            if name != "tensorflow" or not os.path.isdir(model):
                raise
            name = "module"
            try:
                self.classifier = make_classifier(name, given)
            except BadInput:
                raise error
        if name == "tensorflow" and not (labels or self.classifier.labels) and not sums_to_one(self.classifier):
            name = "module"
        self.output = "features" if features or name == "module" else "probabilities"
        found = self._labels(model, labels) if self.output == "probabilities" else None
        record = self._calibrate(LabelledPhotos(**calibration), found, name, given) if calibration else None
        return {
            "calibration": record,
            "runner": name,
            "output": self.output,
            "labels": found,
            "preprocessing": self.classifier.given._asdict(),
            "seconds": time.perf_counter() - started,
        }, {}

    def _calibrate(
        self, some: LabelledPhotos, labels: Optional[List[str]], runner: str, options: ModelOptions
    ) -> Dict[str, Any]:
        """Measure the preprocessing on labelled photos, and open the model again with it."""
        if self.output != "probabilities":
            raise BadInput(f"--calibrate: {options.graph} gives features, no classes")
        found = calibrate_on(some, self.classifier, labels)
        if not found.why_not:
            self.classifier = make_classifier(runner, options._replace(**found.chosen.as_given()))
        return calibration_as_json(found)

    def _labels(self, model: str, given: Optional[str]) -> Optional[List[str]]:
        if self.classifier.labels and not given:
            return self.classifier.labels
        if given:
            return read_labels(given, self.classifier.classes)
        found, _ = fitting_labels(labels_beside(model), self.classifier.classes)
        return found or self.classifier.labels

    def stages(self, indices: List[int], after: str, until: str, **values: np.ndarray) -> Answer:
        """Run photos from the output of one of MODEL_STAGES (or `encoded`) to the output of a later one.

        Args:
            indices: of photos, n of them.
            after: a stage, or `encoded` to read the photos' files.
            until: a later stage.
            values: the output of ``after``: arrays ``0`` to ``n-1``, one per photo.

        Returns:
            arrays ``<stage>/<i>``, except that ``probabilities`` (or features) is one array for all photos.
        """
        given: List[Any] = [values[str(place)] for place in range(len(indices))] if after != ENCODED else []
        arrays: Dict[str, np.ndarray] = {}
        names = [name for name in stages_between(after, until) if name in MODEL_STAGES]
        for name in names:
            if name == "probabilities":
                arrays[name] = self.classifier.run(np.stack(given))
                continue
            given = self._one_by_one(name, indices, given)
            arrays.update((f"{name}/{place}", one) for place, one in enumerate(given))
        return {"stages": names}, arrays

    def _one_by_one(self, name: str, indices: List[int], given: List[np.ndarray]) -> List[np.ndarray]:
        if name != "decode":
            return [getattr(self.classifier, name)(one) for one in given]
        try:
            return [self.classifier.decode(*self.photos[index]) for index in indices]
        except BadPhoto as error:
            raise BadInput(str(error))

    def answer(self, indices: List[int]) -> Answer:
        """``probabilities`` float32 [n, C] of photos, or ``features`` float32 [n, B], and the ``seconds`` it took.

        Raises:
            BadInput: a photo's pixels do not decode.
        """
        started = time.perf_counter()
        try:
            found = self.classifier.answer([self.photos[index] for index in indices])
        except BadPhoto as error:
            raise BadInput(str(error))
        return {"seconds": time.perf_counter() - started}, {self.output: found}

    def label_times(self, indices: List[int]) -> Answer:
        """Label photos one at a time, file to answer: ``milliseconds`` float64 [n], and what `answer` returns."""
        times, rows = [], []
        for index in indices:
            started = time.perf_counter()
            rows.append(self.classifier.answer([self.photos[index]]))
            times.append((time.perf_counter() - started) * 1000)
        return {}, {"milliseconds": np.array(times), self.output: np.concatenate(rows)}


def make_classifier(runner: str, options: ModelOptions) -> Any:
    """The `Classifier` that runs a model, imported late because each needs a different library.

    Args:
        runner: str, ``session`` (a frozen graph in a v1 Session), ``tensorflow`` (a SavedModel or `.keras` file),
            ``module`` (a Hub module's or SavedModel's features) or ``lite`` (TFLite and ONNX, without TensorFlow).
    """
    if runner == "session":
        from poets.legacy.label_image import GraphClassifier

        return GraphClassifier(options)
    if runner == "tensorflow":
        from poets.modern.label_image import ModelClassifier

        return ModelClassifier(options)
    if runner == "module":
        from poets.migrate.runners.feature_vector import FeatureVector

        return FeatureVector(options)
    from poets.migrate.runners.portable_classifier import LiteClassifier

    return LiteClassifier(options)


def sums_to_one(classifier: Any) -> bool:
    """Whether a network's output for a grey picture is probabilities; a Hub module's may be features."""
    given = classifier.given
    grey = np.full((1, given.height, given.width, given.depth), 0.5, np.float32)
    answer = classifier.run(grey)
    return are_probabilities(answer)


def features_layer(graph: str, output_layer: Optional[str]) -> str:
    """The node of a frozen graph that computes its features."""
    from poets.migrate.tensorflow_library.version1 import tf

    graph_def = read_graph(graph, tf.GraphDef())
    return find_bottleneck(graph_def, find_output(graph_def, output_layer))


def serve() -> int:
    """Serve the judge until it disconnects; stdout is redirected before anything writes to it."""
    frames = protocol.take_stdout()
    worker = ModelWorker()
    calls: Dict[str, Any] = {name: getattr(worker, name) for name in worker.CALLS}
    protocol.serve(calls, sys.stdin.buffer, frames)
    return 0
