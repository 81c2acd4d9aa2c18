"""The roles of a graph's nodes: input, output and size, found from the graph and never from its file name."""

import difflib
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.graphs.declared_sizes import check_side
from poets.migrate.graphs.edges import ancestors, attr_of, node_name
from poets.migrate.graphs.ends import (
    SCORES,
    Ends,
    answer_of,
    find_ends,
    last_layers,
    scalar_value,
    without_side_heads,
)
from poets.migrate.graphs.entries import INPUT_NAMES, entry_of, find_entry
from poets.migrate.graphs.families import dims_of, weights_of
from poets.migrate.graphs.normalization import Normalization, find_normalization
from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.preprocessing import Preprocessing, channels_for


class Roles(NamedTuple):
    input_layer: str
    """Name of the node that takes pictures."""
    output_layer: str
    """Name of the node that gives probabilities, or the scores of which `activation` makes them."""
    preprocessing: Preprocessing
    """What becomes of a photo before `input_layer`."""
    classes: Optional[int]
    """Number of classes; None if the last layer's weights are not found."""
    fed: Dict[str, float]
    """What else is fed in inference: node -> number (1 keeps all of a dropout's input) or truth value (0: false)."""
    activation: str
    """What the graph leaves to its caller: `softmax` after logits, `pair` for the one Sigmoid of two classes, or ""."""

    @property
    def answer_layer(self) -> str:
        """The node that gives probabilities once the rewrites have added what the graph leaves to its caller."""
        return self.output_layer + "/probabilities" if self.activation else self.output_layer


OUTPUT_NAMES = ("final_result", "output", "softmax", "MobilenetV1/Predictions/Reshape_1")


def find_roles(
    graph_def: Any,
    input_layer: Optional[str] = None,
    output_layer: Optional[str] = None,
    sides: Tuple[Optional[int], Optional[int]] = (None, None),
) -> Roles:
    """Find what `label_image` needs to run a graph.

    Args:
        graph_def: a GraphDef message.
        input_layer: str, the user's choice; None finds it.
        output_layer: str, the user's choice; None finds it.
        sides: height and width in pixels, the user's choice; None finds it.

    Raises:
        BadInput: a named node does not exist (similar names are suggested), nothing fits, or the input size is invalid.
    """
    nodes = {node.name: node for node in graph_def.node}
    ends = find_ends(nodes)
    output = _named(nodes, output_layer, "--output_layer") if output_layer else _one(_outputs(nodes, ends))
    name = _named(nodes, input_layer, "--input_layer") if input_layer else find_entry(nodes, ends, output)
    entry = entry_of(nodes, ends, name, output, sides)
    check_side(max(entry.height, entry.width))
    scaling = find_normalization(nodes, name)
    if entry.depth == 1:
        scaling = _gray(scaling)
    found = Preprocessing(
        entry.height,
        entry.width,
        scaling.mean,
        scaling.std,
        scaling.source,
        channels_for(entry.depth, scaling.channels),
        "tf1",
        entry.layout,
        entry.dtype,
        scaling.guessed,
    )
    classes = _classes(nodes, output)
    activation = _activation(nodes, ends, output, classes)
    fed = {one: scalar_value(nodes, ends.consumers, one) for one in ancestors(nodes, output) if one != name}
    return Roles(
        name,
        output,
        found,
        2 if activation == "pair" else classes,
        {one: value for one, value in fed.items() if value is not None},
        activation,
    )


def _gray(scaling: Normalization) -> Normalization:
    """Of networks that take one channel: they are trained on digits in 0..1 unless the graph says otherwise."""
    if scaling.guessed:
        return Normalization(0.0, 255.0, "the habit of networks that take one channel", guessed=True)
    return scaling._replace(channels="rgb")


def find_output(graph_def: Any, output_layer: Optional[str] = None) -> str:
    """The output node.

    Args:
        graph_def: a GraphDef message.
        output_layer: str, the user's choice; None finds it.

    Raises:
        BadInput: a named node does not exist (similar names are suggested), or the output is ambiguous.
    """
    nodes = {node.name: node for node in graph_def.node}
    if output_layer:
        return _named(nodes, output_layer, "--output_layer")
    return _one(_outputs(nodes, find_ends(nodes)))


def find_heads(graph_def: Any) -> List[str]:
    """The outputs of a graph that answers several questions, such as an age and a gender, each by its node."""
    nodes = {node.name: node for node in graph_def.node}
    found = _outputs(nodes, find_ends(nodes))
    return found if all(nodes[name].op in SCORES for name in found) else found[:1]


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


def _one(outputs: List[str]) -> str:
    if len(outputs) == 1:
        return outputs[0]
    found = ", ".join(sorted(outputs)[:8]) or "no node that answers"
    raise BadInput(f"--output_layer: cannot tell the output among {found}; name it")


def _outputs(nodes: Dict[str, Any], ends: Ends) -> List[str]:
    """The nodes that answer: a usual name, the only Softmax, the only end, or what the last layers lead to."""
    for name in OUTPUT_NAMES:
        if name in nodes:
            return [name]
    softmaxes = [name for name, node in nodes.items() if node.op == "Softmax" and name in ends.live]
    if len(softmaxes) == 1:
        return softmaxes
    consumed = {node_name(edge) for node in nodes.values() if node.name in ends.live for edge in node.input}
    last = [name for name in nodes if name in ends.live - consumed and nodes[name].op not in ("Placeholder", "NoOp")]
    if len(last) == 1 and not softmaxes:
        return last
    answers: List[str] = []
    for layer in last_layers(nodes, ends):
        answer = answer_of(nodes, ends, layer)
        if answer not in answers:
            answers.append(answer)
    scored = [name for name in answers if nodes[name].op in SCORES]
    return without_side_heads(scored or answers or softmaxes or last)


def _classes(nodes: Dict[str, Any], output: str) -> Optional[int]:
    """The number of columns of the last layer's weights; None if they are not found."""
    for name in ancestors(nodes, output):
        if nodes[name].op in ("MatMul", "Conv2D"):
            weights = weights_of(nodes, nodes[name])
            if weights is None or not dims_of(weights):
                return None
            turned = nodes[name].op == "MatMul" and attr_of(nodes[name], "transpose_b").b
            return dims_of(weights)[0 if turned else -1]
        if nodes[name].op == "DepthwiseConv2dNative":
            return None
    return None


def _activation(nodes: Dict[str, Any], ends: Ends, output: str, classes: Optional[int]) -> str:
    """What the graph leaves to its caller, by the op that gives the output.

    A network of features, which ends in a pooling or an activation, leaves nothing.
    """
    name, layers = output, ["MatMul"]
    while nodes[name].op in ("Identity", "Reshape", "Squeeze") and nodes[name].input:
        if nodes[name].op != "Identity":
            layers = ["MatMul", "Conv2D"]  # 1 x 1, as slim ends
        name = node_name(nodes[name].input[0])
    if nodes[name].op == "Sigmoid":
        return "pair" if classes == 1 else ""
    dense = name if nodes[name].op in layers else None
    if nodes[name].op in ("BiasAdd", "Add", "AddV2"):
        before = [node_name(edge) for edge in nodes[name].input[:2]]
        dense = next((one for one in before if nodes[one].op in layers), None)
    following = [one for one in ends.consumers.get(output, []) if nodes[one].op in SCORES and one in ends.live]
    return "softmax" if dense is not None and not following and (classes or 0) > 1 else ""
