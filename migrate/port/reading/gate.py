"""The one gate that a graph passes before anything of it runs."""

from typing import Any, List, Sequence

from poets.migrate.graphs.allowed_ops import Reach, refuse, scan, unknown_ops
from poets.migrate.tensorflow_library.version2 import tf


def reaches_of(graph_def: Any) -> List[Reach]:
    """The ops that reach outside the graph, and those that this TensorFlow does not know."""
    return scan(graph_def) + unknown_ops(graph_def, lambda op: hasattr(tf.raw_ops, op))


def refuse_reaching(graph_def: Any, allowed: Sequence[str], path: str) -> None:
    """Raise BadInput for what `reaches_of` finds, less the ops in ``allowed``."""
    refuse(reaches_of(graph_def), allowed, path)
