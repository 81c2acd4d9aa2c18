"""Reduce a frozen graph to the nodes that depend on the input; everything else is computed once."""

from typing import Any, Container, Dict, List, NamedTuple, NoReturn, Set, Tuple

import numpy as np

from poets.migrate.graphs.edges import PASSING, downstream, node_name
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.task.errors import BadInput
from poets.migrate.tensorflow_library.version2 import tf


class FoldedNetwork(NamedTuple):
    nodes: Dict[str, Any]
    """NodeDef by name."""
    inputs: Dict[str, List[str]]
    """Node -> the nodes whose values it takes, skipping pass-through ops."""
    order: List[str]
    """The nodes that images flow through, each after its inputs."""
    constants: Dict[str, np.ndarray]
    """Node -> value, for nodes that do not depend on the images."""
    shapes: Dict[str, Tuple[int, ...]]
    """Node in `order` -> shape of its output for one image, without batch axis."""
    consumers: Dict[str, List[str]]
    """Node in `order` -> its consumers; OUTPUT stands for the caller."""
    entry: str
    """Name of the node that takes images."""
    output: str
    """Name of the node whose value is wanted."""


OUTPUT = "(output)"
# Ops that only change the shape. Nodes that compute this shape from the images' shape (Shape, Prod, Pack...) are not
# followed, because running the graph shows the result.
RESHAPES = ("Reshape", "Squeeze", "ExpandDims")
_RANDOM = ("Random", "TruncatedNormal", "Multinomial")
_IS_RANDOM = "its output is random"
_FLOAT = 1  # DT_FLOAT


def refuse(node: Any, why: str) -> NoReturn:
    """Raise BadInput: this node cannot become a Keras layer; the message suggests another target."""
    raise BadInput(
        f"--to keras: no stock layer for op {node.op} of node '{node.name}': {why}; `--to savedmodel` still works"
    )


def fold(reading: Reading, known: Container[str]) -> FoldedNetwork:
    """Collect the values of constants, the shapes of activations and the order of the nodes.

    Args:
        reading: Reading; it is not changed.
        known: the ops that have a layer.

    Raises:
        BadInput: a node that images flow through has another op, is random, fed, not float32, or mixes the images of
            a batch.
    """
    graph_def = type(reading.graph_def)()
    graph_def.CopyFrom(reading.graph_def)  # reading a missing attribute of a message adds it
    nodes = {node.name: node for node in graph_def.node}
    inputs = {
        name: [_source(nodes, edge) for edge in node.input if not edge.startswith("^")] for name, node in nodes.items()
    }
    entry, output = reading.roles.input_layer, _source(nodes, reading.roles.answer_layer)
    takers: Dict[str, List[str]] = {}
    for name, sources in inputs.items():
        for source in sources:
            takers.setdefault(source, []).append(name)
    fed = set(downstream(takers, [entry]))
    if output not in fed:
        refuse(nodes[output], "it does not depend on the image")
    order, wanted = _walk(nodes, inputs, fed, output)
    consumers: Dict[str, List[str]] = {name: [] for name in order}
    _check([nodes[name] for name in order if name != entry], fed, known)
    for name in order:
        for source in carrying(nodes[name], inputs[name]):
            if source in fed:
                consumers[source].append(name)
    consumers[output].append(OUTPUT)
    constants, shapes = _run(reading, order, _constants(nodes, inputs, wanted))
    return FoldedNetwork(nodes, inputs, order, constants, shapes, consumers, entry, output)


def carrying(node: Any, sources: List[str]) -> List[str]:
    """The inputs of a node whose values it uses."""
    return sources[:1] if node.op in RESHAPES else sources


def _source(nodes: Dict[str, Any], edge: str) -> str:
    name = node_name(edge)
    while nodes[name].op in PASSING:
        name = node_name(nodes[name].input[0])
    return name


def _walk(
    nodes: Dict[str, Any], inputs: Dict[str, List[str]], fed: Set[str], output: str
) -> Tuple[List[str], List[str]]:
    """(nodes that carry images, inputs first; their constants). Not recursive, because Inception is 500 nodes deep."""
    order, wanted, seen, stack = [], [], set(), [(output, False)]
    while stack:
        name, is_done = stack.pop()
        if is_done:
            order.append(name)
        elif name not in seen:
            seen.add(name)
            if name not in fed:
                wanted.append(name)
                continue
            stack.append((name, True))
            stack.extend((source, False) for source in reversed(carrying(nodes[name], inputs[name])))
    return order, wanted


def _check(nodes: List[Any], fed: Set[str], known: Container[str]) -> None:
    for node in nodes:  # first, because dropout's other ops have no layer either but are not the cause
        if node.op.startswith(_RANDOM):
            refuse(node, _IS_RANDOM)
    for node in nodes:
        if node.op not in known:
            refuse(node, "none is known")
        if node.attr["T"].type not in (0, _FLOAT):
            refuse(node, "it does not compute in float32")
        for edge in node.input:
            if node_name(edge) in fed and ":" in edge and not edge.endswith(":0"):
                refuse(node, f"it takes another node's second output, '{edge}'")


def _constants(nodes: Dict[str, Any], inputs: Dict[str, List[str]], wanted: List[str]) -> List[str]:
    """The wanted constants and those they are computed from, such as a batch norm's gamma and variance."""
    queue, seen = list(wanted), set(wanted)
    for name in queue:
        if nodes[name].op == "Placeholder":
            refuse(nodes[name], "it must be fed besides the image")
        if nodes[name].op.startswith(_RANDOM):
            refuse(nodes[name], _IS_RANDOM)
        if any(":" in edge and not edge.endswith(":0") for edge in nodes[name].input):
            refuse(nodes[name], "it takes another node's second output")
        for source in inputs[name]:
            if source not in seen:
                seen.add(source)
                queue.append(source)
    return queue


def _run(
    reading: Reading, order: List[str], constants: List[str]
) -> Tuple[Dict[str, np.ndarray], Dict[str, Tuple[int, ...]]]:
    """Values of constants, and shapes of activations for two and for three black images."""
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(reading.graph_def, name="")
        entry = graph.get_tensor_by_name(reading.roles.input_layer + ":0")
        sizes = {name: tf.shape(graph.get_tensor_by_name(name + ":0")) for name in order}
        values = {name: graph.get_tensor_by_name(name + ":0") for name in constants}
        with tf.compat.v1.Session() as session:
            folded = session.run(values)
            seen = []
            for batch in (2, 3):
                try:
                    seen.append(session.run(sizes, {entry: np.zeros([batch] + entry.shape.as_list()[1:], np.float32)}))
                except tf.errors.InvalidArgumentError as error:
                    raise BadInput(
                        f"--to keras: the graph does not run on {batch} images at a time: "
                        f"{error.message.splitlines()[0]}"
                    )
    shapes = {}
    for name in order:
        two, three = (list(map(int, shape[name])) for shape in seen)
        if two[:1] != [2] or three != [3] + two[1:]:
            raise BadInput(
                f"--to keras: node '{name}' mixes the images of a batch (shape {two} for 2, {three} for 3); "
                "`--to savedmodel` still works"
            )
        shapes[name] = tuple(two[1:])
    return folded, shapes
