"""The target `serving`: the SavedModel in the folders that TensorFlow Serving wants, `NAME/1/`."""

import os
from typing import Any

from poets.migrate.graphs.network_files import serving_name
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.targets import savedmodel

VERSION = "1"


def save(reading: Reading, folder: str) -> None:
    """Write the SavedModel as version 1 of a model below ``folder``, which is empty."""
    inner = os.path.join(folder, serving_name(reading.path), VERSION)
    os.makedirs(inner)
    savedmodel.save(reading, inner)


def load(path: str, reading: Reading) -> Any:
    """As `savedmodel.load`, of what `save` wrote."""
    return savedmodel.load(os.path.join(path, serving_name(reading.path), VERSION), reading)
