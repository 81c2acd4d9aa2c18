"""Remove nodes that only checked values or only served training."""

from typing import Any, List, Tuple

from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.rewrites.nodes import pass_on


def _pass_first_on(node: Any, kind: int) -> None:
    pass_on(node, [edge for edge in node.input if not edge.startswith("^")][0], kind)


def without_check_numerics(graph_def: Any) -> Tuple[Any, List[str]]:
    """A copy in which CheckNumerics is an Identity, without control edges from it."""
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    checks = [node for node in copy.node if node.op == "CheckNumerics"]
    names = {node.name for node in checks}
    for node in checks:
        _pass_first_on(node, node.attr["T"].type)
    if names:
        for node in copy.node:
            kept = [edge for edge in node.input if not (edge.startswith("^") and node_name(edge) in names)]
            if len(kept) < len(node.input):
                del node.input[:]
                node.input.extend(kept)
    return copy, sorted(names)


def without_bottleneck_placeholders(graph_def: Any) -> Tuple[Any, List[str]]:
    """A copy in which PlaceholderWithDefault (where retrain.py fed cached bottlenecks) is replaced by its default."""
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    changed = [node for node in copy.node if node.op == "PlaceholderWithDefault"]
    for node in changed:
        _pass_first_on(node, node.attr["dtype"].type)
    return copy, [node.name for node in changed]
