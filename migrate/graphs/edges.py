"""A graph's edges: what they name, what passes values on, and what a node depends on."""

from typing import Any, Dict, List

# Nodes that carry a value on unchanged, as far as shapes go.
PASSING = ("Identity", "PlaceholderWithDefault", "CheckNumerics", "StopGradient")


def node_name(tensor: str) -> str:
    """The node that a graph edge names: ``^a`` and ``a:1`` are both of node ``a``."""
    return tensor.lstrip("^").split(":")[0]


def ancestors(nodes: Dict[str, Any], name: str) -> List[str]:
    """The nodes that ``name`` depends on, nearest first, itself included."""
    seen, queue = {name}, [name]
    for current in queue:
        for edge in nodes[current].input:
            source = node_name(edge)
            if source in nodes and source not in seen:
                seen.add(source)
                queue.append(source)
    return queue
