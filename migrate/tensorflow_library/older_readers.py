"""Make a SavedModel from a new TensorFlow load in an old one: the TX2 has 2.7."""

import os
from typing import Any

from poets.migrate.tensorflow_library.version2 import tf

# Ops that are only hints and unknown to TensorFlow 2.7; removing them does not change the result.
HINTS = ("DisableCopyOnRead",)


def make_loadable_by_older(folder: str) -> int:
    """Drop hint ops, their control edges and control outputs from the SavedModel in ``folder``; returns their number.

    TensorFlow 2.21 puts `DisableCopyOnRead` into the functions that save and restore variables; loading in 2.6
    and 2.7 then fails with "Op type not registered".
    """
    from tensorflow.core.protobuf import saved_model_pb2

    path = os.path.join(folder, "saved_model.pb")
    saved = saved_model_pb2.SavedModel()
    with tf.io.gfile.GFile(path, "rb") as file:
        saved.ParseFromString(file.read())
    dropped = 0
    for meta_graph in saved.meta_graphs:
        dropped += _without_hints(meta_graph.graph_def.node)
        for function in meta_graph.graph_def.library.function:
            gone = {node.name for node in function.node_def if node.op in HINTS}
            dropped += _without_hints(function.node_def)
            for key in [key for key, node in function.control_ret.items() if node in gone]:
                del function.control_ret[key]
            kept = [name for name in function.signature.control_output if name in function.control_ret]
            del function.signature.control_output[:]
            function.signature.control_output.extend(kept)
        for op in [op for op in meta_graph.meta_info_def.stripped_op_list.op if op.name in HINTS]:
            meta_graph.meta_info_def.stripped_op_list.op.remove(op)
    if dropped:
        with open(path, "wb") as out:
            out.write(saved.SerializeToString(deterministic=True))
    return dropped


def _without_hints(nodes: Any) -> int:
    gone = {"^" + node.name for node in nodes if node.op in HINTS}
    for node in [node for node in nodes if node.op in HINTS]:
        nodes.remove(node)
    for node in nodes:
        if any(edge in gone for edge in node.input):
            kept = [edge for edge in node.input if edge not in gone]
            del node.input[:]
            node.input.extend(kept)
    return len(gone)
