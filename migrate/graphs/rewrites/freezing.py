"""Replace variables with constants, as freeze_graph did."""

from typing import Any, Dict, List

from poets.migrate.graphs.edges import node_name
from poets.migrate.task.errors import BadInput

REFERENCES = ("Variable", "VariableV2")  # TF1's reference variables: the node is the value
HANDLE = "VarHandleOp"  # Keras's, and TF2's: the node is a handle, which ReadVariableOp reads
PASSES_HANDLES = ("Identity", "Switch", "Enter")


def variables_of(graph_def: Any) -> List[str]:
    """The names of a graph's variables."""
    return [node.name for node in graph_def.node if node.op in REFERENCES or node.op == HANDLE]


def with_constants(graph_def: Any, tensors: Dict[str, Any]) -> Any:
    """A copy in which variables are constants; nodes that read a handle become Identity nodes.

    Args:
        graph_def: a GraphDef message.
        tensors: name of every variable -> its value, a TensorProto.

    Raises:
        BadInput: a variable is used in a way other than reading its value.
    """
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    kinds = {node.name: tensors[node.name].dtype for node in copy.node if node.op == HANDLE}
    for node in _in_order(copy, kinds):
        if node.op == "ReadVariableOp":
            kind = kinds[node_name(node.input[0])]
            node.op = "Identity"
            node.ClearField("attr")
            node.attr["T"].type = kind
        elif node.op in PASSES_HANDLES:
            node.attr["T"].type = kinds[node.name]
        else:
            raise BadInput(
                f"GRAPH: cannot be frozen: {node.op} of node '{node.name}' does more to a variable than read it"
            )
    for node in copy.node:
        if node.name in tensors:
            node.op = "Const"
            node.ClearField("attr")
            node.attr["dtype"].type = tensors[node.name].dtype
            node.attr["value"].tensor.CopyFrom(tensors[node.name])
    return copy


def _in_order(graph_def: Any, kinds: Dict[str, int]) -> List[Any]:
    """The nodes that take handles, each after its source; adds those that pass handles on to ``kinds``."""
    found: List[Any] = []
    names = set(kinds)
    while names:
        taking = [
            node
            for node in graph_def.node
            if any(node_name(edge) in names and not edge.startswith("^") for edge in node.input)
        ]
        passing = [node for node in taking if node.op in PASSES_HANDLES and node.name not in kinds]
        for node in passing:
            kinds[node.name] = kinds[node_name(node.input[0])]
        found.extend(node for node in taking if node not in found)
        names = {node.name for node in passing}
    return found
