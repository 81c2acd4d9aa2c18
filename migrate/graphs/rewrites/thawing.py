"""Find the weights among a frozen graph's constants, and the layer of each.

Freezing turned variables into constants and lost which of them were trainable. What remains: a weight is a float
constant of rank 1 or more. A batch norm's moving mean and variance, which gradient descent never changes, are known by
their input positions (or by `moving_` in their names, if the batch norm was expanded into simpler ops).
"""

from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from poets.migrate.graphs.edges import PASSING, ancestors, node_name
from poets.migrate.graphs.rewrites.rules import trainable

DT_FLOAT = 1
# Inputs of a batch norm that hold its statistics.
STATISTICS = {
    "FusedBatchNorm": (3, 4),
    "FusedBatchNormV2": (3, 4),
    "FusedBatchNormV3": (3, 4),
    "BatchNormWithGlobalNormalization": (1, 2),
}


def thawable(graph_def: Any) -> List[Any]:
    """The constants that can become variables, in the graph's order: float32, of rank 1 or more."""
    return [
        node
        for node in graph_def.node
        if node.op == "Const"
        and node.attr["dtype"].type == DT_FLOAT
        and len(node.attr["value"].tensor.tensor_shape.dim) > 0
    ]


class Thawable(NamedTuple):
    graph_def: Any
    """The trainable graph: `rewrite.trainable`."""
    layers: List[List[str]]
    """`weight_layers`."""
    still: Set[str]
    """`statistics`."""


def thawable_network(graph_def: Any, input_layer: str, output: str) -> Thawable:
    """A frozen network, extracted and made trainable. Its batch norms are found before they are expanded."""
    still = statistics(graph_def)
    network = trainable(graph_def, input_layer, output)
    return Thawable(network, weight_layers(network, output, still), still)


def weight_layers(graph_def: Any, output: str, still: Set[str]) -> List[List[str]]:
    """The names of the trainable constants, one list per layer, from input to output.

    A layer begins with a kernel (rank 2 or more); the gammas, betas and biases after it belong to it.

    Args:
        graph_def: a GraphDef message.
        output: str, the last tensor or node of the network.
        still: names of constants that never train.
    """
    nodes = {node.name: node for node in graph_def.node}
    weights = {node.name: len(node.attr["value"].tensor.tensor_shape.dim) for node in thawable(graph_def)}
    layers: List[List[str]] = []
    seen: Set[str] = set()
    for name in in_order(nodes, node_name(output)):
        for edge in nodes[name].input:
            source = behind(nodes, node_name(edge))
            if source not in weights or source in still or source in seen:
                continue
            seen.add(source)
            if weights[source] >= 2 or not layers:
                layers.append([])
            layers[-1].append(source)
    return layers


def statistics(graph_def: Any) -> Set[str]:
    """The names of constants that hold a batch norm's moving mean or variance."""
    nodes = {node.name: node for node in graph_def.node}
    found = {name for name, node in nodes.items() if node.op == "Const" and "moving_" in name}
    for node in graph_def.node:
        for place in STATISTICS.get(node.op, ()):
            found.add(behind(nodes, node_name(node.input[place])))
    return found


def behind(nodes: Dict[str, Any], name: str) -> str:
    """The node whose value ``name`` passes through: freezing leaves an Identity behind every constant."""
    while name in nodes and nodes[name].op in PASSING and nodes[name].input:
        name = node_name(nodes[name].input[0])
    return name


def in_order(nodes: Dict[str, Any], output: str) -> List[str]:
    """The nodes that ``output`` depends on, in topological order, itself last."""
    needed = set(ancestors(nodes, output))
    done: Set[str] = set()
    found: List[str] = []
    waiting = [output]
    while waiting:
        name = waiting[-1]
        missing = (
            []
            if name in done
            else [
                source
                for source in map(node_name, reversed(nodes[name].input))
                if source in needed and source not in done
            ]
        )
        if missing:
            waiting.extend(missing)
            continue
        waiting.pop()
        if name not in done:
            done.add(name)
            found.append(name)
    return found


def last_layers(layers: List[List[str]], count: Optional[int]) -> List[str]:
    """The weights of the last ``count`` layers; of all layers if None."""
    chosen = layers if count is None else layers[max(0, len(layers) - count) :]
    return [name for layer in chosen for name in layer]


def how_many(layers: List[List[str]], count: Optional[int]) -> Tuple[int, int]:
    """The number of layers that `last_layers` takes, and of all layers."""
    return len(layers) if count is None else min(count, len(layers)), len(layers)
