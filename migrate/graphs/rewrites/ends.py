"""Rewrites of a graph's ends: everything fed but pictures is settled, pictures come in rows of pixels, and the answers
are probabilities.
"""

from typing import Any, List, Sequence, Tuple

from poets.migrate.graphs.edges import ancestors, node_name
from poets.migrate.graphs.rewrites.nodes import emptied
from poets.migrate.graphs.roles import Roles

FLOAT, BYTES, INT32, BOOL = 1, 4, 3, 10  # DataType in TensorFlow's types.proto


def from_pixels_to_probabilities(graph_def: Any, roles: Roles) -> Any:
    """A copy that takes float32 [N, H, W, C] alone and gives probabilities, for whoever runs a graph as it is."""
    for rewrite in (settled, taking_pixels, answering):
        graph_def = rewrite(graph_def, roles)[0]
    return graph_def


def settled(graph_def: Any, roles: Roles) -> Tuple[Any, List[str]]:
    """A copy in which the numbers and truth values that inference feeds are constants."""
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    changed = []
    needed = set(ancestors({node.name: node for node in copy.node}, roles.output_layer)) if roles.fed else set()
    for node in copy.node:
        if node.name in roles.fed and node.name in needed and node.op == "Placeholder":
            kind, value = node.attr["dtype"].type, roles.fed[node.name]
            node.op = "Const"
            node.ClearField("attr")
            node.attr["dtype"].type = kind
            _fill(node.attr["value"].tensor, kind, value)
            changed.append(node.name)
    return copy, changed


def _fill(tensor: Any, kind: int, value: float) -> None:
    tensor.dtype = kind
    tensor.tensor_shape.SetInParent()
    if kind == BOOL:
        tensor.bool_val.append(bool(value))
    elif kind in (INT32, 9):
        (tensor.int_val if kind == INT32 else tensor.int64_val).append(int(value))
    elif kind == 2:
        tensor.double_val.append(value)
    else:
        tensor.float_val.append(value)


def taking_pixels(graph_def: Any, roles: Roles) -> Tuple[Any, List[str]]:
    """A copy whose input is float32 [N, H, W, C], whatever layout and dtype the network takes.

    The input keeps its name; what follows it turns, flattens or casts its values.
    """
    given = roles.preprocessing
    steps: List[Tuple[str, Tuple[int, ...]]] = []
    if given.layout == "NCHW":
        steps.append(("Transpose", (0, 3, 1, 2)))
    elif given.layout == "flat":
        steps.append(("Reshape", (-1, given.height * given.width * given.depth)))
    if given.dtype == "uint8":
        steps.append(("Cast", ()))
    if not steps:
        return graph_def, []
    copy = emptied(graph_def)
    name = roles.input_layer
    for node in graph_def.node:
        made = copy.node.add()
        if node.name == name:
            made.name, made.op = name, "Placeholder"
            made.attr["dtype"].type = FLOAT
            for size in (-1, given.height, given.width, given.depth):
                made.attr["shape"].shape.dim.add().size = size
        else:
            made.CopyFrom(node)
            for place, edge in enumerate(made.input):
                if node_name(edge) == name and not edge.startswith("^"):
                    made.input[place] = f"{name}/pixels_{len(steps)}"
    last = name
    for place, (op, numbers) in enumerate(steps, 1):
        last = _add_step(copy, f"{name}/pixels_{place}", op, last, numbers)
    return copy, [name]


def _add_step(graph_def: Any, name: str, op: str, source: str, numbers: Sequence[int]) -> str:
    node = graph_def.node.add()
    node.name, node.op = name, op
    node.input.append(source)
    if op == "Cast":  # as TensorFlow casts: the fraction is cut off
        node.attr["SrcT"].type, node.attr["DstT"].type = FLOAT, BYTES
        return name
    node.input.append(add_ints(graph_def, name + "/numbers", numbers))
    node.attr["T"].type = FLOAT
    node.attr["Tperm" if op == "Transpose" else "Tshape"].type = INT32
    return name


def add_ints(graph_def: Any, name: str, numbers: Sequence[int], is_scalar: bool = False) -> str:
    """Add an int32 constant, one-dimensional unless it is a scalar; returns its name."""
    node = graph_def.node.add()
    node.name, node.op = name, "Const"
    node.attr["dtype"].type = INT32
    tensor = node.attr["value"].tensor
    tensor.dtype = INT32
    tensor.tensor_shape.SetInParent()
    if not is_scalar:
        tensor.tensor_shape.dim.add().size = len(numbers)
    tensor.tensor_content = b"".join(int(number).to_bytes(4, "little", signed=True) for number in numbers)
    return name


def answering(graph_def: Any, roles: Roles) -> Tuple[Any, List[str]]:
    """A copy that ends in probabilities: a Softmax after logits, or 1 - p and p of a single Sigmoid."""
    if not roles.activation:
        return graph_def, []
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    name, output = roles.answer_layer, roles.output_layer
    if roles.activation == "softmax":
        width = add_ints(copy, name + "/row", (-1, roles.classes or -1))
        rows = copy.node.add()
        rows.name, rows.op = name + "/rows", "Reshape"
        rows.input.extend([output, width])
        rows.attr["T"].type, rows.attr["Tshape"].type = FLOAT, INT32
        node = copy.node.add()
        node.name, node.op = name, "Softmax"
        node.input.append(rows.name)
        node.attr["T"].type = FLOAT
        return copy, [name]
    one = copy.node.add()
    one.name, one.op = name + "/one", "Const"
    one.attr["dtype"].type = FLOAT
    _fill(one.attr["value"].tensor, FLOAT, 1.0)
    other = copy.node.add()
    other.name, other.op = name + "/other", "Sub"
    other.input.extend([one.name, output])
    other.attr["T"].type = FLOAT
    axis = add_ints(copy, name + "/axis", (-1,), is_scalar=True)
    node = copy.node.add()
    node.name, node.op = name, "ConcatV2"
    node.input.extend([other.name, output, axis])
    node.attr["N"].i = 2
    node.attr["T"].type, node.attr["Tidx"].type = FLOAT, INT32
    return copy, [name]
