"""Outputs: a regular file or a folder appears complete or not at all; anything else is written to as it is."""

import contextlib
import os
import shutil
import stat
import sys
from typing import Iterator, Optional

from poets.migrate.task.errors import BadInput
from poets.migrate.task.out_of_memory import why_full
from poets.migrate.task.swap_folders import move_folder
from poets.migrate.task.temporary import temporary_folder


@contextlib.contextmanager
def whole_file(path: str) -> Iterator[str]:
    """Yield a path to write to; on success the file there becomes ``path`` in one step.

    The file is flushed to disk before it is renamed, so a power cut or ``kill -9`` leaves the old file or the new one,
    never a partial one. A symbolic link is followed. What is no regular file, such as a device, a pipe or /dev/stdout,
    is not replaced: on success the content is written to it.

    Args:
        path: str, the final path. Its folder is created if missing.

    Yields:
        str, the path to write to; nothing exists there yet.

    Raises:
        BadInput: the folder cannot be created or written to, or the device or pipe cannot be written.
    """
    stream = _is_stream(path)
    target = path if stream else _target(path)
    with _beside(target, None if stream else os.path.dirname(target)) as folder:
        temporary = os.path.join(folder, "stream" if stream else os.path.basename(target))
        yield temporary
        if stream:
            _pour(temporary, path)
            return
        _flush(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)


@contextlib.contextmanager
def whole_folder(path: str) -> Iterator[str]:
    """Like `whole_file` for a folder: an existing folder at ``path`` is replaced only on success."""
    target = _target(path)
    with _beside(target, os.path.dirname(target)) as above:
        temporary = os.path.join(above, os.path.basename(target))
        os.mkdir(temporary)
        yield temporary
        for folder, _, names in os.walk(temporary):
            for name in names:
                _flush(os.path.join(folder, name))
        os.chmod(temporary, 0o777 & ~_umask())
        move_folder(temporary, target)


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
    if not is_folder and _is_stream(path):
        if not os.access(path, os.W_OK):
            raise BadInput(f"{flag}: cannot write to {path} (no permission); choose another path")
        return
    path = _target(path)
    if os.path.exists(path) and os.path.isdir(path) != is_folder:
        raise BadInput(f"{flag}: {path} is a {'file' if is_folder else 'folder'} already; choose another path")
    folder = os.path.dirname(path)
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    try:
        with temporary_folder(folder):  # os.access always allows root, even on a read-only file system
            pass
    except OSError as error:
        raise BadInput(f"{flag}: cannot write to {path} ({folder}: {error.strerror or error}); choose another path")


def _target(path: str) -> str:
    found = os.path.realpath(path)
    if os.path.islink(found):
        raise BadInput(f"cannot write {path}: its links lead in a circle; choose another path")
    return found


def _is_stream(path: str) -> bool:
    """Whether ``path`` must be written to as it is: it is a device, a pipe or a socket, or an open file's name."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _descriptor(path: str) -> Optional[int]:
    """The open file that a name such as /dev/stdout or /dev/fd/3 stands for.

    It has to be written through its descriptor even if it is a regular file: renaming would take the file away from
    the shell that opened it, and opening it anew would begin at its start.
    """
    for _ in range(40):  # links to links; a circle is the system's to report
        folder, name = os.path.split(os.path.abspath(path))
        folder = os.path.realpath(folder)
        if folder in (f"/proc/{os.getpid()}/fd", "/dev/fd") and name.isdigit():
            return int(name)
        path = os.path.join(folder, name)
        if not os.path.islink(path):
            break
        path = os.path.join(folder, os.readlink(path))
    return None


def _pour(source: str, path: str) -> None:
    """Write the content of ``source`` to a device, a pipe or an open file."""
    try:
        descriptor = _descriptor(path)
        if descriptor is None:
            opened = os.open(path, os.O_WRONLY | os.O_NOCTTY)
        else:
            sys.stdout.flush()  # what was printed before comes before
            opened = os.dup(descriptor)
        with open(source, "rb") as content, os.fdopen(opened, "wb") as stream:
            shutil.copyfileobj(content, stream)
    except BrokenPipeError:
        raise  # the reader has seen enough
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror or error}; choose another path")


@contextlib.contextmanager
def _beside(path: str, above: Optional[str]) -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        try:
            if above is not None:
                os.makedirs(above, exist_ok=True)
            folder = stack.enter_context(temporary_folder(above))
        except OSError as error:
            raise BadInput(f"cannot write {path}: {error.strerror or error}; choose another path")
        with named_if_full(path):
            yield folder


@contextlib.contextmanager
def named_if_full(path: str) -> Iterator[None]:
    """While ``path`` is written: raise BadInput with its name if the disk is full, also if TensorFlow reports it."""
    try:
        yield
    except Exception as error:
        full = why_full(error)
        if full is None or isinstance(error, BadInput):
            raise
        raise BadInput(f"cannot write {path}: {full}; free some space, or choose another path") from error


def _flush(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
