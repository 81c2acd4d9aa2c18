"""Facts about a graph that can be found without running it."""

from typing import Any, Dict, List, NamedTuple, Optional

import numpy as np

from poets.migrate.gate.graph_ops import OutsideOp, outside_ops
from poets.migrate.gate.messages import dtype_name
from poets.migrate.graphs.batch_statistics import batch_statistics
from poets.migrate.graphs.families import Family, dims_of, find_family, weights_of
from poets.migrate.graphs.rewrites.dropout import RANDOM
from poets.migrate.graphs.rewrites.in_order import apply_rewrites
from poets.migrate.graphs.rewrites.learning_phase import without_learning_phase
from poets.migrate.graphs.rewrites.rules import takes_batches
from poets.migrate.graphs.roles import Roles, find_bottleneck, find_roles
from poets.migrate.inspect.shapes import WITH_WEIGHTS, classes_of, shapes_for_one_image
from poets.migrate.task.errors import BadInput

FLOAT = 1  # DT_FLOAT
QUANTIZED = (11, 12, 13, 15, 16)  # DT_QINT8, DT_QUINT8, DT_QINT32, DT_QINT16, DT_QUINT16


class Facts(NamedTuple):
    family: Family
    roles: Optional[Roles]
    """None if they cannot be found; `roles_problem` says why."""
    roles_problem: str
    """Why the roles cannot be found; empty if they are."""
    input_dtype: str
    """Of the image input, such as float32."""
    batch: Optional[int]
    """Fixed batch size; None if it is any or unknown."""
    classes: Optional[int]
    """Number of classes; None if it cannot be computed."""
    bottleneck: Optional[str]
    """Name of the node of the features; None if the roles cannot be found."""
    bottleneck_width: Optional[int]
    """B, the number of features; None if it is unknown."""
    nodes: int
    """Number of nodes."""
    ops: Dict[str, int]
    """Op -> number of nodes."""
    parameters: int
    """Number of values in constants of rank 1 or more."""
    weight_bytes: int
    """Bytes that the contents of these constants take."""
    multiply_adds: Optional[int]
    """Multiply-adds per image; None if shapes are unknown."""
    quantized_weights: int
    """Number of constants of quantised types, 8 to 32 bits."""
    leftovers: List[str]
    """Leftovers of training, in words."""
    producer: int
    """Version of GraphDef that the TensorFlow that wrote it had."""
    reaches: List[OutsideOp]
    """Ops that act outside the graph or that TensorFlow does not know."""


def gather(graph_def: Any, input_layer: Optional[str] = None, output_layer: Optional[str] = None) -> Facts:
    """Collect the facts about a graph.

    Raises:
        BadInput: a node that the user named does not exist.
    """
    roles, problem = None, ""
    try:
        roles = find_roles(graph_def, input_layer, output_layer)
    except BadInput as error:
        if input_layer or output_layer:
            raise
        problem = str(error)
    ops = count_ops(graph_def)
    constants = [
        node for node in graph_def.node if node.op == "Const" and len(node.attr["value"].tensor.tensor_shape.dim) > 0
    ]
    sizes = [int(np.prod([dim.size for dim in node.attr["value"].tensor.tensor_shape.dim])) for node in constants]
    weights = [size for node, size in zip(constants, sizes) if _is_weight(node)]
    reaches = outside_ops(graph_def)
    served = apply_rewrites(graph_def, roles)[0] if roles else graph_def  # without training-only nodes
    bottleneck = find_bottleneck(served, roles.answer_layer) if roles else None
    shapes = shapes_for_one_image(served, roles, [bottleneck] if bottleneck else []) if not reaches else {}
    entry = next((node for node in graph_def.node if roles and node.name == roles.input_layer), None)
    return Facts(
        find_family(graph_def, roles.preprocessing.height if roles else None),
        roles,
        problem,
        "float32" if entry is None else _dtype(entry),
        1 if roles and not takes_batches(graph_def, roles.input_layer, roles.output_layer) else _batch(entry),
        classes_of(served, roles) if roles and not reaches else None,
        bottleneck,
        shapes[bottleneck][-1] if bottleneck in shapes else None,
        len(graph_def.node),
        ops,
        sum(weights),
        sum(len(node.attr["value"].tensor.tensor_content) for node in constants),
        multiply_adds(served, shapes) if shapes else None,
        sum(node.attr["dtype"].type in QUANTIZED for node in constants),
        leftovers(graph_def) + mixing(graph_def, roles),
        int(graph_def.versions.producer),
        reaches,
    )


def _is_weight(node: Any) -> bool:
    return node.attr["dtype"].type in (1, 2, 19) + QUANTIZED  # float, double, half


def _dtype(node: Any) -> str:
    return dtype_name(node.attr["dtype"].type or node.attr["T"].type)


def _batch(node: Any) -> Optional[int]:
    dims = node.attr["shape"].shape.dim if node is not None and node.op == "Placeholder" else []
    return int(dims[0].size) if len(dims) and dims[0].size > 0 else None


def count_ops(graph_def: Any) -> Dict[str, int]:
    """op -> number of nodes."""
    ops: Dict[str, int] = {}
    for node in graph_def.node:
        ops[node.op] = ops.get(node.op, 0) + 1
    return ops


def leftovers(graph_def: Any) -> List[str]:
    """Leftovers of training in the graph, in words."""
    in_use, branches = without_learning_phase(graph_def)
    ops = count_ops(in_use)
    found = [f"a learning phase ({len(branches)} branches between training and use)"] if branches else []
    if any(op in ops for op in RANDOM):
        found.append("random numbers (frozen dropout: two runs on one photo differ)")
    fed = [node for node in in_use.node if node.op == "PlaceholderWithDefault" and node.attr["dtype"].type == FLOAT]
    if fed:
        found.append(f"{len(fed)} placeholder with default (bottlenecks were fed there)")
    if ops.get("Placeholder", 0) > 1:
        found.append(f"{ops['Placeholder'] - 1} placeholders besides the images")
    if ops.get("CheckNumerics"):
        found.append(f"{ops['CheckNumerics']} numeric checks")
    training = [op for op in ops if op.startswith("Apply") or "CrossEntropy" in op or op.endswith("Grad")]
    if training:
        found.append(f"training ops: {', '.join(sorted(training))}")
    return found


def mixing(graph_def: Any, roles: Optional[Roles]) -> List[str]:
    """The same of a batch normalisation that was frozen as it trains."""
    if roles is None or not batch_statistics(graph_def, roles.input_layer, roles.output_layer):
        return []
    return ["batch statistics (photos of a batch change each other's answers: one at a time is right)"]


def multiply_adds(graph_def: Any, shapes: Dict[str, List[int]]) -> int:
    """Multiply-adds of convolutions and matrix products for one image: output values times the weights per value."""
    nodes = {node.name: node for node in graph_def.node}
    total = 0
    for node in graph_def.node:
        if node.op not in WITH_WEIGHTS or node.name not in shapes:
            continue
        weights = weights_of(nodes, node)
        if weights is None:
            continue
        dims = dims_of(weights)
        each = dims[0] if node.op == "MatMul" else dims[0] * dims[1] * (dims[2] if node.op == "Conv2D" else 1)
        total += int(np.prod(shapes[node.name])) * each
    return total
