"""Read a frozen graph's file, binary or text; any other file gives a clear one-line error."""

import os
import re
import stat
from typing import Any

from poets.migrate.graphs.declared_sizes import MAX_BYTES, check_constants
from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.network_files import CHECKPOINT_END
from poets.migrate.task.errors import BadInput
from poets.migrate.task.file_formats import name_format
from poets.migrate.task.networks.architectures import Architecture

# Comments, then a field of GraphDef, as tf.train.write_graph(as_text=True) writes them.
TEXT_START = re.compile(rb"(?:\s|#[^\n]*\n)*(?:node|library|versions|version)\s*[:{<]")


def read_graph(path: str, graph_def: Any, flag: str = "--graph") -> Any:
    """Parse the frozen graph at ``path`` into ``graph_def``, an empty GraphDef message, and return it.

    Args:
        path: str.
        graph_def: `tf.compat.v1.GraphDef()`.
        flag: str, the flag that named the path.

    Raises:
        BadInput: no such file, it is not a GraphDef, or it needs too much memory; the message names the file's
            format if known.
    """
    data = read_whole(path, flag)
    if TEXT_START.match(data):
        _parse_text(graph_def, data, f"{flag}: {path}")
        data = graph_def.SerializeToString()
    kind = _other_kind(data)
    if kind:
        raise BadInput(f"{flag}: {path} is {kind}")
    if not (parse(graph_def, data) and graph_def.node and all(node.name and node.op for node in graph_def.node)):
        raise BadInput(f"{flag}: {path} is not a frozen graph (or is cut short: {len(data)} bytes); download it again")
    check_nodes(graph_def, f"{flag}: {path}")
    check_constants(graph_def, f"{flag}: {path}")
    return graph_def


def _parse_text(graph_def: Any, data: bytes, path: str) -> None:
    from google.protobuf import text_format

    try:
        text_format.Merge(data.decode("utf-8"), graph_def)
    except (text_format.ParseError, UnicodeDecodeError) as error:
        reason = str(error).split("\n")[0][:200]
        raise BadInput(f"{path} is text that begins like a GraphDef, but is none ({reason}); download it again")


def check_nodes(graph_def: Any, path: str) -> None:
    """Refuse a graph with invalid node names, or with edges from missing nodes.

    Raises:
        BadInput: names the node.
    """
    names = {node.name for node in graph_def.node}
    for node in graph_def.node:
        if not (node.name.isprintable() and node.op.isprintable()):
            raise BadInput(
                f"{path}: corrupt GraphDef: node {node.name[:40]!r} has op {node.op[:40]!r}; download the file again"
            )
        for edge in node.input:
            if node_name(edge) not in names:
                raise BadInput(
                    f"{path}: corrupt GraphDef: node '{node.name}' has input {edge[:80]!r}, which is missing; download "
                    "the file again"
                )


def check_architecture(graph_def: Any, path: str, architecture: Architecture) -> None:
    """Refuse a pretrained network without the architecture's input or bottlenecks.

    Raises:
        BadInput: names the node.
    """
    names = {node.name for node in graph_def.node}
    for tensor in (architecture.input_tensor, architecture.bottleneck_tensor):
        if node_name(tensor) not in names:
            raise BadInput(
                f"--model_dir: {path} has no node '{node_name(tensor)}', so it is not {architecture.name}; delete it "
                "to get the right one"
            )


def parse(message: Any, data: bytes) -> bool:
    """Parse ``data`` into a protobuf message; returns whether it is of that type."""
    try:
        message.ParseFromString(data)
    except Exception:  # DecodeError, whose class differs between protobuf's implementations
        return False
    return True


def read_whole(path: str, flag: str) -> bytes:
    """The bytes of a file of at most MAX_BYTES.

    Raises:
        BadInput: it cannot be read, is not a regular file, or is larger.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise BadInput(f"{flag}: {path} is not a regular file")
        if found.st_size > MAX_BYTES:
            raise BadInput(f"{flag}: {path} has {found.st_size / 1e9:.1f} GB; a frozen graph has at most 2")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise BadInput(f"{flag}: cannot read {path}: {error.strerror}")


# What to do with a file that is not a frozen graph, by the format that `name_format` returns.
REMEDIES = (
    ("an empty file", "download it again"),
    ("Git LFS pointer", ""),  # the format's name says what to do
    ("HTML page", "download the raw file"),
    ("image", "it is a picture, not a graph"),
    ("TensorFlow Lite model", "it runs as it is, with an interpreter for TFLite"),
    ("HDF5", "load it with Keras"),
    ("archive", "unpack it and name the .pb inside"),
)
SAVED_MODEL_START = b"\x08\x01\x12"  # schema version 1, then the first graph


def _other_kind(data: bytes) -> str:
    if data.startswith(SAVED_MODEL_START):
        return "the saved_model.pb of a SavedModel, not a frozen graph; it loads as it is, by its folder"
    if data.endswith(CHECKPOINT_END):
        return "the index of a checkpoint, not a graph; freeze it with its .meta file first"
    kind = name_format(data)
    for words, remedy in REMEDIES:
        if kind and words in kind:
            return kind + ("; " + remedy if remedy else "")
    return f"{kind}, not a frozen graph" if kind else ""
