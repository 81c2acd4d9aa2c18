"""The learning phase of Keras and slim switches between training and inference; keep only inference."""

from typing import Any, Dict, List, Optional, Set, Tuple

from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.ends import is_phase
from poets.migrate.graphs.rewrites.nodes import emptied, pass_on

BOOL = 10  # DT_BOOL


def without_learning_phase(graph_def: Any) -> Tuple[Any, List[str]]:
    """A copy without the training branches of the learning phase; with the names of the affected Merges.

    TF1's `cond` is a Switch on each value that enters a branch and a Merge where the branches meet.
    """
    nodes = {node.name: node for node in graph_def.node}
    phases = {name: value for name, value in ((name, _constant(nodes, name)) for name in nodes) if value is not None}
    switches = {
        node.name: phases[node_name(node.input[1])]
        for node in graph_def.node
        if node.op == "Switch" and node_name(node.input[1]) in phases
    }
    if not switches:
        return graph_def, []
    dead = _dead(graph_def, switches)
    merged = {
        node.name: [edge for edge in node.input if not _is_dead(edge, dead, switches)]
        for node in graph_def.node
        if node.op == "Merge"
    }
    merged = {name: live for name, live in merged.items() if len(live) == 1 and len(nodes[name].input) > 1}
    copy = emptied(graph_def)
    for node in graph_def.node:
        if node.name in dead:
            continue
        made = copy.node.add()
        made.CopyFrom(node)
        if node.name in merged:
            pass_on(made, merged[node.name][0], node.attr["T"].type)
        elif node.name in switches:
            pass_on(made, node.input[0], node.attr["T"].type)
    return _without_second_outputs(copy, switches, dead), sorted(merged)


def _constant(nodes: Dict[str, Any], name: str) -> Optional[bool]:
    """The value of a learning-phase boolean in inference, or None for any other node."""
    node = nodes[name]
    if node.op == "Const" and node.attr["dtype"].type == BOOL:
        tensor = node.attr["value"].tensor
        values = list(tensor.bool_val) or list(tensor.tensor_content)
        return bool(values[0]) if len(values) == 1 else None
    if node.op == "Placeholder" and node.attr["dtype"].type == BOOL:
        return False if is_phase(name) else None
    if node.op in ("Identity", "PlaceholderWithDefault", "LogicalNot", "Switch") and node_name(node.input[0]) in nodes:
        value = _constant(nodes, node_name(node.input[0]))
        return (not value) if value is not None and node.op == "LogicalNot" else value
    return None


def _dead(graph_def: Any, switches: Dict[str, bool]) -> Set[str]:
    """The nodes that never run: any input (for a Merge: every input) comes from a branch not taken."""
    dead: Set[str] = set()
    growing = True
    while growing:
        growing = False
        for node in graph_def.node:
            if node.name in dead or not node.input:
                continue
            lost = [_is_dead(edge, dead, switches) for edge in node.input]
            if all(lost) if node.op == "Merge" else any(lost):
                dead.add(node.name)
                growing = True
    return dead


def _is_dead(edge: str, dead: Set[str], switches: Dict[str, bool]) -> bool:
    name = node_name(edge)
    if name in dead:
        return True
    if name in switches and not edge.startswith("^"):
        return edge.endswith(":1") != switches[name]
    return False


def _without_second_outputs(graph_def: Any, switches: Dict[str, bool], dead: Set[str]) -> Any:
    """Redirect edges from a Switch's taken output, which may be the second, to the Identity that replaces it."""
    for node in graph_def.node:
        edges = [
            node_name(edge) if node_name(edge) in switches and not edge.startswith("^") else edge
            for edge in node.input
            if not (edge.startswith("^") and node_name(edge) in dead)
        ]
        if edges != list(node.input):
            del node.input[:]
            node.input.extend(edges)
    return graph_def
