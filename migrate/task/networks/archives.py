"""Unpack an untrusted .tgz member by member, inside the target folder only."""

import gzip
import os
import tarfile
import zlib
from typing import IO, List, Optional, Sequence, cast

from poets.migrate.task.errors import BadInput
from poets.migrate.task.temporary import drop_folder, kept_folder

MAX_UNPACKED_BYTES = 1 << 30
"""1 GiB: the largest archive of retrain.py's table, Inception v3's, unpacks to about 0.1 GiB."""

MAX_MEMBERS = 1000


class BadArchive(BadInput):
    """What is wrong with an archive, without what to do about it."""


def unpack_tgz(path: str, folder: str, wanted: str, shared: bool = False, others: Sequence[str] = ()) -> None:
    """Extract a network's files from a gzipped tar below ``folder``; ``wanted`` appears last.

    In a ``shared`` folder, with other networks beside, an archive writes only the folder of its own network; a network
    that lies at the top has ``wanted`` and ``others``, and only these are written.

    The members are unpacked to a temporary folder and moved one by one once the whole archive has been read: a corrupt
    archive leaves nothing behind, and if ``wanted`` exists, so does the rest. Two processes may do this at once.

    Args:
        path: str, the archive.
        folder: str, existing, writable.
        wanted: str, the required member, with ``/`` between names.
        shared: whether ``folder`` is not all this network's.
        others: more members (str) of a network that lies at the top of a shared folder.

    Raises:
        BadArchive: it is corrupt, cut short, larger than `MAX_UNPACKED_BYTES`, lacks ``wanted``, or has a member
            outside of the network's folder, or that is a link or device. The caller says what to do about it.
        BadInput: ``folder`` cannot be written.
    """
    try:
        aside = kept_folder(folder)
    except OSError as error:
        raise BadInput(f"cannot unpack {path} in {folder}: {error.strerror or error}; choose another folder")
    try:
        names = _unpack(path, aside, wanted.rpartition("/")[0] if shared else None)
        if wanted not in names:
            raise BadArchive(f"{path} holds no {wanted} (it holds {_some(names)})")
        if shared and "/" not in wanted:
            names = [name for name in names if name == wanted or name in others]
        for name in sorted(names, key=lambda name: name == wanted):
            target = os.path.join(folder, *name.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.replace(os.path.join(aside, *name.split("/")), target)
    except OSError as error:
        raise BadInput(
            f"cannot unpack {path} in {folder}: {error.strerror or error}; free the space or choose another folder"
        )
    finally:
        drop_folder(aside)


class _Bounded:
    """A gzip stream that enforces a size limit and raises BadArchive for corrupt data."""

    def __init__(self, stream: IO[bytes], path: str) -> None:
        self._stream = stream
        self._path = path
        self._left = MAX_UNPACKED_BYTES

    def read(self, size: int) -> bytes:
        try:
            data = self._stream.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise BadArchive(f"{self._path} is damaged or cut short ({error})")
        self._left -= len(data)
        if self._left < 0:
            raise BadArchive(
                f"{self._path} unpacks to more than {MAX_UNPACKED_BYTES} bytes, more than any known network"
            )
        return data


def _unpack(path: str, aside: str, own_folder: Optional[str]) -> List[str]:
    names: List[str] = []
    with gzip.open(path, "rb") as stream:
        bounded = _Bounded(cast(IO[bytes], stream), path)
        try:
            with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r|") as tar:  # a sequential reader
                for count, member in enumerate(tar):
                    if count >= MAX_MEMBERS:
                        raise BadArchive(f"{path} has more than {MAX_MEMBERS} members")
                    name = _safe_name(member, path, own_folder)
                    if member.isreg():
                        _copy(tar.extractfile(member), member.size, os.path.join(aside, *name.split("/")), path)
                        names.append(name)
        except (tarfile.TarError, EOFError, UnicodeError, ValueError) as error:
            raise BadArchive(f"{path} is damaged ({error})")
        while bounded.read(1 << 16):
            pass  # gzip verifies its checksum only at the end
    return names


def _safe_name(member: tarfile.TarInfo, path: str, own_folder: Optional[str]) -> str:
    parts = [part for part in member.name.replace("\\", "/").split("/") if part not in ("", ".")]
    climbs = member.name.startswith(("/", "\\")) or ".." in parts or any(":" in part for part in parts)
    if climbs or not (member.isreg() or member.isdir()) or (member.isreg() and not parts):
        what = "would land outside its folder" if climbs else "is neither a file nor a folder"
        raise BadArchive(f"{path} is not safe to unpack: its member {member.name!r} {what}")
    if member.isreg() and own_folder is not None and "/".join(parts[:-1]) != own_folder:
        where = f"folder {own_folder}" if own_folder else "files"
        raise BadArchive(f"{path}: its member {member.name!r} is none of the network's own {where}")
    return "/".join(parts)


def _copy(source: Optional[IO[bytes]], size: int, target: str, path: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:  # not extract(), which would set the archive's owner, mode and times
        while size:
            data = source.read(min(size, 1 << 20)) if source else b""
            if not data:
                raise BadArchive(f"{path} is cut short")
            file.write(data)
            size -= len(data)
        file.flush()
        os.fsync(file.fileno())


def _some(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)[:4]) + (", ..." if len(names) > 4 else "") if names else "nothing"
