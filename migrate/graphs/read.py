"""Reading a frozen graph's file, with one clear line for every file that is not one."""

from typing import Any

from migrate.task.errors import BadInput

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


def _other_kind(data: bytes) -> str:
    if not data:
        return "an empty file; get it again"
    if data.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer, not the graph; run `git lfs pull` where it came from"
    if data.lstrip()[:9].lower() in (b"<!doctype", b"<html>") or data.lstrip()[:5].lower() == b"<html":
        return "a web page, not the graph; download the raw file"
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM6")):
        return "a picture, not a graph"
    if data[4:8] == b"TFL3":
        return "a TFLite model, not a frozen graph"
    return ""
