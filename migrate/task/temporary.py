"""Folders for unfinished work, which the next run deletes if the process that made them is gone.

A process holds a lock (flock) on each of its folders. The kernel drops the lock when the process ends, however it ends,
so a folder whose lock is free is a leftover. This also holds for processes in other containers, whose ids mean nothing
here, and it does not mistake a new process for an old one with the same id.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from typing import Dict, Iterator, Optional, Set, Tuple

PREFIX = ".poets-part-"

_swept: Set[str] = set()  # folders that this process has looked through: once is enough
_locks: Dict[str, int] = {}  # path of a folder of this process -> the descriptor that locks it


@contextlib.contextmanager
def temporary_folder(above: Optional[str] = None) -> Iterator[str]:
    """A new folder below ``above`` (None: the system's temporary folder); it is deleted at the end.

    What killed processes left behind in ``above`` is deleted too.

    Yields:
        str, the path.

    Raises:
        OSError: it cannot be made.
    """
    folder = kept_folder(above)
    try:
        yield folder
    finally:
        drop_folder(folder)


def kept_folder(above: Optional[str] = None) -> str:
    """Like `temporary_folder`, but only the end of this process or `drop_folder` ends it."""
    above = os.path.abspath(above or tempfile.gettempdir())
    if above not in _swept:
        _swept.add(above)
        sweep(above)
    for known in list(_locks):  # a copy: another thread may make or drop one meanwhile
        if not os.path.exists(known):  # another process dropped it
            _release(known)
    folder, lock = _make(above)
    _locks[folder] = lock
    return folder


def drop_folder(folder: str) -> None:
    """Delete a folder that `kept_folder` made, here or in another process."""
    shutil.rmtree(folder, ignore_errors=True)
    _release(folder)


def _release(folder: str) -> None:
    lock = _locks.pop(folder, None)
    if lock is not None:
        os.close(lock)


def sweep(above: str) -> None:
    """Delete the temporary folders directly below ``above`` whose process is gone."""
    try:
        names = [name for name in os.listdir(above) if name.startswith(PREFIX)]
    except OSError:
        return
    for name in names:
        folder = os.path.join(above, name)
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _make(above: str) -> Tuple[str, int]:
    while True:
        folder = tempfile.mkdtemp(prefix=PREFIX, dir=above)
        lock = _locked(folder, fcntl.LOCK_SH)
        if lock is None and os.path.isdir(folder):  # a file system without locks: nobody can sweep there either
            return folder, os.open(folder, os.O_RDONLY)
        if lock is not None and os.path.isdir(folder):
            return folder, lock
        if lock is not None:  # another process swept it before it was locked
            os.close(lock)


def _locked(folder: str, kind: int = fcntl.LOCK_EX) -> Optional[int]:
    """A descriptor that locks ``folder``; None if another process has locked it, or it cannot be locked."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
