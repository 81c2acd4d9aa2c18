"""Freeze the trained graph: variables become constants, what the output does not need is cut away."""

from poets.migrate.task.files import whole_file
from poets.migrate.tensorflow_library.types import Session
from poets.migrate.tensorflow_library.version1 import tf


def export(session: Session, final_name: str, path: str) -> None:
    """Write the frozen graph, whole or not at all.

    study: a frozen graph is weights and computation in one file, and nothing else: no labels, no
    normalisation, no signature. A SavedModel keeps all of these.

    Raises:
        BadInput: ``path`` cannot be written.
    """
    frozen = tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), [final_name])
    with whole_file(path) as temporary:
        with open(temporary, "wb") as file:
            file.write(frozen.SerializeToString(deterministic=True))
