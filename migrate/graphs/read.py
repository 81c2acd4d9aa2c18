"""Reading a frozen graph's file, with one clear line for every file that is not one."""

from typing import Any

from migrate.task.errors import BadInput
from migrate.task.formats import name_format

MAX_BYTES = 2 << 30  # protobuf's own limit for one message


def read_graph(path: str, graph_def: Any, flag: str = "--graph") -> Any:
    """Parse the frozen graph at ``path`` into ``graph_def``, an empty GraphDef message, and return it.

    Args:
        path: str.
        graph_def: `tf.compat.v1.GraphDef()`.
        flag: str, what the user typed the path for.

    Raises:
        BadInput: no such file, or it is not a GraphDef; the message names what it is where that shows.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput("%s: cannot read %s: %s" % (flag, path, error.strerror))
    kind = _other_kind(data)
    if kind:
        raise BadInput("%s: %s is %s" % (flag, path, kind))
    try:
        graph_def.ParseFromString(data)
        parsed = len(graph_def.node) > 0 and all(node.name and node.op for node in graph_def.node)
    except Exception:  # DecodeError, whose class differs between protobuf's implementations
        parsed = False
    if not parsed:
        raise BadInput("%s: %s is not a frozen graph (or is cut short: %d bytes); get the file again"
                       % (flag, path, len(data)))
    return graph_def


# What a file that is no frozen graph should be used for instead, by the words that `name_format` has for it.
REMEDIES = (
    ("an empty file", "get it again"),
    ("Git LFS pointer", ""),  # the words say what to do
    ("HTML page", "download the raw file"),
    ("image", "it is a picture, not a graph"),
    ("TensorFlow Lite model", "it runs as it is, with an interpreter for TFLite"),
    ("HDF5", "load it with Keras"),
    ("archive", "unpack it and name the .pb inside"),
)
SAVED_MODEL_START = b"\x08\x01\x12"  # schema version 1, then the first graph
CHECKPOINT_END = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"  # the magic number of TensorFlow's tables


def _other_kind(data: bytes) -> str:
    if data.startswith(SAVED_MODEL_START):
        return "the saved_model.pb of a SavedModel, not a frozen graph; it loads as it is, by its folder"
    if data.endswith(CHECKPOINT_END):
        return "the index of a checkpoint, not a graph; freeze it with its .meta file first"
    kind = name_format(data)
    for words, remedy in REMEDIES:
        if kind and words in kind:
            return kind + ("; " + remedy if remedy else "")
    return "%s, not a frozen graph" % kind if kind else ""
