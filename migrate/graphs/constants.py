"""The numbers of small constants."""

import struct
from typing import Any, List


def numbers_of(node: Any) -> List[float]:
    """A constant's numbers, float32 or integer; none for other dtypes."""
    tensor = node.attr["value"].tensor
    if tensor.dtype == 1 and tensor.tensor_content:  # DT_FLOAT
        return list(struct.unpack(f"<{len(tensor.tensor_content) // 4}f", tensor.tensor_content))
    if tensor.float_val:
        return list(tensor.float_val)
    if tensor.int_val:
        return list(tensor.int_val)
    return []


def ints_of(node: Any) -> List[int]:
    """The numbers of an int32 constant."""
    tensor = node.attr["value"].tensor
    if tensor.tensor_content:
        data = tensor.tensor_content
        return [int.from_bytes(data[at : at + 4], "little", signed=True) for at in range(0, len(data), 4)]
    count = 1
    for dim in tensor.tensor_shape.dim:
        count *= int(dim.size)
    values = [int(value) for value in tensor.int_val]
    return values * count if len(values) == 1 else values  # a constant of one repeated number holds it once
