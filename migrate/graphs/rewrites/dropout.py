"""Remove training dropout that was frozen into a graph and makes two runs on one photo differ."""

from typing import Any, Dict, List, Optional, Tuple

from poets.migrate.graphs.edges import ancestors, node_name
from poets.migrate.graphs.rewrites.nodes import pass_on

RANDOM = ("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2", "RandomUniformInt")


def without_dropout(graph_def: Any) -> Tuple[Any, List[str]]:
    """A copy in which every dropout passes its input through, as in inference; with the names of those.

    Dropout is ``scaled * mask``: ``scaled`` is ``x / keep_prob`` or ``x * (1 / keep_prob)``, ``mask`` comes from
    random numbers (Floor in TF1's spelling, Cast of a comparison in TF2's).
    """
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    nodes = {node.name: node for node in copy.node}
    changed = []
    for node in copy.node:
        kept = _input_of_dropout(nodes, node)
        if kept is not None:
            pass_on(node, kept, node.attr["T"].type)
            changed.append(node.name)
    return copy, changed


def _input_of_dropout(nodes: Dict[str, Any], node: Any) -> Optional[str]:
    if node.op not in ("Mul", "SelectV2") or len(node.input) < 2:
        return None
    inputs = [node_name(edge) for edge in node.input if not edge.startswith("^")]
    if node.op == "SelectV2":
        return _scaled_input(nodes, inputs[1]) if _is_mask(nodes, inputs[0]) else None
    for mask, scaled in (inputs[:2], inputs[1::-1]):
        if _is_mask(nodes, mask):
            return _scaled_input(nodes, scaled)
    return None


def _is_mask(nodes: Dict[str, Any], name: str) -> bool:
    node = nodes.get(name)
    if node is None or node.op not in ("Floor", "Cast", "GreaterEqual"):
        return False
    # Stop before the network itself: a mask has random numbers within a few steps and no weights.
    return any(nodes[above].op in RANDOM for above in ancestors(nodes, name)[:12])


def _scaled_input(nodes: Dict[str, Any], name: str) -> Optional[str]:
    node = nodes.get(name)
    if node is None:
        return None
    if node.op == "RealDiv":
        return str(node.input[0])
    if node.op == "Mul":
        for value, factor in (node.input[:2], node.input[1::-1]):
            if node_name(factor) in nodes and _is_constant(nodes, node_name(factor)):
                return str(value)
    return None


def _is_constant(nodes: Dict[str, Any], name: str) -> bool:
    """Whether a node is computed from constants, or from a number that is fed, alone, as 1 / keep_prob is."""
    above = [nodes[one].op for one in ancestors(nodes, name)]
    known = {"Const", "Placeholder", "Sub", "RealDiv", "Add", "AddV2", "Identity"}
    return len(above) <= 8 and "Const" in above and set(above) <= known
