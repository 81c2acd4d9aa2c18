"""The files that hold a network: a frozen graph, a SavedModel folder or a checkpoint. None is parsed here."""

import glob
import hashlib
import os
import re
from typing import Iterator, List, Optional, Tuple

from poets.migrate.task.labelling.labels import labels_beside
from poets.migrate.task.photos.bottleneck_cache import sha256_of_file

SAVED_MODEL = "saved_model.pb"
LATEST = "checkpoint"  # the file in which a Saver records its last checkpoint
CHECKPOINT_ENDINGS = (".meta", ".index")
CHECKPOINT_DATA = re.compile(r"\.data-\d{5}-of-\d{5}$")
CHECKPOINT_END = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"  # the magic number of TensorFlow's tables


def is_saved_model(path: str) -> bool:
    """Whether ``path`` is a SavedModel's folder, or the saved_model.pb in it."""
    return os.path.basename(path) == SAVED_MODEL or os.path.isfile(os.path.join(path, SAVED_MODEL))


def is_tf2(file: str) -> bool:
    """Whether a saved_model.pb is TensorFlow 2's, which stores an object graph beside the graph of nodes.

    Only the file's top-level structure is read: SavedModel.meta_graphs (2), MetaGraphDef.object_graph_def (7).
    """
    with open(file, "rb") as opened:
        data = opened.read()
    return any(
        number == 7
        for start, end in (place for field, place in fields(data, 0, len(data)) if field == 2)
        for number, _ in fields(data, start, end)
    )


def fields(data: bytes, at: int, end: int) -> Iterator[Tuple[int, Tuple[int, int]]]:
    """(number, (start, end)) of the fields of a protobuf message, up to the first invalid byte."""
    try:
        while at < end:
            tag, at = _varint(data, at)
            kind = tag & 7
            if kind == 2:
                size, at = _varint(data, at)
            elif kind == 0:
                size = _varint(data, at)[1] - at
            else:
                size = {1: 8, 5: 4}[kind]
            yield tag >> 3, (at, at + size)
            at += size
    except (IndexError, KeyError):
        return


def _varint(data: bytes, at: int) -> Tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def folder_of(path: str) -> str:
    """The folder of a SavedModel, given its folder or its file."""
    return path if os.path.isdir(path) else os.path.dirname(path) or "."


def checkpoint_prefix(path: str) -> Optional[str]:
    """The prefix of a checkpoint's files, or None if ``path`` is not a checkpoint.

    Args:
        path: str, the prefix itself (`model.ckpt-4000`), any of its files, or a folder with a file `checkpoint`.
    """
    if os.path.isdir(path):
        return _latest(path)
    if os.path.isfile(path):
        for ending in CHECKPOINT_ENDINGS:
            if path.endswith(ending) and has_values(path[: -len(ending)]):
                return path[: -len(ending)]
        data = CHECKPOINT_DATA.search(path)
        if data and has_values(path[: data.start()]):
            return path[: data.start()]
    return path if has_values(path) else None


def _latest(folder: str) -> Optional[str]:
    try:
        with open(os.path.join(folder, LATEST), encoding="utf-8") as file:
            found = re.search(r'^model_checkpoint_path:\s*"(.+)"', file.read(), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        return None
    if found is None:
        return None
    # It records the path it was written to, and the folder may have moved since.
    prefix = os.path.join(folder, os.path.basename(found.group(1).replace("\\\\", "/")))
    return prefix if has_values(prefix) else None


def has_values(prefix: str) -> bool:
    """Whether a checkpoint with this prefix exists: an index with data, or the single file used before 2016."""
    if os.path.isfile(prefix + ".index"):
        return bool(glob.glob(glob.escape(prefix) + ".data-*"))
    if not os.path.isfile(prefix) or os.path.getsize(prefix) < len(CHECKPOINT_END):
        return False
    with open(prefix, "rb") as file:
        file.seek(-len(CHECKPOINT_END), os.SEEK_END)
        return file.read() == CHECKPOINT_END


def files_of(path: str) -> List[str]:
    """The files that a network consists of."""
    if is_saved_model(path):
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(folder_of(path)) for name in names)
    prefix = checkpoint_prefix(path)
    if prefix is None:
        return [path]
    ends = [prefix, prefix + ".meta", prefix + ".index"] + sorted(glob.glob(glob.escape(prefix) + ".data-*"))
    return [name for name in ends if os.path.isfile(name)]


def fingerprint(path: str) -> str:
    """The SHA-256 of a network: of its file, or of its files' hashes if there are several."""
    files = files_of(path)
    if len(files) == 1:
        return sha256_of_file(files[0])
    return hashlib.sha256("\n".join(sha256_of_file(name) for name in files).encode("ascii")).hexdigest()


def labels_files(path: str) -> List[str]:
    """The labels files beside a network, or inside its folder, the likeliest first."""
    places = [path]
    if os.path.isdir(path):  # retrain.py's users put the labels inside or beside it
        places = [os.path.join(path, "assets", "graph"), os.path.join(path, "graph"), os.path.abspath(path)]
    return [found for place in places for found in labels_beside(place)]


def serving_name(path: str) -> str:
    """A model's name for a server, from its file's: letters, digits, `-` and `_`."""
    stem = os.path.splitext(os.path.basename(os.path.abspath(path)))[0]
    return re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_") or "model"
