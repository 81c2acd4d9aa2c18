"""Shapes of a graph's nodes, as TensorFlow infers them without running anything."""

from typing import Any, Dict, List, Optional

from poets.migrate.graphs.roles import Roles
from poets.migrate.tensorflow_library.version2 import tf


def infer_shapes(graph_def: Any, roles: Optional[Roles]) -> Dict[str, List[int]]:
    """node -> its first output's shape for one image, for nodes with a fully known shape. Nothing is run.

    Args:
        graph_def: a GraphDef message.
        roles: gives the input size for the import; None imports the graph unchanged.
    """
    with tf.Graph().as_default() as graph:
        inputs = {}
        if roles is not None:
            given = roles.preprocessing
            shape = [1, given.height, given.width, given.depth]
            inputs[roles.input_layer + ":0"] = tf.compat.v1.placeholder(tf.float32, shape)
        try:
            tf.graph_util.import_graph_def(graph_def, input_map=inputs, name="seen")
        except (ValueError, tf.errors.OpError):
            return {}
        found = {}
        for operation in graph.get_operations():
            if operation.name.startswith("seen/") and operation.outputs:
                shape = operation.outputs[0].shape
                if shape.rank and None not in shape.as_list():
                    found[operation.name[len("seen/") :]] = shape.as_list()
    return found
