"""How a TensorFlow 2 model scales its pictures itself, read from the graph of the function that runs it.

A model that begins with `Rescaling(1/255)`, `Normalization` or `x / 127.5 - 1` takes pixels 0..255, and would be fed
nearly black pictures if it were taken for one that follows TensorFlow Hub's convention, 0..1.
"""

from typing import Any, Dict, Tuple

from poets.migrate.graphs.edges import MEASURING, PASSING, node_name
from poets.migrate.graphs.normalization import of_model
from poets.migrate.task.photos.preprocessing import HUB, Preprocessing, channels_for

CALLS = ("PartitionedCall", "StatefulPartitionedCall")
SMALL = 64  # numbers of a captured constant that may be a mean


def preprocessing_of(function: Any, height: int, width: int, depth: Any) -> Preprocessing:
    """The preprocessing of a model's pictures, [N, height, width, depth].

    Args:
        function: a concrete function whose only argument that is no captured value is the pictures.
        height: int.
        width: int.
        depth: int, or None.
    """
    nodes, entry = beginning(function)
    found = of_model(nodes, entry) if entry else None
    channels = channels_for(depth, found.channels if found else "rgb")
    if found is None:
        return Preprocessing(height, width, 0.0, 255.0, HUB, channels, guessed=True)
    return Preprocessing(height, width, found.mean, found.std, found.source, channels)


def beginning(function: Any) -> Tuple[Dict[str, Any], str]:
    """(nodes, the node of the pictures) of the innermost function in which something happens to the pictures."""
    graph_def = function.graph.as_graph_def()
    library = {one.signature.name: one for one in graph_def.library.function}
    nodes = {node.name: node for node in graph_def.node}
    captures = zip(function.captured_inputs, function.graph.internal_captures)
    captured = {inside.op.name: outside for outside, inside in captures}
    for name, value in captured.items():
        if name in nodes and _is_small(value):
            nodes[name] = _constant(name, value.numpy(), type(nodes[name])())
    entries = [one.op.name for one in function.inputs if one.op.name not in captured]
    entry = entries[0] if len(entries) == 1 else ""
    for _ in range(len(library) + 1):
        call, place = _only_call(nodes, entry)
        inner = library.get(call.attr["f"].func.name) if call is not None else None
        if inner is None:
            break
        given = [node_name(edge) for edge in call.input]
        outer, nodes = nodes, {node.name: node for node in inner.node_def}
        for argument, source in zip(inner.signature.input_arg, given):
            known = outer.get(source)
            while known is not None and known.op == "Identity":
                known = outer.get(node_name(known.input[0]))
            nodes[argument.name] = _argument(argument.name, known, type(call)())
        entry = inner.signature.input_arg[place].name
    return nodes, entry


def _only_call(nodes: Dict[str, Any], entry: str) -> Tuple[Any, int]:
    """(the call that alone takes the pictures, which of its arguments they are), or (None, 0)."""
    name = entry
    for _ in nodes:
        taking = (node for node in nodes.values() if name in [node_name(edge) for edge in node.input])
        takers = [node for node in taking if node.op not in MEASURING]
        if len(takers) != 1:
            return None, 0
        if takers[0].op in CALLS:
            return takers[0], [node_name(edge) for edge in takers[0].input].index(name)
        if takers[0].op not in PASSING:
            return None, 0
        name = takers[0].name
    return None, 0


def _is_small(value: Any) -> bool:
    return hasattr(value, "numpy") and value.dtype.name == "float32" and value.shape.num_elements() <= SMALL


def _argument(name: str, known: Any, node: Any) -> Any:
    """A node, of the empty message ``node``: the constant that is known, or a placeholder."""
    if known is not None and known.op == "Const":
        node.CopyFrom(known)
    else:
        node.op = "Placeholder"
    node.name = name
    return node


def _constant(name: str, value: Any, node: Any) -> Any:
    node.name, node.op = name, "Const"
    node.attr["value"].tensor.dtype = 1  # DT_FLOAT
    node.attr["value"].tensor.float_val.extend(value.reshape(-1).tolist())
    return node
