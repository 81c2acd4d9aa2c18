"""A graph's edges: the nodes they name, nodes that pass values through, and what a node depends on."""

from typing import Any, Dict, List, Sequence

# Ops that pass their input through without changing its shape.
PASSING = ("Identity", "PlaceholderWithDefault", "CheckNumerics", "StopGradient")

MEASURING = ("Shape", "ShapeN", "Size", "Rank")  # ops that look at a tensor's shape, never at its values


def node_name(tensor: str) -> str:
    """The node that an edge names: ``^a`` and ``a:1`` both name node ``a``."""
    return tensor.lstrip("^").split(":")[0]


def ancestors(nodes: Dict[str, Any], *names: str) -> List[str]:
    """The nodes that ``names`` depend on, nearest first, themselves included."""
    seen, queue = set(names), list(names)
    for current in queue:
        for edge in nodes[current].input:
            source = node_name(edge)
            if source in nodes and source not in seen:
                seen.add(source)
                queue.append(source)
    return queue


def downstream(consumers: Dict[str, List[str]], starts: Sequence[str]) -> List[str]:
    """The nodes that depend on any of ``starts``, themselves included; ``consumers``: node -> who takes its output."""
    seen, queue = set(starts), list(starts)
    for current in queue:
        for name in consumers.get(current, []):
            if name not in seen:
                seen.add(name)
                queue.append(name)
    return queue


def attr_of(node: Any, name: str) -> Any:
    """A node's attribute, or an empty one; reading ``node.attr[name]`` would add it, and TensorFlow refuses that.

    Args:
        node: a NodeDef message.
        name: str.
    """
    return node.attr[name] if name in node.attr else type(node)().attr[name]
