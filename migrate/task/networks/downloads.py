"""Download one file over HTTP: resumable, verified, atomic, and safe if another process downloads it too."""

import contextlib
import hashlib
import http.client
import json
import os
import threading
import time
import urllib.error
import urllib.request
from typing import Any, BinaryIO, Callable, Dict, Iterator, List, Optional

from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.file_formats import name_format

try:
    import fcntl
except ImportError:  # Windows: no locking between two processes there
    fcntl = None  # type: ignore[assignment]

TIMEOUT_SECONDS = 20
"""Seconds to connect, and for each read."""

TOTAL_SECONDS = 3600
"""Seconds for a whole file: a server that sends a byte now and then never meets `TIMEOUT_SECONDS`."""

MAX_BYTES = 1 << 30
ATTEMPTS = 4
_BLOCK = 1 << 16

Progress = Callable[[int, Optional[int]], None]
"""Called with (bytes so far, total bytes or None if unknown)."""


class CannotFetch(BrokenEnvironment):
    """The network, the server or its response failed; the message briefly says which."""


def fetch(
    url: str, path: str, sha256: Optional[str] = None, size: Optional[int] = None, progress: Optional[Progress] = None
) -> None:
    """Download ``url`` to ``path``; after an interruption, resume from ``path + '.part'``.

    Resuming uses If-Range, so the download restarts if the file changed on the server, or if the server ignores
    Range. The part is locked (flock) while written: a second process waits, then finds the file.

    Args:
        url: str, http or https.
        path: str; its folder is created if missing.
        sha256: str of 64 hex digits, or None where unknown.
        size: int, bytes expected, or None where unknown.
        progress: callable (done_bytes: int, total_bytes: int or None), called after every block.

    Raises:
        CannotFetch: no network, an HTTP error, a broken transfer, more than `TOTAL_SECONDS`, or a wrong size or
            checksum (then deleted).
        BadInput: ``path`` cannot be written.
    """
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with _locked_part(path) as part:
            if not os.path.exists(path):  # else another process downloaded it while this one waited
                _fetch_part(url, part, path + ".part.json", sha256, size, progress)
                _check(part, url, sha256, size)
                part.flush()
                os.fsync(part.fileno())
                os.replace(part.name, path)
                _remove(path + ".part.json")
    except CannotFetch:
        raise
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror or error}; free the space or choose another folder")


@contextlib.contextmanager
def _locked_part(path: str) -> Iterator[BinaryIO]:
    name = path + ".part"
    while True:
        part = open(name, "a+b")
        try:
            if fcntl:
                with contextlib.suppress(OSError):  # some network file systems have no locks: continue unlocked
                    fcntl.flock(part, fcntl.LOCK_EX)
            if _same_file(part, name):
                try:
                    yield part
                finally:
                    if not part.seek(0, os.SEEK_END) and _same_file(part, name):
                        _remove(name)  # nothing arrived, or another process got the file: clean up
                        _remove(name + ".json")
                return
        finally:
            part.close()


def _same_file(file: BinaryIO, name: str) -> bool:
    """Whether ``name`` is still the open file: the previous holder of the lock may have renamed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(name))
    except FileNotFoundError:
        return False


def _fetch_part(
    url: str, part: BinaryIO, notes: str, sha256: Optional[str], size: Optional[int], progress: Optional[Progress]
) -> None:
    ends = time.monotonic() + TOTAL_SECONDS
    for attempt in range(ATTEMPTS):
        before = part.seek(0, os.SEEK_END)
        if not (size and before == size):
            try:
                _fetch_rest(url, part, notes, size, progress, ends)
            except _CutOff as error:
                # retry while each attempt makes progress; stop when one brings nothing
                if attempt + 1 == ATTEMPTS or part.seek(0, os.SEEK_END) <= before:
                    raise CannotFetch(f"{error}; the partial file is kept; run again to resume")
                continue
        if not (before and sha256 and _sha256(part) != sha256):
            return
        part.truncate(0)  # the part belongs to another file: restart, once


class _CutOff(Exception):
    pass


def _fetch_rest(
    url: str, part: BinaryIO, notes: str, size: Optional[int], progress: Optional[Progress], ends: float
) -> None:
    start = part.seek(0, os.SEEK_END)
    known = _read_notes(notes, url)
    headers = {"Accept-Encoding": "identity", "User-Agent": "poets-migrate"}
    if start and known:
        headers.update({"Range": f"bytes={int(start)}-", "If-Range": known})
    else:
        start = 0
    with _open_until(ends, url, headers) as response:
        if response.status != 206 or not (response.headers.get("Content-Range") or "").startswith(
            f"bytes {int(start)}-"
        ):
            start = 0
        total = _total(response, start, url, size)
        part.truncate(start)
        if not start:
            _write_notes(notes, url, response.headers)
        _copy(response, part, start, total, progress, ends)


def _open_until(ends: float, url: str, headers: Dict[str, str]) -> Any:
    """`_open` in a thread of its own, left alone when the time is over: an answer may have an endless head."""
    answers: List[Any] = []

    def work() -> None:
        try:
            answers.append(_open(url, headers))
        except CannotFetch as error:
            answers.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(ends - time.monotonic(), 0))
    if not answers:
        raise CannotFetch(_too_long())
    if isinstance(answers[0], CannotFetch):
        raise answers[0]
    return answers[0]


def _too_long() -> str:
    return f"it takes longer than {TOTAL_SECONDS} s; what has arrived is kept, run again to resume"


def _open(url: str, headers: Dict[str, str]) -> Any:
    request = urllib.request.Request(url, headers=headers)
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and "Range" in headers:  # the part is now longer than the file
            return _open(url, {name: value for name, value in headers.items() if name not in ("Range", "If-Range")})
        raise CannotFetch(f"the server answered {error.code} {error.reason}")
    except urllib.error.URLError as error:
        raise CannotFetch(f"no connection ({error.reason})")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotFetch(f"no connection ({error or type(error).__name__})")
    final = response.geturl()
    if not final.startswith(("https://", "http://")) or (
        url.startswith("https://") and not final.startswith("https://")
    ):
        response.close()
        raise CannotFetch(f"the server redirects to {final}, which is not secure")
    return response


def _total(response: Any, start: int, url: str, size: Optional[int]) -> Optional[int]:
    length = response.headers.get("Content-Length")
    total = start + int(length) if length and length.isdigit() else None
    if size and total is not None and total != size:
        raise CannotFetch(f"the server offers {int(total)} bytes, but the known file has {int(size)}")
    if total is not None and total > MAX_BYTES:
        raise CannotFetch(f"the server offers {int(total)} bytes, more than any known network")
    return total if total is not None else size


def _copy(
    response: Any, part: BinaryIO, done: int, total: Optional[int], progress: Optional[Progress], ends: float
) -> None:
    while True:
        if time.monotonic() > ends:
            raise CannotFetch(_too_long())
        try:
            data = response.read1(_BLOCK)  # what has arrived; read() would wait for the whole block
        except (OSError, http.client.HTTPException) as error:
            raise _CutOff(f"the transfer broke off after {done} bytes ({error or type(error).__name__})")
        if not data:
            break
        part.write(data)
        done += len(data)
        if done > (total or MAX_BYTES):
            raise CannotFetch(f"the server sends more than the {total or MAX_BYTES} bytes expected")
        if progress:
            progress(done, total)
    part.flush()
    if total is not None and done < total:
        raise _CutOff(f"the transfer broke off after {int(done)} of {int(total)} bytes")


def _check(part: BinaryIO, url: str, sha256: Optional[str], size: Optional[int]) -> None:
    part.seek(0)
    start, length = part.read(512), part.seek(0, os.SEEK_END)
    problem = None
    if sha256 and _sha256(part) != sha256:
        problem = f"its checksum differs from the known one (sha256 {sha256})"
    elif size and length != size:
        problem = f"it has {int(length)} bytes instead of {int(size)}"
    elif url.endswith((".tgz", ".tar.gz")) and not start.startswith(b"\x1f\x8b"):
        problem = "it is not a gzip archive"
    if problem:
        part.truncate(0)  # must never be resumed
        raise CannotFetch(f"the server sent {name_format(start) or 'another file'}: {problem}")


def _sha256(part: BinaryIO) -> str:
    part.flush()
    part.seek(0)
    digest = hashlib.sha256()
    for block in iter(lambda: part.read(1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()


def _write_notes(notes: str, url: str, headers: Any) -> None:
    """Store the validator for If-Range: a strong ETag or the date, never a weak ETag (RFC 9110, 13.1.5)."""
    etag = headers.get("ETag") or ""
    validator = etag if etag.startswith('"') else headers.get("Last-Modified")
    with open(notes, "w", encoding="utf-8") as file:
        json.dump({"url": url, "validator": validator}, file)


def _read_notes(notes: str, url: str) -> Optional[str]:
    try:
        with open(notes, encoding="utf-8") as file:
            known = json.load(file)
        return known["validator"] if known["url"] == url else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
