"""What a model file of any format may do outside itself, by the gate that every command has. Nothing of it is run."""

import os
import zipfile
from typing import List, NamedTuple, Optional, Sequence

from poets.migrate.gate.graph_ops import OutsideOp
from poets.migrate.gate.keras_files import outside_parts_of_keras_file
from poets.migrate.gate.onnx_files import outside_weights, weights_of
from poets.migrate.gate.saved_models import outside_ops_of_saved_model, read_saved_model
from poets.migrate.gate.tflite_files import flex_ops
from poets.migrate.graphs.graph_file import read_whole
from poets.migrate.graphs.network_files import SAVED_MODEL, folder_of, is_saved_model


class GateFindings(NamedTuple):
    kind: str
    """The format, in words."""
    reaches: List[OutsideOp]
    """Ops, or objects of a `.keras` file."""
    weights_in: Sequence[str] = ()
    """Other files that hold weights, as the model names them."""


def gate_findings_of(path: str) -> Optional[GateFindings]:
    """What the gate finds in a SavedModel, a `.keras` file, a TFLite or an ONNX model; None for another kind of file.

    Raises:
        BadInput: the file is damaged, or not safe to unpack.
    """
    if is_saved_model(path):
        file = os.path.join(folder_of(path), SAVED_MODEL)
        saved = read_saved_model(file, read_whole(file, "GRAPH"))
        version = 2 if any(meta.object_graph_def.nodes for meta in saved.meta_graphs) else 1
        return GateFindings(f"a TensorFlow {version} SavedModel", outside_ops_of_saved_model(saved))
    if not os.path.isfile(path):
        return None
    if zipfile.is_zipfile(path):
        return GateFindings("a .keras file", outside_parts_of_keras_file(path))
    if path.endswith(".onnx"):
        found = weights_of(path)
        return GateFindings("an ONNX model", outside_weights(path, found), sorted({one.location for one in found}))
    with open(path, "rb") as opened:
        is_tflite = opened.read(8)[4:] == b"TFL3"
    return GateFindings("a TFLite model", flex_ops(path)) if is_tflite else None
