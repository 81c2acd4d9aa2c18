"""Findings: what `poets upgrade` reports about one place in a file."""

from typing import NamedTuple

ERROR = "error"  # must be fixed by hand: the result does not run, or behaves differently
WARNING = "warning"  # runs if the message's condition holds
NOTE = "note"  # worth knowing; nothing to do
LEVELS = (NOTE, WARNING, ERROR)


class ScriptFinding(NamedTuple):
    """One message about one place."""

    level: str
    """One of `LEVELS`."""
    rule: str
    """Stable name of the kind of finding, `removed-name` for example."""
    line: int
    """From 1; in a notebook, within the cell."""
    column: int
    """From 1, in characters."""
    subject: str
    """The code it is about, as written: `tf.contrib.slim`."""
    message: str
    """What is wrong."""
    advice: str
    """What to do."""
    see: str = ""
    """A file of the modern twin that shows the idiom, or empty."""
    cell: int = 0
    """Number of a notebook's cell, from 1; 0 elsewhere."""


RULES = {
    "python-2-syntax": "Python 2 syntax, which is invalid in Python 3",
    "syntax": "Not valid Python",
    "python-2-name": "A name or module that Python 3 does not have",
    "removed-name": "A name of TensorFlow 1 that tensorflow.compat.v1 no longer has",
    "removed-argument": "An argument that tensorflow.compat.v1's function no longer takes",
    "contrib": "tf.contrib, which TensorFlow 2 removed",
    "private-module": "tensorflow.python.*, which is not TensorFlow's public interface",
    "tutorials": "tensorflow.examples.tutorials, which TensorFlow 2 removed",
    "keras-2": "Needs Keras 2, which is the package tf_keras now",
    "keras-3": "Removed or renamed in Keras 3",
    "star-import": "Names that cannot be told apart, because of a star import",
    "unseen": "A use of TensorFlow that static analysis cannot see",
    "version-check": "A comparison of TensorFlow's version",
    "numpy": "A name that numpy no longer has",
    "removed-module": "A module that Python or its packages no longer have",
    "already-v2": "Written for TensorFlow 2 already",
    "replaced": "A name replaced by one that does the same",
    "modern": "What a rewrite in modern style would replace",
}
