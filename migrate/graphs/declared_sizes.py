"""How much memory a graph needs, computed from its declared sizes: a 100-byte file can declare a terabyte."""

from typing import Any, Dict, List

from poets.migrate.task.errors import BadInput

MAX_BYTES = 2 << 30  # for all constants, and for one image's values at any node: protobuf's limit for a message
MAX_SIDE = 2048  # pixels; the largest such networks (NASNet, PNASNet) take 331
# Bytes per number, by DataType in TensorFlow's types.proto; 8 for types not listed.
WIDTHS = {
    1: 4,
    2: 8,
    3: 4,
    4: 1,
    5: 2,
    6: 1,
    9: 8,
    10: 1,
    11: 1,
    12: 1,
    13: 4,
    14: 2,
    15: 2,
    16: 2,
    17: 2,
    19: 2,
    22: 4,
}


def bytes_of(sizes: List[int], dtype: int) -> int:
    """Bytes of a tensor of this shape and type (a number of types.proto); unknown sizes (-1) count as 1."""
    total = WIDTHS.get(dtype, 8)
    for size in sizes:
        total *= max(int(size), 1) if size else 0
    return total


def check_constants(graph_def: Any, path: str) -> None:
    """Refuse a graph whose constants declare more than MAX_BYTES, before any is allocated.

    A constant of one repeated number is stored as that number, whatever its shape says.

    Raises:
        BadInput: names the largest constant.
    """
    sizes: Dict[str, int] = {}
    for node in graph_def.node:
        if node.op == "Const":
            tensor = node.attr["value"].tensor
            dims = [dim.size for dim in tensor.tensor_shape.dim]
            if tensor.dtype != node.attr["dtype"].type:  # TensorFlow aborts the process on such a constant
                raise BadInput(
                    f"{path}: the constant '{node.name}' does not have its declared dtype; download the file again"
                )
            if any(size < 0 for size in dims):
                raise BadInput(f"{path}: the constant '{node.name}' has a negative size; download the file again")
            sizes[node.name] = bytes_of(dims, tensor.dtype)
    if sum(sizes.values()) > MAX_BYTES:
        worst = max(sizes, key=lambda name: sizes[name])
        raise BadInput(
            f"{path}: not loaded, as its constants ask for {sum(sizes.values()) / 1e9:.1f} GB of memory ('{worst}' "
            f"for {sizes[worst] / 1e9:.1f}); 2 are the most that a graph can hold"
        )


def check_side(pixels: int) -> None:
    """Refuse an input of more than MAX_SIDE pixels per side.

    Raises:
        BadInput: it is larger.
    """
    if not 1 <= pixels <= MAX_SIDE:
        raise BadInput(f"the graph's input is {pixels} pixels per side; 1 to {MAX_SIDE} are possible")


def check_values(shapes: Dict[str, List[int]], path: str) -> None:
    """Refuse a graph in which a node produces more than MAX_BYTES for one image.

    Args:
        shapes: node -> the shape of its values for one image.
        path: str, the graph's file.

    Raises:
        BadInput: names the node.
    """
    for name, sizes in shapes.items():
        if bytes_of(sizes, 1) > MAX_BYTES:
            raise BadInput(f"{path}: not run: node '{name}' produces {bytes_of(sizes, 1) / 1e9:.1f} GB for one image")
