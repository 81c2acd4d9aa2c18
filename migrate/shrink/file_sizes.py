"""The size of a graph: nodes, bytes, and compressed bytes, as in an app store."""

import gzip
import io
import os
from typing import Any, NamedTuple

from poets.migrate.task.files import whole_file


class Size(NamedTuple):
    nodes: int
    """Number of nodes, those of functions not counted."""
    bytes: int
    """Size of the GraphDef."""
    gzip_bytes: int
    """Gzip's default level, 9."""


def size_of(graph_def: Any) -> Size:
    """The size of a GraphDef message."""
    data, packed = graph_def.SerializeToString(), io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:  # the file would contain the time
        file.write(data)
    return Size(len(graph_def.node), len(data), len(packed.getvalue()))


def write_graph(graph_def: Any, path: str) -> None:
    """Write a frozen graph, completely or not at all."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        file.write(graph_def.SerializeToString())


def in_words(before: Size, after: Size) -> str:
    """Both sizes, one line each."""
    return "".join(
        f"{name:<8}{size.nodes:6} nodes{size.bytes:>13,} bytes{size.gzip_bytes:>13,} packed "
        f"({100 * (1 - size.gzip_bytes / size.bytes):.1f} % less)\n"
        for name, size in (("before", before), ("after", after))
    )
