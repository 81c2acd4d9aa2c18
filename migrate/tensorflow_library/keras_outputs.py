"""The output files of a trained Keras model: a SavedModel folder and, under Keras 3, a `.keras` file beside it."""

import os
from typing import Any, List, NamedTuple

from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable, whole_file
from poets.migrate.task.networks.zip_metadata import append_metadata
from poets.migrate.task.training.run_record import Output
from poets.migrate.tensorflow_library.version2 import KERAS_3


class Exported(NamedTuple):
    saved_model: str
    """Folder."""
    keras: str
    """Path of the file, or "" under Keras 2."""


def output_paths(output_graph: str) -> Exported:
    """Paths of the SavedModel and the `.keras` file: ``--output_graph`` without `.pb`, the ending of frozen graphs."""
    stem = output_graph[:-3] if output_graph.endswith(".pb") else output_graph.rstrip("/")
    return Exported(stem, stem + ".keras" if KERAS_3 else "")


def check_output_paths(paths: Exported) -> None:
    """Raise BadInput now if an output could not be written later, or would replace a folder that is no SavedModel."""
    check_writable(paths.saved_model, "--output_graph", is_folder=True)
    if paths.keras:
        check_writable(paths.keras, "--output_graph")
    if (
        os.path.isdir(paths.saved_model)
        and os.listdir(paths.saved_model)
        and not os.path.exists(os.path.join(paths.saved_model, "saved_model.pb"))
    ):
        raise BadInput(
            f"--output_graph: the folder {paths.saved_model} exists and is not a SavedModel; choose another path"
        )


def saved_model_and_keras(output_graph: str) -> List[Output]:
    """The outputs for `--output_graph`. Raises BadInput if one of them could not be written later."""
    paths = output_paths(output_graph)
    check_output_paths(paths)
    keras_file = [Output("keras", "Keras", paths.keras)] if paths.keras else []
    return [Output("graph", "SavedModel", paths.saved_model)] + keras_file


def save_keras(model: Any, path: str, metadata: Any = None) -> None:
    """Write a `.keras` file, completely or not at all.

    Args:
        model: keras.Model.
        path: the file to write.
        metadata: `signatures.ModelMetadata` to store in the file, or None.

    Raises:
        BadInput: it cannot be written.
    """
    with whole_file(path) as temporary:
        # Keras requires the ending, and a temporary file beside the target has none.
        model.save(temporary + ".keras")
        if metadata is not None:
            append_metadata(temporary + ".keras", metadata)
        os.replace(temporary + ".keras", temporary)
