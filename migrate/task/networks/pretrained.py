"""Find an architecture's pretrained network under --model_dir: unpacked, in its archive, or on the network."""

import contextlib
import hashlib
import os
import stat
from typing import BinaryIO, List, Optional, Tuple
from urllib.parse import urlsplit

from poets.migrate.task.cache_folder import cache_dir
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.file_formats import name_format
from poets.migrate.task.networks import first_use
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.networks.archives import BadArchive, unpack_tgz
from poets.migrate.task.networks.downloads import CannotFetch, Progress, fetch
from poets.migrate.task.networks.ownership import foreign_hand

DOWNLOAD_BASE = "POETS_DOWNLOAD_BASE"
"""Environment variable: a mirror such as ``http://10.0.0.5:8000`` or ``https://mirror.example/tf``, which replaces the
scheme and host of every download address; the path stays. For users behind a firewall, and for tests. Setting it means
trusting the mirror: plain http is then accepted without a known checksum."""


def find_network(architecture: Architecture, model_dir: str, progress: Optional[Progress] = None) -> str:
    """Return the path of an architecture's frozen network; download and unpack it if missing.

    It tries the unpacked file under ``model_dir``, then the archive in ``model_dir`` (unpacked beside it), then the
    download. If ``model_dir`` is not writable, archive and network go below `cache_dir` instead. The download tries
    https, then http if the checksum is known (retrain.py used http). A downloaded archive that is refused is removed.

    Few archives have a known checksum. The others are trusted when first unpacked, and must stay the same from then on
    (`poets.migrate.task.networks.first_use`).

    The default ``model_dir`` lies in /tmp, where another user may put a file first. Without a known checksum, a file
    that another user could have put there is refused.

    Args:
        architecture: the table's row. (The network shipped with poets has no ``data_url`` and is found here only
            if it lies below ``model_dir``.)
        model_dir: str, created if missing and needed.
        progress: callable (done_bytes: int, total_bytes: int or None) for a download, or None.

    Returns:
        str, the path of an existing file that looks like a complete GraphDef.

    Raises:
        BadInput: the file or archive found is the wrong one, corrupt, or could be another user's, or nothing can be
            written.
        BrokenEnvironment: the archive cannot be downloaded; the message says what to download by hand, and to where.
    """
    network = os.path.join(model_dir, architecture.model_file)  # the embedded network's path is absolute
    if os.path.lexists(network):
        if architecture.data_url:  # the embedded network comes with poets
            _refuse_foreign(network, model_dir)
        return check_network(network)
    if not architecture.data_url:
        raise BadInput(f"{architecture.name} has no download address and {network} is missing; put the file there")
    archive = os.path.join(model_dir, _archive_name(architecture))
    folder = model_dir
    if not _writable(model_dir) or foreign_hand(model_dir):
        folder = os.path.join(cache_dir(), "networks")
    if not os.path.exists(archive):
        archive = os.path.join(folder, _archive_name(architecture))
    elif not architecture.archive_sha256:
        _refuse_foreign(archive, model_dir)
    downloaded = not os.path.exists(archive)
    if downloaded:
        _download(architecture, archive, progress)
    try:
        digest = _check_archive(archive, architecture)
        if folder != model_dir:
            folder = os.path.join(folder, digest[:16])  # another model_dir may hold another archive of the same name
        network = _unpacked(archive, folder, architecture)
    except BadArchive as error:
        if not downloaded:
            raise BadInput(f"{error}; delete it to download it again, or unpack it yourself to use it anyway")
        with contextlib.suppress(FileNotFoundError):  # another process refused it, too
            os.remove(archive)
        raise BadInput(f"{error}; it was downloaded just now and is removed")
    if not architecture.archive_sha256:
        first_use.keep(architecture.data_url, digest)
    return network


def download_urls(architecture: Architecture) -> List[str]:
    """List the addresses (str) to try, in order, for an architecture's archive.

    Raises:
        BadInput: the mirror in $POETS_DOWNLOAD_BASE is not an http or https address.
    """
    parts = urlsplit(architecture.data_url or "")
    mirror = os.environ.get(DOWNLOAD_BASE)
    if mirror:
        if not mirror.startswith(("https://", "http://")):
            raise BadInput(f"{DOWNLOAD_BASE} is {mirror!r}; it must begin with https:// or http://")
        return [mirror.rstrip("/") + parts.path]
    secure = parts._replace(scheme="https").geturl()
    # plain http can be tampered with in transit; only a known checksum detects it
    return [secure, parts._replace(scheme="http").geturl()] if architecture.archive_sha256 else [secure]


def check_network(path: str) -> str:
    """Check a file's first bytes and top-level structure; return ``path`` if it can be a complete GraphDef.

    Raises:
        BadInput: an LFS pointer, a web page, a photo, an empty or truncated file...; the message names it.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise BadInput(f"{path}: not a regular file; delete it to download the network again")
        with open(path, "rb") as file:
            problem = _graph_problem(file)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror or error}); check the file and its permissions")
    if problem:
        raise BadInput(f"{path}: {problem}, not a TensorFlow graph; delete it to download it again")
    return path


def _graph_problem(file: BinaryIO) -> Optional[str]:
    """Walk the top-level fields of a GraphDef (node = 1, library = 2, version = 3, versions = 4), skipping contents."""
    start = file.read(512)
    named = name_format(start)
    if named:
        return "is " + named
    size, at = file.seek(0, os.SEEK_END), 0
    while at < size:
        file.seek(at)
        field, length, header = _field(file.read(12))
        if field is None:
            return f"is damaged at byte {at}" if at else "is of an unknown kind"
        at += header + length
    return f"is cut short ({int(size)} bytes, at least {at} needed)" if at > size else None


def _field(header: bytes) -> Tuple[Optional[int], int, int]:
    """Read a protobuf field header: (key, or None if not a GraphDef's; payload bytes; header bytes)."""
    if header[:1] == b"\x18":  # version, a varint of up to ten bytes; the last has no high bit
        ends = [index for index in range(1, len(header)) if header[index] < 0x80]
        return (0x18, 0, ends[0] + 1) if ends else (None, 0, 0)
    if header[:1] not in (b"\x0a", b"\x12", b"\x22"):
        return None, 0, 0
    length = 0
    for index, byte in enumerate(header[1:6]):
        length |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return header[0], length, index + 2
    return None, 0, 0


def _refuse_foreign(path: str, model_dir: str) -> None:
    """Raise BadInput for a file without a known checksum that another user of this machine could have put there."""
    problem = foreign_hand(path)
    if problem:
        raise BadInput(
            f"{path} {problem}; delete it to have it downloaded again, or name a folder of your own with --model_dir "
            f"(now {model_dir})"
        )


def _archive_name(architecture: Architecture) -> str:
    return os.path.basename(urlsplit(architecture.data_url or "").path)


def _writable(folder: str) -> bool:
    while folder and not os.path.exists(folder):
        folder = os.path.dirname(os.path.abspath(folder))
    return os.path.isdir(folder or ".") and os.access(folder or ".", os.W_OK | os.X_OK)


def _download(architecture: Architecture, archive: str, progress: Optional[Progress]) -> None:
    problems = []
    for url in download_urls(architecture):
        try:
            return fetch(url, archive, _known_checksum(architecture), architecture.archive_bytes, progress)
        except CannotFetch as error:
            problems.append(f"{urlsplit(url).scheme}: {error}")
    raise BrokenEnvironment(
        f"cannot download the network of {architecture.name} ({'; '.join(problems)}); fetch "
        f"{download_urls(architecture)[0]} by hand and put it at {os.path.abspath(archive)}"
    )


def _check_archive(archive: str, architecture: Architecture) -> str:
    """The archive's sha256 (str); raises BadArchive if it differs from the known one."""
    digest = hashlib.sha256()
    try:
        with open(archive, "rb") as file:
            start = file.read(512)
            file.seek(0)
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except OSError as error:
        raise BadInput(f"{archive}: cannot be read ({error.strerror or error}); check its permissions")
    if not start.startswith(b"\x1f\x8b"):
        raise BadArchive(f"{archive}: is {name_format(start) or 'of an unknown kind'}, not a gzip archive")
    known, found = _known_checksum(architecture), digest.hexdigest()
    if known and found != known and architecture.archive_sha256:
        raise BadArchive(f"{archive}: is damaged or not the official archive (sha256 {found}, known is {known})")
    if known and found != known:
        raise BadArchive(
            f"{archive}: is not the archive that was used first (sha256 {found}, then it was {known}, as "
            f"{first_use.kept_in()} says; delete that line if the new one is right)"
        )
    return found


def _known_checksum(architecture: Architecture) -> Optional[str]:
    """The official sha256, or that of the archive that was used first; None if there is neither."""
    return architecture.archive_sha256 or first_use.checksum(architecture.data_url or "")


def _unpacked(archive: str, folder: str, architecture: Architecture) -> str:
    network = os.path.join(folder, *architecture.model_file.split("/"))
    if not os.path.exists(network):
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise BadInput(f"cannot write {folder}: {error.strerror or error}; choose another --model_dir")
        unpack_tgz(archive, folder, architecture.model_file, True, architecture.archive_others)
        with open(network, "rb") as file:
            problem = _graph_problem(file)
        if problem:
            os.remove(network)
            raise BadArchive(f"{archive}: its {architecture.model_file} {problem}, not a TensorFlow graph")
    return check_network(network)
