"""Helpers for graphs and nodes that several rewrites share."""

from typing import Any


def emptied(graph_def: Any) -> Any:
    """An empty graph with the functions of ``graph_def`` and its versions, on which old ops depend."""
    made = type(graph_def)()
    made.versions.CopyFrom(graph_def.versions)
    made.library.CopyFrom(graph_def.library)
    return made


def pass_on(node: Any, source: str, kind: int) -> None:
    """Turn a node into an Identity of the edge ``source``, of DataType ``kind``; its other inputs are dropped."""
    node.op = "Identity"
    node.ClearField("attr")
    node.attr["T"].type = kind
    del node.input[:]
    node.input.append(source)
