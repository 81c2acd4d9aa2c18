"""Every error that poets raises on purpose, one class for each exit code.

::

    PoetsError
    ├── NoParity            exit 1  the twins were compared and differ
    ├── BadInput            exit 2  a file, folder or flag that cannot be used
    │   └── BadPhoto                not a photo, or one that TensorFlow versions decode differently (photos.py)
    ├── BrokenEnvironment   exit 3  a missing or broken dependency, a wrong version, no network
    │   ├── CannotFetch             a download that failed (downloads.py)
    │   └── OutOfMemory             memory ran out, even for one photo at a time (resources.py)
    └── WorkerFailed        exit 4  a twin's process died, hung or sent an invalid answer

Anything else is a fault of poets: exit 70, one line, and a file with the traceback (`poets.migrate.task.ending`).

A message is one line and says what was found, where, and what to do about it.
"""


class PoetsError(Exception):
    """Base of the tree. ``exit_code`` is the exit code of the command."""

    exit_code = 2


class NoParity(PoetsError):
    """The twins were compared and differ beyond tolerance."""

    exit_code = 1


class BadInput(PoetsError):
    """A file, folder or flag that cannot be used."""

    exit_code = 2


class BrokenEnvironment(PoetsError):
    """A missing or broken dependency, a wrong version, an unreachable network."""

    exit_code = 3


class OutOfMemory(BrokenEnvironment):
    """Memory ran out, and the batch could not be made smaller, or the user forbade it."""


class WorkerFailed(PoetsError):
    """A twin's process died, hung or sent an invalid answer."""

    exit_code = 4
