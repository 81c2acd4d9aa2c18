"""Find what a SavedModel may do outside itself, from its saved_model.pb alone: it is read, not loaded.

Loading one already runs parts of it: initializers, the `main_op`, restore functions. TensorFlow chooses between two
loaders by the presence of an object graph. What either of them could run is searched, in every MetaGraph.
"""

import os
from typing import Any, Dict, Iterator, List, Sequence, Set

from poets.migrate.gate import messages
from poets.migrate.gate.allowed_ops import lists
from poets.migrate.gate.graph_ops import OutsideOp, called_by, functions_of, merged, places_of, reaching, refuse
from poets.migrate.graphs.edges import ancestors, node_name
from poets.migrate.graphs.graph_file import parse, read_whole
from poets.migrate.graphs.network_files import SAVED_MODEL, fields
from poets.migrate.task.errors import BadInput

RESTORING = ("Restore", "RestoreSlice", "RestoreV2")  # what a Saver's restore op reads a checkpoint with
SAVING = RESTORING + ("Save", "SaveSlices", "SaveV2", "ShardedFilename", "ShardedFilespec", "MergeV2Checkpoints")

INITIALIZERS = ("saved_model_main_op", "legacy_init_op", "table_initializer")  # collections of what loading runs


def read_saved_model(file: str, data: bytes) -> Any:
    """The SavedModel message in a saved_model.pb.

    Args:
        file: str, its name for the message of an error.
        data: bytes.

    Raises:
        BadInput: it is no SavedModel.
    """
    saved = messages.saved_model()
    if not parse(saved, data) or not saved.meta_graphs:
        raise BadInput(f"{file} is not a SavedModel, or is truncated; download the file again")
    return saved


def refuse_saved_model(folder: str, allowed: Sequence[str], flag: str = "--graph") -> None:
    """Read the SavedModel in ``folder`` without loading it, and raise BadInput for ops that could act outside it."""
    file = os.path.join(folder, SAVED_MODEL)
    refuse(outside_ops_of_saved_model(read_saved_model(file, read_whole(file, flag))), allowed, folder)


def outside_ops_of_saved_model(saved: Any) -> List[OutsideOp]:
    """Every op that is not known to compute only, and that loading or calling the SavedModel could run.

    The ops with which every SavedModel saves and restores its own variables are left out, where only its Saver calls
    them: it is never asked to save, and restores from the SavedModel's own folder.

    Args:
        saved: a SavedModel message.
    """
    return merged([one for meta in saved.meta_graphs for one in _outside_ops_of_meta(meta)])


def _outside_ops_of_meta(meta: Any) -> List[OutsideOp]:
    graph_def = meta.graph_def
    nodes = {node.name: node for node in graph_def.node}

    def cone(names: Any) -> Set[str]:
        return {found for name in names if name in nodes for found in ancestors(nodes, name)}

    run = cone(_run_at_once(meta))
    saver = meta.saver_def
    restores = cone([node_name(saver.restore_op_name)]) - run
    saves = cone([node_name(saver.save_tensor_name)]) - run - restores
    # TensorFlow 1's loader imports all nodes and runs those that are needed. What training left there stays asleep,
    # except that an import may evaluate ops without state, to infer shapes.
    asleep = set() if meta.HasField("object_graph_def") else set(nodes) - run - restores
    callers = _callers(graph_def)
    concrete = set(meta.object_graph_def.concrete_functions)

    def only_called_by(function: str, here: Set[str]) -> bool:
        return function not in concrete and bool(callers.get(function)) and callers[function] <= here

    def wanted(function: str, node: Any) -> bool:
        if not function:
            at_save, at_restore = node.name in saves, node.name in restores
            if node.name in asleep and node.op in lists().stateful:
                return False
        else:
            at_save, at_restore = only_called_by(function, saves), only_called_by(function, restores)
        return not (at_save and node.op in SAVING or at_restore and node.op in RESTORING)

    return reaching(places_of(graph_def, wanted), functions_of(graph_def))


def _callers(graph_def: Any) -> Dict[str, Set[str]]:
    """Function -> the nodes that call it; a node of another function has that function's name before a slash."""
    own = functions_of(graph_def)
    callers: Dict[str, Set[str]] = {}
    for where, node in places_of(graph_def):
        for name in [node.op] + list(called_by(node)):
            if name in own:
                callers.setdefault(name, set()).add(where)
    return callers


def _run_at_once(meta: Any) -> Iterator[str]:
    """The nodes that a loader or a caller asks for: outputs of signatures, initializers, ops in collections."""
    for signature in meta.signature_def.values():
        for info in signature.outputs.values():
            parts = [info.name, info.coo_sparse.values_tensor_name, info.coo_sparse.indices_tensor_name]
            parts += [info.coo_sparse.dense_shape_tensor_name]
            parts += [part.name for part in info.composite_tensor.components]
            yield from (node_name(part) for part in parts if part)
    for key, collection in meta.collection_def.items():
        if key in INITIALIZERS:
            yield from (node_name(name) for name in collection.node_list.value)
        if key.endswith("variables"):  # VariableDef messages, which name their initializers
            for data in collection.bytes_list.value:
                for number, (start, end) in fields(data, 0, len(data)):
                    if number in (1, 2):
                        yield node_name(data[start:end].decode("utf-8", "replace"))
