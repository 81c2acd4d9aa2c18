"""What rewrites do to graphs and nodes again and again."""

from typing import Any


def emptied(graph_def: Any) -> Any:
    """A graph without nodes that is otherwise ``graph_def``: its versions, which old ops go by, and its functions."""
    made = type(graph_def)()
    made.versions.CopyFrom(graph_def.versions)
    made.library.CopyFrom(graph_def.library)
    return made


def pass_on(node: Any, source: str, kind: int) -> None:
    """Make a node pass the edge ``source`` on, a tensor of DataType ``kind``; whatever else it took is dropped."""
    node.op = "Identity"
    node.ClearField("attr")
    node.attr["T"].type = kind
    del node.input[:]
    node.input.append(source)
