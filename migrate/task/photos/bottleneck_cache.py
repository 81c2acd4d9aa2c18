"""The bottleneck cache: one SQLite file, keyed by everything the numbers depend on, plus retrain.py's old text files.

A row's key covers the photo's bytes, the network's bytes, the preprocessing and the program that computed it, so
an edited photo, another network or another resize never gets a stale row. A checksum per row tells one that was damaged
or edited. SQLite's write-ahead log makes the cache
safe against `kill -9` and lets two runs share it.
"""

import hashlib
import os
import sqlite3
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.task.errors import BadInput

FILE_NAME = "bottlenecks.sqlite"
CHECKSUM_BYTES = 16
SCHEMA = "CREATE TABLE IF NOT EXISTS bottleneck (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"


class BottleneckCache:
    """Vectors float32 [B] by key. A context manager; each `put` is one transaction, on disk when it returns.

    A row is the vector and a checksum of it and its key. A row that does not fit its checksum, or that holds a NaN or
    an infinity, is as good as absent.

    Args:
        bottleneck_dir: str, the folder; it is made if missing.
        patience: float, seconds to wait for another run that is writing.
    """

    def __init__(self, bottleneck_dir: str, patience: float = 20.0) -> None:
        self.path = os.path.join(bottleneck_dir, FILE_NAME)
        self.unfit = 0
        """Rows found that do not fit their checksums."""
        try:
            os.makedirs(bottleneck_dir, exist_ok=True)
            self._database = sqlite3.connect(self.path, timeout=patience)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute(SCHEMA)
            self._database.commit()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error)

    def __enter__(self) -> "BottleneckCache":
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def get(self, keys: Sequence[str]) -> Dict[str, np.ndarray]:
        """The vectors of the keys that are in the cache: key -> float32 [B].

        Raises:
            BadInput: the file is damaged, or locked for too long.
        """
        found = {}
        for key in keys:
            try:
                row = self._database.execute("SELECT vector FROM bottleneck WHERE key = ?", (key,)).fetchone()
            except sqlite3.Error as error:
                raise self._unusable(error)
            vector = None if row is None else _vector_of(key, row[0])
            if vector is not None:
                found[key] = vector
            elif row is not None:
                self.unfit += 1
        return found

    def put(self, vectors: Dict[str, np.ndarray]) -> None:
        """Store the vectors, key -> float32 [B]: all of them, or on a crash none; not those with NaN or infinity."""
        rows = []
        for key, vector in vectors.items():
            if not np.isfinite(vector).all():
                continue  # it would not be believed
            numbers = np.ascontiguousarray(vector, "<f4").tobytes()
            rows.append((key, numbers + _checksum(key, numbers)))
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO bottleneck VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise self._unusable(error)

    def _unusable(self, error: Exception) -> BadInput:
        said = str(error)
        if "locked" in said or "busy" in said:
            advice = "another run is using it; wait for that run, or choose another folder"
        elif isinstance(error, sqlite3.DatabaseError) and ("malformed" in said or "not a database" in said):
            advice = "it is damaged; if no other run uses it, delete it, and the bottlenecks are computed again"
        else:
            advice = "free some space, or choose another folder"
        return BadInput(f"--bottleneck_dir: cannot use {self.path}: {said}; {advice}")


def _checksum(key: str, numbers: bytes) -> bytes:
    return hashlib.sha256(key.encode("utf-8") + numbers).digest()[:CHECKSUM_BYTES]


def _vector_of(key: str, row: Any) -> Optional[np.ndarray]:
    if not isinstance(row, bytes) or len(row) <= CHECKSUM_BYTES or (len(row) - CHECKSUM_BYTES) % 4:
        return None
    numbers, checksum = row[:-CHECKSUM_BYTES], row[-CHECKSUM_BYTES:]
    vector = np.frombuffer(numbers, dtype="<f4")
    return vector if checksum == _checksum(key, numbers) and np.isfinite(vector).all() else None


def cache_key(photo_sha256: str, network_sha256: str, preprocessing: str, producer: str) -> str:
    """One key: hex SHA-256 of the four parts, each a str.

    Args:
        photo_sha256: of the photo's encoded bytes.
        network_sha256: of the frozen network, or the Hub handle.
        preprocessing: size, mean, standard deviation and resize, as text.
        producer: twin, TensorFlow version and what its kernels depend on: a twin must never get the other's numbers,
            nor a machine those that another kind of processor or GPU rounds differently.
    """
    parts = (photo_sha256, network_sha256, preprocessing, producer)
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def keys_of(digests: Sequence[str], network_sha256: str, preprocessing: str, producer: str) -> List[str]:
    """One `cache_key` per photo, from the hex SHA-256 of each photo's bytes."""
    return [cache_key(digest, network_sha256, preprocessing, producer) for digest in digests]


def sha256_of_file(path: str) -> str:
    """Hex SHA-256 of a file, read in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def text_cache_path(bottleneck_dir: str, image_dir: str, photo_path: str, architecture: str) -> str:
    """Where retrain.py kept a photo's bottleneck: ``<dir>/<class>/<photo>_<architecture>.txt``."""
    return os.path.join(bottleneck_dir, os.path.relpath(photo_path, image_dir)) + "_" + architecture + ".txt"


def read_text_bottleneck(path: str, size: int) -> Optional[np.ndarray]:
    """float32 [size] from retrain.py's comma-separated text, or None if there is no such file.

    Raises:
        BadInput: the file exists but does not hold ``size`` numbers (a killed run left a partial file).
    """
    try:
        with open(path, encoding="ascii") as file:
            vector = np.array([float(part) for part in file.read().split(",")], np.float32)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, OSError) as error:
        raise BadInput(f"old bottleneck file {path} cannot be read ({error}); it is computed again")
    if vector.shape != (size,) or not np.isfinite(vector).all():
        raise BadInput(f"old bottleneck file {path} does not hold {size} finite numbers; it is computed again")
    return vector


def old_bottlenecks(
    bottleneck_dir: str,
    image_dir: str,
    paths: Sequence[str],
    architecture: str,
    size: int,
    warn: Callable[[str], None],
) -> Dict[int, np.ndarray]:
    """Old retrain.py text files in ``bottleneck_dir``: photo index -> float32 [size]. Broken files are reported."""
    old = {}
    for index, path in enumerate(paths):
        try:
            vector = read_text_bottleneck(text_cache_path(bottleneck_dir, image_dir, path, architecture), size)
        except BadInput as error:
            warn(str(error))
            continue
        if vector is not None:
            old[index] = vector
    return old


def fill(
    keys: Sequence[str],
    cache: BottleneckCache,
    compute: Callable[[List[List[int]]], Iterator[np.ndarray]],
    chunk: int,
    old: Optional[Dict[int, np.ndarray]] = None,
    progress: Callable[[int], None] = lambda count: None,
    unchanged: Callable[[int], bool] = lambda index: True,
    warn: Callable[[str], None] = lambda message: None,
) -> Tuple[np.ndarray, int]:
    """Bottlenecks of all photos: from the cache if present, otherwise computed chunk by chunk.

    A chunk is always the same photos, all recomputed if any is missing: a row in a batch of another size can
    differ in its last bit, and a killed and restarted run must give the same result as an uninterrupted one.

    Args:
        keys: one cache key per photo.
        cache: BottleneckCache.
        compute: chunks of photo indices -> an iterator of float32 [len, B], one per chunk.
        chunk: photos computed and stored at a time.
        old: vectors from retrain.py's text files, by photo index; used unchanged, as retrain.py does.
        progress: called with the number of photos done, after each chunk.
        unchanged: whether a photo, by its index, still has the bytes of its key. It is asked after the photo was
            decoded: a photo replaced meanwhile would leave its bottleneck under the old photo's key for good.
        warn: called with one line each.

    Returns:
        (float32 [N, B], number of bottlenecks computed).
    """
    old = old or {}
    chunks = [list(range(start, min(start + chunk, len(keys)))) for start in range(0, len(keys), chunk)]
    known = [cache.get([keys[index] for index in indices if index not in old]) for indices in chunks]
    if cache.unfit:
        warn(f"{cache.path}: {cache.unfit} bottlenecks do not fit their checksums and are computed again")
    missing = [
        any(index not in old and keys[index] not in found for index in indices) for indices, found in zip(chunks, known)
    ]
    computing = compute([indices for indices, lacks in zip(chunks, missing) if lacks])
    rows, changed = [], 0
    for indices, found, lacks in zip(chunks, known, missing):
        if lacks:
            found = {keys[index]: vector for index, vector in zip(indices, next(computing))}
            kept = {keys[index] for index in indices if unchanged(index)}
            changed += len(indices) - len([index for index in indices if keys[index] in kept])
            cache.put({key: vector for key, vector in found.items() if key in kept})
        rows.append(np.stack([old[index] if index in old else found[keys[index]] for index in indices]))
        progress(len(indices))
    if changed:
        warn(f"{changed} photos changed while their bottlenecks were computed; these are not kept: run it again")
    return np.concatenate(rows), sum(len(indices) for indices, lacks in zip(chunks, missing) if lacks)
