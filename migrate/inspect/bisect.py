"""The first node at which a graph and its port give different values."""

import os
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.gate.graph_ops import refuse_outside_ops
from poets.migrate.gate.saved_models import refuse_saved_model
from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.network_files import is_saved_model
from poets.migrate.graphs.rewrites.in_order import apply_rewrites
from poets.migrate.graphs.roles import find_roles
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.reading.sources import open_source
from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.preprocessing import Given, with_given
from poets.migrate.tensorflow_library.version2 import tf

# Known reasons why an op's output differs in another TensorFlow.
KNOWN = {
    "ResizeBilinear": "TF2's tf.image.resize samples at half-pixel centres; TF1's did not",
    "Conv2D": "oneDNN and constant folding sum in another order; beyond 1e-4 look at weights and padding",
    "DepthwiseConv2dNative": "oneDNN sums in another order; beyond 1e-4 look at weights and padding",
    "AvgPool": "with SAME padding TensorFlow leaves the padding out of the mean; others count it",
    "FusedBatchNormV3": "training and inference use other statistics; look at is_training and epsilon",
    "RandomUniform": "random numbers: frozen dropout, whose output is random",
    "MatMul": "look at the weights, and whether one side is transposed",
    "Softmax": "look at what comes before it: the softmax itself is the same everywhere",
}


class FirstDifference(NamedTuple):
    node: str
    """Name of the node in the first graph."""
    op: str
    """Its op."""
    max_abs: float
    """The largest absolute difference of its values; infinity if the shapes differ."""
    inputs: Dict[str, float]
    """Input -> how far it is apart."""
    looked_at: int
    """Number of nodes whose values were computed."""
    compared: int
    """Number of nodes that both graphs have."""
    known: str
    """The known reason for a difference of this op; empty if there is none."""


def compare_graphs(
    graph: str,
    port: str,
    probe: Optional[str],
    allow_ops: Sequence[str],
    atol: float,
    say: Callable[[str], None],
    given: Sequence[Given] = (Given(), Given()),
) -> Optional[FirstDifference]:
    """Find the first node at which a graph and its port differ on one picture; None if no node differs.

    Args:
        graph: str, a path that `open_source` can open.
        port: str, a SavedModel's folder or a frozen graph.
        probe: str, a folder of photos; None for a seeded picture.
        allow_ops: ops to allow although they act outside the graphs or are unknown.
        atol: float, values that differ by at most this are equal.
        say: called with a line per compared node.
        given: what the user says of the graph's and of the port's preprocessing.

    Raises:
        BadInput: either file cannot be read or has ops that act outside it, or the two have no node in common.
    """
    from poets.migrate.port.proof.reference import picture_sets

    source = open_source(graph, ReadingOptions(allow_ops=allow_ops))
    sides = (given[0].input_height, given[0].input_width)
    roles = find_roles(source.graph_def, source.input_layer, source.output_layer, sides)
    roles = roles._replace(preprocessing=with_given(roles.preprocessing, given[0]))
    rewritten, _ = apply_rewrites(source.graph_def, roles)
    pixels = next(picture_sets(roles.preprocessing, probe, False))[:1]
    images = [with_given(roles.preprocessing, one).normalize(pixels) for one in (Given(), given[1])]
    other, names = port_graph(port, rewritten, allow_ops)
    refuse_outside_ops(other, allow_ops, port)
    return search(rewritten, other, names, roles.input_layer, roles.answer_layer, images, atol, say)


def port_graph(path: str, original: Any, allow_ops: Sequence[str] = ()) -> Any:
    """The port as one flat GraphDef, and node of the original -> node of the port.

    Raises:
        BadInput: it is neither a SavedModel with a `raw` signature nor a frozen graph, or it could act outside itself.
    """
    if os.path.isdir(path):
        from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

        if not is_saved_model(path):
            raise BadInput(f"PORT: no saved_model.pb in the folder {path}; give a SavedModel that `poets port` made")
        refuse_saved_model(path, allow_ops, "PORT")
        module = tf.saved_model.load(path)
        if "raw" not in module.signatures:
            raise BadInput(f"PORT: the SavedModel {path} has no 'raw' signature; give one that `poets port` made")
        flat = convert_variables_to_constants_v2(module.signatures["raw"]).graph.as_graph_def()
    else:
        flat = read_graph(path, tf.compat.v1.GraphDef(), "PORT")
    here = {node.name for node in flat.node}
    endings: Dict[str, str] = {}
    for node in flat.node:
        parts = node.name.split("/")
        for place in range(len(parts)):
            endings.setdefault("/".join(parts[place:]), node.name)
    names = {node.name: node.name if node.name in here else endings.get(node.name, "") for node in original.node}
    return flat, {ours: theirs for ours, theirs in names.items() if theirs}


def search(
    graph_def: Any,
    other: Any,
    names: Dict[str, str],
    feed: str,
    output: str,
    images: Sequence[np.ndarray],
    atol: float,
    say: Callable[[str], None],
) -> Optional[FirstDifference]:
    """The first differing node in topological order, by bisection: a difference propagates to all later nodes.

    ``images`` are float32 [n, S, S, 3], normalised, as each of the two graphs takes them.
    """
    nodes = {node.name: node for node in graph_def.node}
    depends = {feed}  # nodes that the images reach
    order = []
    for name in _topological(nodes, output):
        if name == feed or any(node_name(edge) in depends for edge in nodes[name].input):
            depends.add(name)
            if name in names and nodes[name].op not in ("Const", "Placeholder"):
                order.append(name)
    if not order:
        raise BadInput("PORT: shares no node with the graph; it was not made from it")
    entry = next((node.name for node in other.node if node.op == "Placeholder"), None)
    if entry is None:
        raise BadInput("PORT: has no placeholder to feed images to")
    looked: Dict[str, float] = {}
    with _opened(graph_def) as ours, _opened(other) as theirs:

        def gap(name: str) -> float:
            if name not in looked:
                mine = ours.run(name + ":0", {feed + ":0": images[0]})
                yours = theirs.run(names[name] + ":0", {entry + ":0": images[1]})
                same = np.shape(mine) == np.shape(yours)
                looked[name] = float(np.abs(np.asarray(mine, np.float64) - yours).max()) if same else float("inf")
                say(f"{name}: {looked[name]:.3g} apart")
            return looked[name]

        if not gap(order[-1]) > atol:
            return None
        low, high = 0, len(order) - 1
        while low < high:
            middle = (low + high) // 2
            if gap(order[middle]) > atol:
                high = middle
            else:
                low = middle + 1
        first = order[low]
        inputs = {node_name(edge): gap(node_name(edge)) for edge in nodes[first].input if node_name(edge) in order}
        op = nodes[first].op
        return FirstDifference(first, op, gap(first), inputs, len(looked), len(order), KNOWN.get(op, ""))


def _opened(graph_def: Any) -> Any:
    graph = tf.Graph()
    with graph.as_default():
        try:
            tf.graph_util.import_graph_def(graph_def, name="")
        except Exception as error:  # ValueError, TypeError, KeyError or one of TensorFlow's
            raise BadInput(f"GRAPH or PORT: TensorFlow cannot read it: {reason_of(error)}; are both files whole?")
    return tf.compat.v1.Session(graph=graph)


def _topological(nodes: Dict[str, Any], output: str) -> List[str]:
    order: List[str] = []
    done = set()
    stack = [(output, False)]
    while stack:
        name, left = stack.pop()
        if left:
            order.append(name)
            continue
        if name in done:
            continue
        done.add(name)
        stack.append((name, True))
        stack.extend((node_name(edge), False) for edge in nodes[name].input if node_name(edge) in nodes)
    return order


def in_words(found: Optional[FirstDifference], atol: float) -> str:
    """The finding as text."""
    if found is None:
        return f"no node differs by more than {atol:g}\n"
    lines = [f"first difference: {found.node} ({found.op}), {found.max_abs:.3g} apart"]
    lines += [f"  its input {name}: {apart:.3g} apart" for name, apart in found.inputs.items()]
    if found.known:
        lines.append("  known: " + found.known)
    lines.append(f"looked at {found.looked_at} of {found.compared} nodes that both have")
    return "\n".join(lines) + "\n"
