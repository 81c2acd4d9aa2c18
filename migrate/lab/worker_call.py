"""The worker call `train_mnist`: the data sent over the pipe, on the judge's side and on the twin's."""

from typing import Any, Callable, Dict

import numpy as np

from poets.migrate.lab.digits import Digits
from poets.migrate.lab.record import LabTrained, LabWatch
from poets.migrate.lab.schedule import Lab, LabSchedule
from poets.migrate.task.resources import Resources
from poets.migrate.task.worker.protocol import Answer


def arrays_of(digits: Digits, schedule: LabSchedule) -> Dict[str, np.ndarray]:
    """What the judge sends besides the settings: pictures, labels and schedule.

    Their dtypes are those of `Digits` and `LabSchedule`.
    """
    return dict(digits._asdict(), order=schedule.order, mask_seeds=schedule.mask_seeds, **numbered(schedule.weights))


def train_mnist(
    train_network: Callable[..., LabTrained],
    settings: Dict[str, Any],
    resources: Resources,
    arrays: Dict[str, np.ndarray],
) -> Answer:
    """Train as the judge requests.

    Args:
        train_network: the twin's function of that name, in its `mnist.py`.
        settings: the fields of Lab.
        resources: Resources.
        arrays: what `arrays_of` made.

    Returns:
        the ``curve``, one list per epoch; ``losses`` float64 [steps], ``probabilities`` [T, 10] of the test images
        and the final weights, ``weights/0`` and so on.
    """
    digits = Digits(*(arrays[name] for name in Digits._fields))
    schedule = LabSchedule(weights_in(arrays), arrays["order"], arrays["mask_seeds"])
    lab = Lab(**settings)
    trained = train_network(digits, schedule, lab, resources, LabWatch(digits, lab))
    return answer_of(trained)


def answer_of(trained: LabTrained) -> Answer:
    """A training in the form that a worker returns."""
    return (
        {"curve": [list(epoch) for epoch in trained.curve]},
        dict(numbered(trained.weights), losses=trained.losses, probabilities=trained.probabilities),
    )


def numbered(weights: Any) -> Dict[str, np.ndarray]:
    """Weights, float arrays of any shapes, under names for a frame: ``weights/0``, ``weights/1``, ..."""
    return {f"weights/{place}": np.asarray(one) for place, one in enumerate(weights)}


def weights_in(arrays: Dict[str, np.ndarray]) -> Any:
    """Weights from a frame's arrays, in order. Their shapes and dtypes are kept."""
    return [arrays[f"weights/{place}"] for place in range(sum(name.startswith("weights/") for name in arrays))]
