"""Open a TensorFlow 1 network of any format as one frozen graph: .pb, SavedModel, checkpoint.

TensorFlow itself is imported only for variables, whose values it restores.
"""

import os
from typing import Any, NamedTuple, Optional, Sequence

from poets.migrate.gate import messages
from poets.migrate.gate.graph_ops import refuse_outside_ops
from poets.migrate.graphs.declared_sizes import check_constants
from poets.migrate.graphs.edges import ancestors, node_name
from poets.migrate.graphs.graph_file import check_nodes, parse, read_graph, read_whole
from poets.migrate.graphs.network_files import SAVED_MODEL, checkpoint_prefix, folder_of, has_values, is_saved_model
from poets.migrate.graphs.rewrites.freezing import HANDLE, variables_of, with_constants
from poets.migrate.graphs.rewrites.nodes import emptied
from poets.migrate.graphs.roles import find_output
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.options import ALL_FOUND, ReadingOptions
from poets.migrate.task.errors import BadInput

DT_FLOAT = 1
READS_CHECKPOINT = ("Restore", "RestoreSlice", "RestoreV2")  # the ops with which a Saver's restore op reads
NOTES = ("_class", "_output_shapes")  # colocations with removed nodes; shapes of variable handles
IMAGE_KEYS = ("image", "images", "input", "inputs")
ANSWER_KEYS = ("prediction", "predictions", "probabilities", "scores", "softmax", "output", "outputs", "default")


class OpenedNetwork(NamedTuple):
    path: str
    """Path of the file or folder that was opened."""
    kind: str
    """In words."""
    graph_def: Any
    """Frozen."""
    input_layer: Optional[str]
    """Name from the signature; None if it must be found."""
    output_layer: Optional[str]
    """The same for the output."""
    variables: Any
    """The variables if the graph is not frozen; else None."""


class Variables(NamedTuple):
    graph_def: Any
    """The GraphDef with its variables and restore ops."""
    saver_def: Any
    """The SaverDef that restores them."""
    prefix: str
    """Prefix of the checkpoint's files."""


def open_source(path: str, options: ReadingOptions = ALL_FOUND) -> OpenedNetwork:
    """Open a network as a frozen graph. Ops that act outside it are refused before any op runs.

    In a SavedModel and a checkpoint's graph, only nodes that the output depends on are considered; nothing else is run.

    Args:
        path: str, a frozen graph, a SavedModel's folder, or a checkpoint: its prefix or any of its files.
        options: ReadingOptions; ``input_layer``, ``output_layer``, ``allow_ops`` and ``backbone`` are used.

    Raises:
        BadInput: another kind of file, a TF2 SavedModel, refused ops, or variables missing in the checkpoint.
    """
    if is_saved_model(path):
        return _open_saved_model(folder_of(path), options)
    prefix = checkpoint_prefix(path)
    if prefix is not None:
        if os.path.isfile(prefix + ".meta"):
            return _open_checkpoint(path, prefix, options)
        from poets.migrate.port.reading.head_checkpoint import join_head

        return OpenedNetwork(
            path,
            f"a checkpoint of the last layer alone, joined to {options.backbone or 'nothing'}",
            join_head(prefix, options.backbone, options.allow_ops),
            options.input_layer,
            options.output_layer,
            None,
        )
    graph_def = read_frozen(path)
    refuse_outside_ops(graph_def, options.allow_ops, path)
    return OpenedNetwork(path, "a frozen graph", graph_def, options.input_layer, options.output_layer, None)


def look_into(path: str, options: ReadingOptions = ALL_FOUND) -> OpenedNetwork:
    """Like `open_source`, for inspection only: no op of a frozen graph is refused, because nothing is run."""
    if is_saved_model(path) or checkpoint_prefix(path) is not None:
        return open_source(path, options)
    return OpenedNetwork(path, "a frozen graph", read_frozen(path), options.input_layer, options.output_layer, None)


def read_frozen(path: str) -> Any:
    """The GraphDef of a frozen graph.

    Raises:
        BadInput: the file is not a GraphDef.
    """
    if path.endswith(".meta") and os.path.isfile(path):
        raise BadInput(
            f"GRAPH: {path} is a checkpoint's graph, but its values are not beside it; add "
            f"{path[: -len('.meta')] + '.index'} and .data-* too"
        )
    return read_graph(path, messages.graph_def(), "GRAPH")


def _open_checkpoint(path: str, prefix: str, options: ReadingOptions) -> OpenedNetwork:
    meta = messages.meta_graph_def()
    if not parse(meta, read_whole(prefix + ".meta", "GRAPH")) or not meta.graph_def.node:
        raise BadInput(f"GRAPH: {prefix}.meta is not a checkpoint's graph, or is truncated; download the file again")
    kind = f"a checkpoint with its graph of {len(meta.graph_def.node)} nodes"
    return _freeze(path, kind, meta, prefix, None, options.output_layer, options.allow_ops)


def _open_saved_model(folder: str, options: ReadingOptions) -> OpenedNetwork:
    file, saved = os.path.join(folder, SAVED_MODEL), messages.saved_model()
    if not parse(saved, read_whole(file, "GRAPH")) or not saved.meta_graphs:
        raise BadInput(f"GRAPH: {file} is not a SavedModel, or is truncated; download the file again")
    if any(meta.object_graph_def.nodes for meta in saved.meta_graphs):
        raise BadInput(f"GRAPH: {folder} is a TensorFlow 2 SavedModel already; tf.saved_model.load loads it as it is")
    meta = _serving(saved, folder)
    feed, fetch = _signature(meta)
    prefix = os.path.join(folder, "variables", "variables")
    return _freeze(
        folder,
        "a TensorFlow 1 SavedModel",
        meta,
        prefix if has_values(prefix) else None,
        options.input_layer or feed,
        options.output_layer or fetch,
        options.allow_ops,
    )


def _serving(saved: Any, folder: str) -> Any:
    """The graph for serving: tagged `serve`, or without a tag (TF1's Hub modules), or the only one."""
    tags = [sorted(meta.meta_info_def.tags) for meta in saved.meta_graphs]
    for wanted in (["serve"], []):
        if wanted in tags:
            return saved.meta_graphs[tags.index(wanted)]
    if len(tags) == 1:
        return saved.meta_graphs[0]
    raise BadInput(
        f"GRAPH: {folder} holds graphs tagged {' and '.join('+'.join(names) for names in tags)}, none of them `serve`"
    )


def _signature(meta: Any) -> tuple:
    """(input node, output node) of the serving signature; None if it is ambiguous.

    A signature that takes encoded images (strings) does not name the node that takes pixels.
    """
    signatures = dict(meta.signature_def)
    found = (
        signatures.get("serving_default")
        or signatures.get("default")
        or (list(signatures.values())[0] if len(signatures) == 1 else None)
    )
    if found is None:
        return None, None
    images = {key: info for key, info in found.inputs.items() if info.dtype == DT_FLOAT}
    answers = {key: info for key, info in found.outputs.items() if info.dtype == DT_FLOAT}
    return _choose(images, IMAGE_KEYS), _choose(answers, ANSWER_KEYS)


def _choose(infos: Any, keys: Sequence[str]) -> Optional[str]:
    for key in keys:
        if key in infos:
            return node_name(infos[key].name)
    return node_name(list(infos.values())[0].name) if len(infos) == 1 else None


def _freeze(
    path: str,
    kind: str,
    meta: Any,
    prefix: Optional[str],
    input_layer: Optional[str],
    output_layer: Optional[str],
    allow_ops: Sequence[str],
) -> OpenedNetwork:
    """Reduce a graph to its output, refuse ops that act outside it, and freeze its variables."""
    whole = meta.graph_def
    output = find_output(whole, output_layer)
    answering = cut(whole, [output])
    check_nodes(answering, path)
    check_constants(answering, path)
    refuse_outside_ops(answering, allow_ops, path)
    if not variables_of(answering):
        return OpenedNetwork(path, kind, answering, input_layer, output, None)
    if prefix is None or not meta.saver_def.restore_op_name:
        raise BadInput(f"GRAPH: {path} has variables but nothing to restore them from")
    restoring = cut(whole, [output, node_name(meta.saver_def.restore_op_name)])
    refuse_outside_ops(restoring, tuple(allow_ops) + READS_CHECKPOINT, path)
    variables = Variables(restoring, meta.saver_def, prefix)
    frozen = _frozen(path, answering, variables)
    return OpenedNetwork(path, kind, frozen, input_layer, output, variables)


def cut(graph_def: Any, outputs: Sequence[str]) -> Any:
    """A copy with only the nodes that ``outputs`` depend on, without attributes from the training machine.

    Raises:
        BadInput: one of ``outputs`` does not exist.
    """
    nodes = {node.name: node for node in graph_def.node}
    needed = {name for output in outputs for name in ancestors(nodes, output)}
    made = emptied(graph_def)
    for node in graph_def.node:
        if node.name in needed:
            copy = made.node.add()
            copy.CopyFrom(node)
            for name in NOTES:
                copy.attr.pop(name, None)
            copy.device = ""
    return made


def restored_session(variables: Variables) -> Any:
    """A v1 Session with a graph and the values of its variables. The caller closes it."""
    from poets.migrate.tensorflow_library.version2 import tf

    graph = tf.Graph()
    with graph.as_default():
        tf.graph_util.import_graph_def(variables.graph_def, name="")
        session = tf.compat.v1.Session(graph=graph)
        tf.compat.v1.train.Saver(saver_def=variables.saver_def).restore(session, variables.prefix)
    return session


def _frozen(path: str, answering: Any, variables: Variables) -> Any:
    from poets.migrate.tensorflow_library.version2 import tf

    handles = {node.name: node.attr["dtype"].type for node in answering.node if node.op == HANDLE}
    try:
        with restored_session(variables) as session:
            graph = session.graph
            with graph.as_default():
                tensors = {name: graph.get_tensor_by_name(name + ":0") for name in variables_of(answering)}
                for name, kind in handles.items():
                    tensors[name] = tf.raw_ops.ReadVariableOp(resource=tensors[name], dtype=tf.as_dtype(kind))
            values = session.run(tensors)
    except (ValueError, tf.errors.OpError) as error:
        raise BadInput(f"GRAPH: {path} cannot be restored from {variables.prefix}: {reason_of(error)}")
    return with_constants(answering, {name: tf.make_tensor_proto(value) for name, value in values.items()})
