"""The roles of a graph's nodes: input, output and size, found from the graph and never from its file name."""

import difflib
from typing import Any, Dict, List, NamedTuple, Optional

from poets.migrate.graphs.declared_sizes import check_side
from poets.migrate.graphs.edges import ancestors, node_name
from poets.migrate.graphs.normalization import find_normalization
from poets.migrate.task.errors import BadInput

INTEGERS = (3, 9)  # DT_INT32, DT_INT64


class Roles(NamedTuple):
    input_layer: str
    """Name of the node that takes normalised images."""
    output_layer: str
    """Name of the node that gives probabilities."""
    input_size: int
    """Pixels."""
    input_mean: float
    """Subtracted from every pixel, in pixel units, 0..255."""
    input_std: float
    """What the result is divided by, in pixel units."""
    normalization_from: str
    """Where mean and standard deviation were found."""
    classes: Optional[int]
    """Number of classes; None if the final layer's bias is not found."""


INPUT_NAMES = ("input", "Mul", "Placeholder", "input_1", "image", "images")
OUTPUT_NAMES = ("final_result", "output", "softmax", "MobilenetV1/Predictions/Reshape_1")


def find_roles(
    graph_def: Any,
    input_layer: Optional[str] = None,
    output_layer: Optional[str] = None,
    input_size: Optional[int] = None,
) -> Roles:
    """Find what `label_image` needs to run a graph.

    Args:
        graph_def: a GraphDef message.
        input_layer: str, the user's choice; None finds it.
        output_layer: str, the user's choice; None finds it.
        input_size: int, pixels per side, the user's choice; None finds it.

    Raises:
        BadInput: a named node does not exist (similar names are suggested), nothing fits, or the input size is invalid.
    """
    nodes = {node.name: node for node in graph_def.node}
    output = find_output(graph_def, output_layer)
    entry = _named(nodes, input_layer, "--input_layer") if input_layer else _find_input(nodes, output)
    mean, std, source = find_normalization(nodes, entry)
    size = _input_size(nodes, entry) if input_size is None else input_size
    check_side(size)
    return Roles(entry, output, size, mean, std, source, _classes(nodes, output))


def find_output(graph_def: Any, output_layer: Optional[str] = None) -> str:
    """The output node.

    Args:
        graph_def: a GraphDef message.
        output_layer: str, the user's choice; None finds it.

    Raises:
        BadInput: a named node does not exist (similar names are suggested), or the output is ambiguous.
    """
    nodes = {node.name: node for node in graph_def.node}
    return _named(nodes, output_layer, "--output_layer") if output_layer else _find_output(nodes)


def find_bottleneck(graph_def: Any, output: str) -> str:
    """The node of the pretrained network's features, by the most reliable rule that applies.

    It is the input of the last matrix product in a retrained graph, the input of the softmax in a pretrained graph, and
    the output itself in a graph without a softmax.
    """
    nodes = {node.name: node for node in graph_def.node}
    above = ancestors(nodes, output)
    for op in ("MatMul", "Softmax"):
        for name in above:
            if nodes[name].op == op:
                source = node_name(nodes[name].input[0])
                while nodes[source].op == "Identity":
                    source = node_name(nodes[source].input[0])
                return source
    return output


def _named(nodes: Dict[str, Any], name: str, flag: str) -> str:
    plain = node_name(name)
    if plain in nodes:
        return plain
    wanted = INPUT_NAMES if flag == "--input_layer" else OUTPUT_NAMES
    near = [known for known in wanted if known in nodes] + difflib.get_close_matches(name, list(nodes), n=2)
    names = " or ".join(f"'{known}'" for known in near[:3])
    offer = f"; did you mean {names}?" if near else ""
    raise BadInput(f"{flag}: the graph has no node '{name}'{offer}")


def _consumed(nodes: Dict[str, Any]) -> set:
    return {node_name(edge) for node in nodes.values() for edge in node.input}


def _find_output(nodes: Dict[str, Any]) -> str:
    for name in OUTPUT_NAMES:
        if name in nodes:
            return name
    consumed = _consumed(nodes)
    ends = [name for name in nodes if name not in consumed and nodes[name].op not in ("Const", "NoOp", "Placeholder")]
    softmaxes = [name for name in nodes if nodes[name].op == "Softmax"]
    for candidates in (softmaxes, ends):
        if len(candidates) == 1:
            return candidates[0]
    found = ", ".join(sorted(softmaxes or ends)[:8])
    raise BadInput(f"--output_layer: cannot tell the output among {found}; name it")


def _find_input(nodes: Dict[str, Any], output: str) -> str:
    above = ancestors(nodes, output)
    if any(nodes[name].op == "DecodeJpeg" for name in above) and "Mul" in above:
        return "Mul"  # the 2015 Inception export decodes and scales in the graph; retrain.py feeds after that
    images = [name for name in above if nodes[name].op == "Placeholder" and nodes[name].attr["dtype"].type == 1]
    for name in INPUT_NAMES:
        if name in images:
            return name
    named = [name for name in images if name.split("/")[-1] in INPUT_NAMES]
    pictures = [name for name in images if len(nodes[name].attr["shape"].shape.dim) == 4]
    for candidates in (images, pictures, named):  # a dropout's keep_prob is a float placeholder too
        if len(candidates) == 1:
            return candidates[0]
    found = ", ".join(sorted(images)) or "no placeholder"
    raise BadInput(f"--input_layer: cannot tell the input among {found}; name it")


def _int32s(node: Any) -> List[int]:
    tensor = node.attr["value"].tensor
    if tensor.tensor_content:
        data = tensor.tensor_content
        return [int.from_bytes(data[at : at + 4], "little", signed=True) for at in range(0, len(data), 4)]
    return list(tensor.int_val)


def _input_size(nodes: Dict[str, Any], entry: str) -> int:
    """Pixels, from the placeholder's shape, the resize before it, or the pooling at the end, in this order."""
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
    raise BadInput(
        "the graph does not hold its input size; give --input_height and --input_width to label, --input_size to port"
    )


def _classes(nodes: Dict[str, Any], output: str) -> Optional[int]:
    """The length of the final layer's bias; None if it is not near the output."""
    for name in ancestors(nodes, output)[:8]:
        node = nodes[name]
        if node.op != "Const" or node.attr["dtype"].type in INTEGERS:  # the shape input of a Reshape
            continue
        if len(node.attr["value"].tensor.tensor_shape.dim) == 1:
            size = node.attr["value"].tensor.tensor_shape.dim[0].size
            if size > 1:
                return int(size)
    return None
