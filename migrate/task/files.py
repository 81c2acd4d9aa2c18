"""Atomic writes: a file or folder appears complete or not at all."""

import contextlib
import os
import shutil
import tempfile
from typing import Callable, Iterator, Tuple

from poets.migrate.task.errors import BadInput


@contextlib.contextmanager
def whole_file(path: str) -> Iterator[str]:
    """Yield a temporary path beside ``path``; on success it is renamed to ``path`` in one step.

    The file is flushed to disk before the rename, so a power cut or ``kill -9`` leaves the old
    file or the new one, never a partial one. On any exception the temporary file is removed.

    Args:
        path: str, the final path. Its folder is created if missing.

    Yields:
        str, the temporary path to write to.

    Raises:
        BadInput: the folder cannot be created or written to.
    """
    path = os.path.abspath(path)
    temporary = _reserve(path, lambda folder, prefix: _closed(tempfile.mkstemp(prefix=prefix, dir=folder)))
    try:
        yield temporary
        _flush(temporary)
        os.chmod(temporary, 0o666 & ~_umask())  # mkstemp creates 0600; results follow the user's umask
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


@contextlib.contextmanager
def whole_folder(path: str) -> Iterator[str]:
    """Like `whole_file` for a folder: an existing folder at ``path`` is replaced only on success."""
    path = os.path.abspath(path)
    temporary = _reserve(path, lambda folder, prefix: tempfile.mkdtemp(prefix=prefix, dir=folder))
    try:
        yield temporary
        for folder, _, names in os.walk(temporary):
            for name in names:
                _flush(os.path.join(folder, name))
        os.chmod(temporary, 0o777 & ~_umask())
        _replace_folder(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: str, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8, atomically."""
    with whole_file(path) as temporary:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)


def check_writable(path: str, flag: str, is_folder: bool = False) -> None:
    """Raise BadInput now if ``path`` could not be written later; ``flag`` is the flag that named it.

    Retraining takes minutes, so an output that cannot be written is reported before it starts.

    Args:
        path: str.
        flag: str, for example `--output_graph`.
        is_folder: bool, whether the output is a folder rather than a file.
    """
    path = os.path.abspath(path)
    if os.path.isdir(path) if not is_folder else os.path.isfile(path):
        raise BadInput(f"{flag}: {path} is a {'file' if is_folder else 'folder'} already; choose another path")
    folder = os.path.dirname(path)
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    try:
        with tempfile.TemporaryFile(dir=folder):  # os.access always allows root, even on a read-only file system
            pass
    except OSError as error:
        raise BadInput(f"{flag}: cannot write to {path} ({folder}: {error.strerror or error}); choose another path")


def _reserve(path: str, make: Callable[[str, str], str]) -> str:
    folder, name = os.path.split(path)
    try:
        os.makedirs(folder, exist_ok=True)
        return make(folder, "." + name + ".")
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror or error}; choose another path")


def _closed(made: Tuple[int, str]) -> str:
    descriptor, temporary = made
    os.close(descriptor)
    return temporary


def _flush(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace_folder(temporary: str, path: str) -> None:
    if not os.path.exists(path):
        os.rename(temporary, path)
        return
    aside = tempfile.mkdtemp(prefix="." + os.path.basename(path) + ".old.", dir=os.path.dirname(path))
    os.rename(path, os.path.join(aside, "old"))  # folders cannot be swapped portably: a gap of one rename
    os.rename(temporary, path)
    shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
