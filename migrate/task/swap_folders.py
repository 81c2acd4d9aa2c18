"""Move a folder or file to where another may be, so that there is one of them at any time."""

import ctypes
import os
import shutil
import tempfile

_AT_FDCWD = -100  # linux/fcntl.h
_RENAME_EXCHANGE = 2  # linux/fs.h


def move_folder(source: str, target: str) -> None:
    """Rename ``source`` to ``target``; what was there is deleted. Both are absolute, on one file system.

    Raises:
        OSError: it cannot be moved; what was at ``target`` is there still.
    """
    if not os.path.isdir(target) and not os.path.isdir(source):
        os.replace(source, target)
    elif not os.path.lexists(target):
        os.rename(source, target)
    elif _exchange(source, target):
        _delete(source)
    else:  # a gap of one rename
        aside = tempfile.mkdtemp(prefix="." + os.path.basename(target) + ".old.", dir=os.path.dirname(target))
        os.rename(target, os.path.join(aside, "old"))
        os.rename(source, target)
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: str, other: str) -> bool:
    """Swap two paths in one step; False where the system cannot: glibc before 2.28, or some file systems."""
    try:
        swap = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    return bool(swap(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def _delete(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        os.remove(path)
