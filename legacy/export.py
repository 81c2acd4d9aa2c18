"""Freeze the trained graph: turn variables into constants and drop the nodes that the output does not need."""

from poets.migrate.task.files import whole_file
from poets.migrate.tensorflow_library.types import Session
from poets.migrate.tensorflow_library.version1 import tf


def export(session: Session, final_name: str, path: str) -> None:
    """Write the frozen graph, completely or not at all.

    study: a frozen graph holds weights and computation in one file. It does not hold labels, normalisation or a
    signature; a SavedModel can hold all three.

    Raises:
        BadInput: ``path`` cannot be written.
    """
    frozen = tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), [final_name])
    with whole_file(path) as temporary:
        with open(temporary, "wb") as file:
            file.write(frozen.SerializeToString(deterministic=True))
