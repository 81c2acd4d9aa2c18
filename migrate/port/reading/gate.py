"""The check that every graph must pass before any of it runs."""

from typing import Any, List, Sequence

from poets.migrate.graphs.allowed_ops import OutsideOp, outside_ops, refuse, unknown_ops
from poets.migrate.tensorflow_library.version2 import tf


def outside_ops_of(graph_def: Any) -> List[OutsideOp]:
    """Find ops that act outside the graph or that this TensorFlow does not know."""
    return outside_ops(graph_def) + unknown_ops(graph_def, lambda op: hasattr(tf.raw_ops, op))


def refuse_outside_ops(graph_def: Any, allowed: Sequence[str], path: str) -> None:
    """Raise BadInput for ops that `outside_ops_of` finds, except those in ``allowed``."""
    refuse(outside_ops_of(graph_def), allowed, path)
