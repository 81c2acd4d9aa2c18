"""Small rewrites GraphDef -> GraphDef, each for a reason."""

from typing import Any, Dict, List, Set, Tuple

from poets.migrate.graphs.batch_statistics import batch_statistics
from poets.migrate.graphs.edges import ancestors, node_name
from poets.migrate.graphs.rewrites.dequantize import without_dequantize
from poets.migrate.graphs.rewrites.nodes import emptied


def any_batch(graph_def: Any, input_layer: str) -> Any:
    """A copy whose placeholder takes any number of images: Google froze its MobileNets for one image."""
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    for node in copy.node:
        if node.name == input_layer and node.op == "Placeholder" and node.attr["shape"].shape.dim:
            node.attr["shape"].shape.dim[0].size = -1
    return copy


def takes_batches(graph_def: Any, input_layer: str, output_layer: str) -> bool:
    """Whether no node between input and output fixes the batch size to 1 or mixes the photos of a batch.

    The 2015 Inception's last reshape fixes it.
    """
    if batch_statistics(graph_def, input_layer, output_layer):
        return False
    nodes = {node.name: node for node in graph_def.node}
    for name in ancestors(nodes, node_name(output_layer)):
        node = nodes[name]
        if node.op == "Reshape" and _first_of_shape(nodes, node) == 1:
            return False
    return True


def _first_of_shape(nodes: Dict[str, Any], reshape: Any) -> int:
    shape = nodes.get(node_name(reshape.input[1]))
    if shape is None or shape.op != "Const":
        return -1
    tensor = shape.attr["value"].tensor
    if tensor.tensor_content:
        return int.from_bytes(tensor.tensor_content[:4], "little", signed=True)
    return int(tensor.int_val[0]) if tensor.int_val else -1


def between(graph_def: Any, input_layer: str, output_layer: str) -> Any:
    """A copy with only the nodes between input and output; the input becomes a float placeholder.

    The 2015 Inception export decodes and resizes in the graph; feeding at `Mul` makes this unnecessary.
    """
    nodes = {node.name: node for node in graph_def.node}
    start = nodes[input_layer]
    cut = emptied(graph_def)
    placeholder = cut.node.add()
    if start.op == "Placeholder":
        placeholder.CopyFrom(start)
    else:
        placeholder.name, placeholder.op = input_layer, "Placeholder"
        placeholder.attr["dtype"].type = 1  # DT_FLOAT
        placeholder.attr["shape"].shape.unknown_rank = True
        nodes = dict(nodes)
        nodes[input_layer] = placeholder
    needed = set(ancestors(nodes, node_name(output_layer)))
    cut.node.extend(node for node in graph_def.node if node.name in needed and node.name != input_layer)
    return cut


def reshapes_to_any_batch(graph_def: Any) -> Tuple[Any, List[str]]:
    """A copy in which reshapes to ``[1, B]`` become ``[-1, B]``; with the names of the changed nodes."""
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    nodes = {node.name: node for node in copy.node}
    changed = []
    for node in copy.node:
        if node.op == "Reshape" and _first_of_shape(nodes, node) == 1:
            tensor = nodes[node_name(node.input[1])].attr["value"].tensor
            if tensor.tensor_content:
                tensor.tensor_content = b"\xff\xff\xff\xff" + tensor.tensor_content[4:]
            else:
                tensor.int_val[0] = -1
            changed.append(node.name)
    return copy, changed


def modern_batch_norm(graph_def: Any) -> Tuple[Any, List[str]]:
    """A copy without `BatchNormWithGlobalNormalization`, replaced by Mul, Rsqrt, Add and Sub.

    The op was removed at GraphDef version 9: a v1 Session still runs it, a TF2 function refuses it.
    """
    copy = emptied(graph_def)
    changed = []
    for node in graph_def.node:
        if node.op != "BatchNormWithGlobalNormalization":
            copy.node.add().CopyFrom(node)
            continue
        _spell_out(copy, node)
        changed.append(node.name)
    return copy, changed


def trainable(graph_def: Any, input_layer: str, output_layer: str) -> Any:
    """The nodes between input and output, for any batch size, in ops with gradients in TF1 and TF2."""
    cut = any_batch(between(graph_def, input_layer, node_name(output_layer)), input_layer)
    return modern_batch_norm(reshapes_to_any_batch(without_dequantize(cut)[0])[0])[0]


def sized(graph_def: Any, input_layer: str, size: int) -> Any:
    """A copy whose placeholder declares float32 [N, size, size, 3]; the one from `between` may lack a shape."""
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    for node in copy.node:
        if node.name == input_layer:
            shape = node.attr["shape"].shape
            shape.Clear()
            for side in (-1, size, size, 3):
                shape.dim.add().size = side
    return copy


def without(graph_def: Any, names: Set[str]) -> Any:
    """A copy without some nodes; whoever imports the graph must supply their values to the nodes that use them."""
    copy = emptied(graph_def)
    copy.node.extend(node for node in graph_def.node if node.name not in names)
    for node in copy.node:
        for place, edge in reversed(list(enumerate(node.input))):
            if edge.startswith("^") and edge[1:] in names:
                del node.input[place]
        places = node.attr["_class"].list.s if "_class" in node.attr else []
        if any(place.decode("utf-8", "replace")[len("loc:@") :] in names for place in places):
            del node.attr["_class"]  # it asks for the device of a node that is gone
    return copy


def _spell_out(graph_def: Any, node: Any) -> None:
    values, mean, variance, beta, gamma = list(node.input)[:5]
    epsilon = graph_def.node.add()
    epsilon.name, epsilon.op = node.name + "/epsilon", "Const"
    epsilon.attr["dtype"].type = 1
    epsilon.attr["value"].tensor.dtype = 1
    epsilon.attr["value"].tensor.tensor_shape.SetInParent()
    epsilon.attr["value"].tensor.float_val.append(node.attr["variance_epsilon"].f)

    def add(suffix: str, op: str, *inputs: str) -> str:
        made = graph_def.node.add()
        made.name, made.op = node.name + suffix, op
        made.input.extend(inputs)
        made.attr["T"].type = 1
        return made.name

    scale = add("/rsqrt", "Rsqrt", add("/add", "Add", variance, epsilon.name))
    if node.attr["scale_after_normalization"].b:
        scale = add("/scale", "Mul", scale, gamma)
    shift = add("/shift", "Sub", beta, add("/mean_scaled", "Mul", mean, scale))
    add("", "Add", add("/scaled", "Mul", values, scale), shift)
