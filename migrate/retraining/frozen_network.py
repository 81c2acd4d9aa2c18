"""The pretrained network's frozen graph, as it is imported into a TF1 graph: whole, or without weights that train."""

from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.gate.graph_ops import refuse_outside_ops
from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.graph_file import check_architecture, read_graph
from poets.migrate.graphs.rewrites.rules import any_batch, sized, takes_batches, without
from poets.migrate.graphs.rewrites.thawing import how_many, last_layers, thawable_network
from poets.migrate.task.networks.architectures import Architecture


def read_network(path: str, graph_def: Any, architecture: Architecture, allow_ops: Sequence[str]) -> Tuple[Any, bool]:
    """Read a frozen network into ``graph_def``; returns it, and whether it accepts more than one image at a time.

    Args:
        path: the file.
        graph_def: an empty GraphDef message.
        architecture: Architecture.
        allow_ops: ops that may run although they could act outside the network.

    Raises:
        BadInput: the file is not a frozen graph, not of this architecture, or could act outside itself by ops that are
            not in ``allow_ops``.
    """
    entry, end = architecture.input_tensor, architecture.bottleneck_tensor
    read_graph(path, graph_def, "--model_dir")
    refuse_outside_ops(graph_def, allow_ops, path)
    check_architecture(graph_def, path, architecture)
    batches = takes_batches(graph_def, node_name(entry), end)
    return (any_batch(graph_def, node_name(entry)) if batches else graph_def), batches


class WithoutWeights(NamedTuple):
    graph_def: Any
    """The network; its last layers' weights are missing."""
    weights: Dict[str, Any]
    """Name of each missing constant -> its TensorProto."""
    layers: Tuple[int, int]
    """Number of layers without weights, and of all layers."""


def without_weights(path: str, graph_def: Any, architecture: Architecture, layers: Optional[int]) -> WithoutWeights:
    """Read a frozen network into ``graph_def``, and take out the weights of its last layers.

    Args:
        path: the file.
        graph_def: an empty GraphDef message.
        architecture: Architecture.
        layers: how many of the last layers; None for all.

    Raises:
        BadInput: the file is not a frozen graph.
    """
    entry, end = node_name(architecture.input_tensor), architecture.bottleneck_tensor
    network, all_layers, _ = thawable_network(read_graph(path, graph_def, "--model_dir"), entry, end)
    names = last_layers(all_layers, layers)
    found = {node.name: node.attr["value"].tensor for node in network.node if node.name in set(names)}
    rest = without(sized(network, entry, architecture.input_size), set(names))
    return WithoutWeights(rest, {name: found[name] for name in names}, how_many(all_layers, layers))
