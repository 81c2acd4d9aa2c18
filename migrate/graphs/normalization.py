"""How pixels are scaled for a network: from its graph, otherwise from its family."""

import re
import struct
from typing import Any, Dict, List, Optional, Tuple

from poets.migrate.graphs.edges import PASSING, ancestors, node_name


def find_normalization(nodes: Dict[str, Any], entry: str) -> Tuple[float, float, str]:
    """(mean, standard deviation, their source): from the graph if possible, otherwise from its family."""
    above = ancestors(nodes, entry)
    if nodes[entry].op == "Mul" and any(nodes[name].op in ("DecodeJpeg", "ResizeBilinear") for name in above):
        numbers = {
            nodes[name].op: value
            for name in above[:4]
            if nodes[name].op in ("Mul", "Sub")
            for edge in nodes[name].input
            if nodes[node_name(edge)].op == "Const"
            for value in numbers_of(nodes[node_name(edge)])[:1]
        }
        if numbers.get("Mul") and "Sub" in numbers:
            return float(numbers["Sub"]), 1.0 / float(numbers["Mul"]), "the graph's own Sub and Mul"
    inside = first_scaling(nodes, entry)
    if inside == "pixels":
        return 0.0, 1.0, "the graph, which scales pixels itself"
    if inside == "fractions":
        return 0.0, 255.0, "the graph, which scales 0..1 itself, as TensorFlow Hub's modules do"
    if any(name.startswith("MobilenetV1/") for name in nodes):
        return 127.5, 127.5, "MobileNet v1's family"
    if re.match(r"(input_\d+|.+_input)$", entry):  # as Keras names the input of a model
        ops = [node.op for node in nodes.values()]
        if ops.count("DepthwiseConv2dNative") >= 13 or ops.count("Conv2D") > 80:
            return 127.5, 127.5, "Keras's MobileNets and Inceptions, which take -1..1"
        return 0.0, 255.0, "Keras's usual rescale of 1/255"
    return 128.0, 128.0, "label_image.py's default"


def first_scaling(nodes: Dict[str, Any], entry: str) -> Optional[str]:
    """The range of input values, if the graph's first step scales or shifts all of them by a constant.

    Returns:
        "pixels" (0..255), "fractions" (0..1), or None if the graph starts with something else.
    """
    consumers: Dict[str, List[Any]] = {}
    for node in nodes.values():
        for edge in node.input:
            consumers.setdefault(node_name(edge), []).append(node)
    name = entry
    while len(consumers.get(name, [])) == 1 and consumers[name][0].op in PASSING + ("Cast",):
        name = consumers[name][0].name
    steps = consumers.get(name, [])
    if len(steps) != 1 or steps[0].op not in ("Mul", "RealDiv", "Sub", "Add", "AddV2"):
        return None
    others = [_carried(nodes, edge) for edge in steps[0].input if node_name(edge) != name]
    if len(others) != 1 or others[0].op != "Const":
        return None
    numbers = numbers_of(others[0])
    if not numbers or len(numbers) > 3:
        return None
    size = max(abs(number) for number in numbers)
    if steps[0].op in ("Mul", "RealDiv"):
        reach = 255 * (size if steps[0].op == "Mul" else 1 / size if size else 0)
        return "pixels" if reach <= 4 else "fractions"
    return "pixels" if size > 4 else "fractions"


def _carried(nodes: Dict[str, Any], edge: str) -> Any:
    node = nodes[node_name(edge)]
    while node.op == "Identity":
        node = nodes[node_name(node.input[0])]
    return node


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
