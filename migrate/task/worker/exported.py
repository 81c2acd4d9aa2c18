"""What a worker would export now, labelled as `label_image` labels."""

import os
from typing import Any, Dict, List

import numpy as np

from poets.migrate.task.files import write_text
from poets.migrate.task.labelling.labels import read_labels
from poets.migrate.task.temporary import temporary_folder
from poets.migrate.task.worker.protocol import Answer


def label_exported(worker: Any, indices: List[int]) -> Answer:
    """Write the outputs of `retrain` to a temporary folder, and label photos with each.

    Args:
        worker: `calls.Worker` with a final layer.
        indices: indices of n photos.

    Returns:
        ``labels``, name of the output -> the labels that belong to it; one array per output, float32 [n, C].
    """
    known = worker.survey
    photos = [(worker.path(index), known.kinds[index]) for index in indices]
    labels: Dict[str, List[str]] = {}
    arrays: Dict[str, np.ndarray] = {}
    with temporary_folder() as folder:
        beside = os.path.join(folder, "output_labels.txt")
        write_text(beside, "\n".join(known.lists.labels) + "\n")
        for name, path in worker.export(os.path.join(folder, "output_graph.pb"), known.lists.labels).items():
            classifier = worker.open_exported(path)
            labels[name] = classifier.labels or read_labels(beside, classifier.classes)
            arrays[name] = worker.resources.map("evaluation", photos, classifier.answer)
    return {"labels": labels}, arrays
