"""How large a graph is: nodes, bytes, and bytes when packed, as an app store packs them."""

import gzip
import io
import os
from typing import Any
from typing import NamedTuple

from poets.migrate.task.files import whole_file

Size = NamedTuple("Size", [
    ("nodes", int),
    ("bytes", int),
    ("gzip_bytes", int),  # gzip's default level, 9
])


def size_of(graph_def: Any) -> Size:
    """The size of a GraphDef message."""
    data, packed = graph_def.SerializeToString(), io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:  # the time is packed too
        file.write(data)
    return Size(len(graph_def.node), len(data), len(packed.getvalue()))


def write_graph(graph_def: Any, path: str) -> None:
    """Write a frozen graph, whole or not at all."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        file.write(graph_def.SerializeToString())


def in_words(before: Size, after: Size) -> str:
    """Both sizes in a line each."""
    return "".join("%-8s%6d nodes%13s bytes%13s packed (%.1f %% less)\n" % (
        name, size.nodes, "{:,}".format(size.bytes), "{:,}".format(size.gzip_bytes),
        100 * (1 - size.gzip_bytes / size.bytes)) for name, size in (("before", before), ("after", after)))
