"""Nodes that mix the photos of a batch: a batch normalisation that was frozen as it trains.

Such a network answers a photo differently in other company; only one photo at a time gives what its owner saw.
"""

from typing import Any, Dict, List

from poets.migrate.graphs.constants import ints_of
from poets.migrate.graphs.edges import MEASURING, ancestors, downstream, node_name

FUSED = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
REDUCING = ("Mean", "Sum", "Max", "Min")


def batch_statistics(graph_def: Any, input_layer: str, output_layer: str) -> List[str]:
    """Names of the nodes between input and output that compute one number from all photos of a batch."""
    nodes = {node.name: node for node in graph_def.node}
    above = set(ancestors(nodes, node_name(output_layer)))
    consumers: Dict[str, List[str]] = {}
    for name in above:
        if nodes[name].op in MEASURING:
            continue
        for edge in nodes[name].input:
            consumers.setdefault(node_name(edge), []).append(name)
    below = downstream(consumers, [input_layer])[1:]
    return sorted(name for name in below if _mixes(nodes, nodes[name]))


def _mixes(nodes: Dict[str, Any], node: Any) -> bool:
    if node.op in FUSED:
        return "is_training" not in node.attr or bool(node.attr["is_training"].b)  # true unless it is said
    return node.op in REDUCING and 0 in _axes(nodes, node)


def _axes(nodes: Dict[str, Any], node: Any) -> List[int]:
    axes = nodes.get(node_name(node.input[1])) if len(node.input) > 1 else None
    return ints_of(axes) if axes is not None and axes.op == "Const" else []
