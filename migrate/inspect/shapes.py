"""Shapes and classes of a graph for `poets inspect`; TensorFlow is imported only if the graph's own rules do not do."""

from typing import Any, Dict, List, Optional, Sequence

from poets.migrate.graphs.families import weights_of
from poets.migrate.graphs.roles import Roles
from poets.migrate.graphs.shapes.inference import known_shapes, static_shapes
from poets.migrate.graphs.shapes.partial_shapes import Shape

WITH_WEIGHTS = ("Conv2D", "DepthwiseConv2dNative", "MatMul")


def shapes_for_one_image(graph_def: Any, roles: Optional[Roles], wanted: Sequence[str] = ()) -> Dict[str, List[int]]:
    """node -> its first output's shape for one image, for nodes with a fully known shape; {} for a corrupt graph.

    Args:
        graph_def: a GraphDef message.
        roles: gives the input size; None if they cannot be found.
        wanted: names of nodes that are needed, besides those with weights.
    """
    fed: Dict[str, Shape] = {}
    if roles is not None:
        given = roles.preprocessing
        fed[roles.input_layer] = (1, given.height, given.width, given.depth)
    inferred = static_shapes(graph_def, fed)
    found = known_shapes(inferred)
    nodes = {node.name: node for node in graph_def.node}
    weighted = [name for name, node in nodes.items() if node.op in WITH_WEIGHTS and weights_of(nodes, node) is not None]
    if found and all(name in inferred for name in weighted + list(wanted)):
        return found
    from poets.migrate.port.reading.shapes import infer_shapes

    return infer_shapes(graph_def, roles)


def classes_of(graph_def: Any, roles: Roles) -> int:
    """The number of classes, from the output's shape in the rewritten graph.

    Raises:
        BadInput: the output's last dimension is unknown, or TensorFlow cannot read the graph.
    """
    outputs = static_shapes(graph_def).get(roles.answer_layer)
    shape = outputs[0] if outputs else None
    if shape and shape[-1] > 0:
        return shape[-1]
    from poets.migrate.port.reading.graph_reading import count_classes

    return count_classes(graph_def, roles)
