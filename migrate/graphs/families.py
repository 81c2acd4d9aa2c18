"""Recognize which network a graph is, with the evidence, from its nodes and never from its file name."""

from typing import Any, Dict, List, NamedTuple, Optional

from poets.migrate.graphs.edges import node_name


class Family(NamedTuple):
    name: str
    """In words, such as `MobileNet v1 0.25 at 96 px`."""
    evidence: str
    """What shows it: the kinds of nodes, and how many there are."""


MOBILENET_FIRST = {32: "1.0", 24: "0.75", 16: "0.50", 8: "0.25"}  # channels of the first convolution -> width


def dims_of(node: Any) -> List[int]:
    """The shape of a constant."""
    return [int(dim.size) for dim in node.attr["value"].tensor.tensor_shape.dim]


def weights_of(nodes: Dict[str, Any], node: Any) -> Optional[Any]:
    """The constant behind a convolution's or matrix product's second input, through Identity and Dequantize."""
    source = nodes.get(node_name(node.input[1])) if len(node.input) > 1 else None
    while source is not None and source.op in ("Identity", "Dequantize"):
        source = nodes.get(node_name(source.input[0]))
    return source if source is not None and source.op == "Const" else None


def find_family(graph_def: Any, input_size: Optional[int]) -> Family:
    """Name the network.

    Args:
        graph_def: a GraphDef message.
        input_size: int, pixels; None if unknown.
    """
    nodes = {node.name: node for node in graph_def.node}
    ops: Dict[str, int] = {}
    for node in graph_def.node:
        ops[node.op] = ops.get(node.op, 0) + 1
    convolutions = [node for node in graph_def.node if node.op == "Conv2D"]
    depthwise = ops.get("DepthwiseConv2dNative", 0)
    if depthwise == 13 and len(convolutions) in (14, 15):
        first = weights_of(nodes, convolutions[0])
        channels = dims_of(first)[-1] if first is not None else 0
        width = MOBILENET_FIRST.get(channels, "of unusual width")
        return Family(
            f"MobileNet v1 {width}{f' at {input_size} px' if input_size else ''}",
            f"13 depthwise convolutions, {channels} channels after the first convolution",
        )
    if depthwise == 17:
        return Family("MobileNet v2", "17 depthwise convolutions")
    if ops.get("Concat", 0) + ops.get("ConcatV2", 0) >= 9 and len(convolutions) > 80:
        return Family(
            "Inception v3",
            f"{len(convolutions)} convolutions, joined {ops.get('Concat', 0) + ops.get('ConcatV2', 0)} times",
        )
    if ops.get("BatchNormWithGlobalNormalization"):
        return Family(
            "in the style of the 2015 Inception export",
            f"{len(convolutions)} convolutions, {ops['BatchNormWithGlobalNormalization']} old batch normalisations",
        )
    return Family(
        f"a plain network of {len(convolutions)} convolutions and {ops.get('MatMul', 0)} dense layers",
        ", ".join(f"{ops[op]} {op}" for op in ("Conv2D", "MatMul", "MaxPool", "Relu") if op in ops),
    )
