"""Infer the shapes of a graph's values by the rules of its ops, as TensorFlow does while it imports a graph."""

from typing import Any, Dict, List, NamedTuple, Optional

from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.shapes import elementwise, layers, made_values, rearranging
from poets.migrate.graphs.shapes.dtypes import output_types
from poets.migrate.graphs.shapes.node_view import NodeView, Rules, Value
from poets.migrate.graphs.shapes.partial_shapes import NotInferred, Shape, known, merged, require
from poets.migrate.graphs.shapes.small_values import value_of

RULES: Rules = {}
for _rules in (elementwise.RULES, layers.RULES, made_values.RULES, rearranging.RULES):
    RULES.update(_rules)
KEPT_SHAPES = "_output_shapes"  # the attribute in which an exporter kept what it knew
DT_FLOAT = 1
GROUP = "_class"  # the attribute that names the nodes to run beside


class _Seen(NamedTuple):
    shapes: List[Shape]
    """Of every output."""
    dtypes: List[int]
    """The same."""
    value: Optional[Value]
    """Of the first output."""


def static_shapes(graph_def: Any, fed: Optional[Dict[str, Shape]] = None) -> Dict[str, List[Shape]]:
    """node -> the shapes of its outputs, as far as they follow from the graph alone. Nothing is run or imported.

    A node is left out if it, or one that it depends on, has an op without a rule here, or inputs that do not fit:
    TensorFlow may know its shape, or refuse it. Nodes in circles are left out too.

    Args:
        graph_def: a GraphDef message; it is not modified.
        fed: node -> the shape of the float32 numbers that are fed to all nodes that take its first output.
    """
    producer = int(graph_def.versions.producer)
    names = {node.name for node in graph_def.node}
    replaced = {name: _Seen([shape], [DT_FLOAT], None) for name, shape in (fed or {}).items()}
    found: Dict[str, _Seen] = {}
    for node in _in_order(graph_def):
        try:
            require(_groups_exist(node, names))
            found[node.name] = _infer(node, found, replaced, producer)
        except NotInferred:
            continue
    return {name: seen.shapes for name, seen in found.items()}


def known_shapes(shapes: Dict[str, List[Shape]]) -> Dict[str, List[int]]:
    """node -> the shape of its first output, for nodes that have one of rank 1 or more of which all sizes are known."""
    return {name: list(outputs[0]) for name, outputs in shapes.items() if outputs and outputs[0] and known(outputs[0])}


def _infer(node: Any, found: Dict[str, _Seen], replaced: Dict[str, _Seen], producer: int) -> _Seen:
    require(node.op in RULES)
    inputs: List[Shape] = []
    dtypes: List[int] = []
    values: List[Optional[Value]] = []
    for edge in node.input:
        if edge.startswith("^"):
            require(node_name(edge) in found)
            continue
        name, _, place = edge.partition(":")
        seen = replaced.get(name) if place in ("", "0") else None
        seen = seen or found.get(name)
        if seen is None or not (place or "0").isdigit() or int(place or 0) >= len(seen.shapes):
            raise NotInferred
        inputs.append(seen.shapes[int(place or 0)])
        dtypes.append(seen.dtypes[int(place or 0)])
        values.append(seen.value if place in ("", "0") else None)
    view = NodeView(node, inputs, values, producer)
    try:
        shapes = _as_kept(node, RULES[node.op](view))
        made = output_types(node, dtypes, len(shapes))
        return _Seen(shapes, made, value_of(view, shapes[0]) if shapes else None)
    except (IndexError, ValueError, ArithmeticError):  # fewer inputs than the op takes, more, or absurd numbers
        raise NotInferred


def _as_kept(node: Any, shapes: List[Shape]) -> List[Shape]:
    """The shapes, with what the exporter of the graph knew of them."""
    if KEPT_SHAPES not in node.attr:
        return shapes
    kept = [made_values.declared(message) for message in node.attr[KEPT_SHAPES].list.shape]
    require(len(kept) == len(shapes))
    return [merged(*pair) for pair in zip(shapes, kept)]


def _groups_exist(node: Any, names: Any) -> bool:
    """TensorFlow refuses a node that is to run beside one that is not there."""
    groups = node.attr[GROUP].list.s if GROUP in node.attr else ()
    return all(group[5:].decode("utf-8", "replace") in names for group in groups if group.startswith(b"loc:@"))


def _in_order(graph_def: Any) -> List[Any]:
    """The nodes, each after its inputs; without those in circles and those that depend on them."""
    nodes = {node.name: node for node in graph_def.node}
    waiting: Dict[str, int] = {}
    takers: Dict[str, List[str]] = {}
    ready = []
    for name, node in nodes.items():
        sources = {node_name(edge) for edge in node.input}
        waiting[name] = len(sources)
        for source in sources:
            takers.setdefault(source, []).append(name)
        if not sources:
            ready.append(name)
    for name in ready:
        for taker in takers.get(name, ()):
            waiting[taker] -= 1
            if not waiting[taker]:
                ready.append(taker)
    return [nodes[name] for name in ready]
