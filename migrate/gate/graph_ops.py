"""Find the ops of a graph that may act outside it, wherever they are: among its nodes, in functions, in branches."""

from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Sequence, Tuple

from poets.migrate.gate.allowed_ops import is_allowed, reason_against
from poets.migrate.task.errors import BadInput


class OutsideOp(NamedTuple):
    op: str
    nodes: List[str]
    """Names of the nodes that run it, with the function that holds them."""
    why: str
    """What it can do, in words."""


def functions_of(graph_def: Any) -> Dict[str, Any]:
    """The graph's own functions by name: their bodies run too."""
    return {function.signature.name: function for function in graph_def.library.function}


def called_by(node: Any) -> Iterator[str]:
    """The names of the functions that a node calls by an attribute: branches, loop bodies, map functions.

    TensorFlow takes the name of an op where it expects that of a function, so each must be looked at.
    """
    if node.op == "Const":
        return
    waiting = list(node.attr.values())
    for value in waiting:
        kind = value.WhichOneof("value")
        functions = [value.func] if kind == "func" else value.list.func if kind == "list" else ()
        for function in functions:
            yield function.name
            waiting.extend(function.attr.values())


def reaching(places: Iterator[Tuple[str, Any]], own: Any) -> List[OutsideOp]:
    """The ops of some nodes that are not allowed, sorted by name.

    Args:
        places: (where, NodeDef).
        own: the names of the graph's own functions, which are searched elsewhere.
    """
    found: Dict[str, List[str]] = {}
    for where, node in places:
        for op in [node.op] + list(called_by(node)):
            if not is_allowed(op) and op not in own:
                found.setdefault(op, []).append(where)
    return [OutsideOp(op, found[op], reason_against(op)) for op in sorted(found)]


def places_of(graph_def: Any, wanted: Callable[[str, Any], bool] = lambda where, node: True) -> Iterator[Any]:
    """(where, NodeDef) of all nodes and of all nodes in functions, if ``wanted`` says so of function name and node."""
    for node in graph_def.node:
        if wanted("", node):
            yield node.name, node
    for name, function in functions_of(graph_def).items():
        for node in function.node_def:
            if wanted(name, node):
                yield f"{name}/{node.name}", node


def outside_ops(graph_def: Any) -> List[OutsideOp]:
    """Every op that is not known to compute only: it may read or write files, run Python, use the network.

    Args:
        graph_def: a GraphDef message; the bodies of its functions are searched too.
    """
    return reaching(places_of(graph_def), functions_of(graph_def))


def merged(found: Sequence[OutsideOp]) -> List[OutsideOp]:
    """Findings from several graphs, one per op."""
    ops: Dict[str, OutsideOp] = {}
    for one in found:
        ops[one.op] = one._replace(nodes=ops[one.op].nodes + one.nodes) if one.op in ops else one
    return [ops[op] for op in sorted(ops)]


def _and_more(nodes: List[str]) -> str:
    return f" and {len(nodes) - 1} more" if len(nodes) > 1 else ""


def refuse(found: Sequence[OutsideOp], allowed: Sequence[str], path: str) -> None:
    """Raise BadInput for the ops found, except those in ``--allow_ops``. Nothing of the model has run yet."""
    left = [one for one in found if one.op not in allowed]
    if left:
        words = "; ".join(f"{one.op} {one.why} (node '{one.nodes[0]}'{_and_more(one.nodes)})" for one in left)
        raise BadInput(
            f"{path}: not run, as {words}; if you trust it, add --allow_ops {' '.join(one.op for one in left)}"
        )


def refuse_outside_ops(graph_def: Any, allowed: Sequence[str], path: str) -> None:
    """Raise BadInput for ops that `outside_ops` finds, except those in ``allowed``."""
    refuse(outside_ops(graph_def), allowed, path)
