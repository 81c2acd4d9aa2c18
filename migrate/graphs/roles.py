"""What a graph's nodes are for: its input, output and size, found from the graph and never from its file name."""

import difflib
from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional

from migrate.task.errors import BadInput

Roles = NamedTuple("Roles", [
    ("input_layer", str),
    ("output_layer", str),
    ("input_size", int),  # pixels
    ("input_mean", float),
    ("input_std", float),
    ("normalization_from", str),  # where mean and standard deviation were found
    ("classes", Optional[int]),
])

# Nodes that carry a value on unchanged, as far as shapes go.
PASSING = ("Identity", "PlaceholderWithDefault", "CheckNumerics", "StopGradient")
INPUT_NAMES = ("input", "Mul", "Placeholder", "input_1", "image", "images")
OUTPUT_NAMES = ("final_result", "output", "softmax", "MobilenetV1/Predictions/Reshape_1")


def node_name(tensor: str) -> str:
    """The node that a graph edge names: ``^a`` and ``a:1`` are both of node ``a``."""
    return tensor.lstrip("^").split(":")[0]


def find_roles(graph_def: Any, input_layer: Optional[str] = None, output_layer: Optional[str] = None) -> Roles:
    """Find what `label_image` needs to run a graph.

    Args:
        graph_def: a GraphDef message.
        input_layer: str, the user's choice; None finds it.
        output_layer: str, the user's choice; None finds it.

    Raises:
        BadInput: a named node is not there (near names are offered), or nothing fits.
    """
    nodes = {node.name: node for node in graph_def.node}
    output = _named(nodes, output_layer, "--output_layer") if output_layer else _find_output(nodes)
    entry = _named(nodes, input_layer, "--input_layer") if input_layer else _find_input(nodes, output)
    mean, std, source = _normalization(nodes, entry)
    return Roles(entry, output, _input_size(nodes, entry), mean, std, source, _classes(nodes, output))


def _named(nodes: Dict[str, Any], name: str, flag: str) -> str:
    plain = node_name(name)
    if plain in nodes:
        return plain
    wanted = INPUT_NAMES if flag == "--input_layer" else OUTPUT_NAMES
    near = [known for known in wanted if known in nodes] + difflib.get_close_matches(name, list(nodes), n=2)
    offer = "; did you mean %s?" % " or ".join("'%s'" % known for known in near[:3]) if near else ""
    raise BadInput("%s: the graph has no node '%s'%s" % (flag, name, offer))


def _consumed(nodes: Dict[str, Any]) -> set:
    return {node_name(edge) for node in nodes.values() for edge in node.input}


def _find_output(nodes: Dict[str, Any]) -> str:
    for name in OUTPUT_NAMES:
        if name in nodes:
            return name
    consumed = _consumed(nodes)
    ends = [name for name in nodes
            if name not in consumed and nodes[name].op not in ("Const", "NoOp", "Placeholder")]
    softmaxes = [name for name in nodes if nodes[name].op == "Softmax"]
    for candidates in (softmaxes, ends):
        if len(candidates) == 1:
            return candidates[0]
    found = ", ".join(sorted(softmaxes or ends)[:8])
    raise BadInput("--output_layer: cannot tell the output among %s; name it" % found)


def ancestors(nodes: Dict[str, Any], name: str) -> List[str]:
    """The nodes that ``name`` depends on, nearest first, itself included."""
    seen, queue = {name}, [name]
    for current in queue:
        for edge in nodes[current].input:
            source = node_name(edge)
            if source in nodes and source not in seen:
                seen.add(source)
                queue.append(source)
    return queue


def _find_input(nodes: Dict[str, Any], output: str) -> str:
    above = ancestors(nodes, output)
    if any(nodes[name].op == "DecodeJpeg" for name in above) and "Mul" in above:
        return "Mul"  # the 2015 Inception export decodes and scales by itself; retrain.py feeds past that
    images = [name for name in above if nodes[name].op == "Placeholder" and nodes[name].attr["dtype"].type == 1]
    for name in INPUT_NAMES:
        if name in images:
            return name
    if len(images) == 1:
        return images[0]
    found = ", ".join(sorted(images)) or "no placeholder"
    raise BadInput("--input_layer: cannot tell the input among %s; name it" % found)


def _constant_numbers(node: Any) -> List[float]:
    tensor = node.attr["value"].tensor
    if tensor.float_val:
        return list(tensor.float_val)
    if tensor.int_val:
        return list(tensor.int_val)
    return []


def _int32s(node: Any) -> List[int]:
    tensor = node.attr["value"].tensor
    if tensor.tensor_content:
        data = tensor.tensor_content
        return [int.from_bytes(data[at:at + 4], "little", signed=True) for at in range(0, len(data), 4)]
    return list(tensor.int_val)


def _input_size(nodes: Dict[str, Any], entry: str) -> int:
    """Pixels, from the placeholder's shape, else from the resize before it, else from the pooling at the end."""
    node = nodes[entry]
    if node.op == "Placeholder":
        sides = [dim.size for dim in node.attr["shape"].shape.dim][1:3]
        if len(sides) == 2 and sides[0] > 0:
            return int(sides[0])
    for name in ancestors(nodes, entry):
        if nodes[name].op == "ResizeBilinear":
            size = nodes.get(node_name(nodes[name].input[1]))
            if size is not None and size.op == "Const":
                return int(_int32s(size)[0])
    return _size_from_pooling(nodes)


def _size_from_pooling(nodes: Dict[str, Any]) -> int:
    """MobileNet v1 ends with an average over S / 32 pixels: optimize_for_inference lost S but kept that."""
    for node in nodes.values():
        if node.op == "AvgPool" and node.attr["padding"].s == b"VALID":
            kernel = list(node.attr["ksize"].list.i)
            if len(kernel) == 4 and kernel[1] > 1:
                return int(kernel[1]) * 32
    raise BadInput("the graph does not hold its input size; give --input_height and --input_width")


def _normalization(nodes: Dict[str, Any], entry: str) -> tuple:
    above = ancestors(nodes, entry)
    if nodes[entry].op == "Mul" and any(nodes[name].op in ("DecodeJpeg", "ResizeBilinear") for name in above):
        numbers = {nodes[name].op: value for name in above[:4] if nodes[name].op in ("Mul", "Sub")
                   for edge in nodes[name].input if nodes[node_name(edge)].op == "Const"
                   for value in _constant_numbers(nodes[node_name(edge)])[:1]}
        if numbers.get("Mul") and "Sub" in numbers:
            return float(numbers["Sub"]), 1.0 / float(numbers["Mul"]), "the graph's own Sub and Mul"
    if any(name.startswith("MobilenetV1/") for name in nodes):
        return 127.5, 127.5, "MobileNet v1's family"
    return 128.0, 128.0, "label_image.py's default"


def _classes(nodes: Dict[str, Any], output: str) -> Optional[int]:
    for name in ancestors(nodes, output)[:8]:
        node = nodes[name]
        if node.op == "Const" and len(node.attr["value"].tensor.tensor_shape.dim) == 1:
            size = node.attr["value"].tensor.tensor_shape.dim[0].size
            if size > 1:
                return int(size)
    return None
