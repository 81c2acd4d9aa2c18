"""How pixels are scaled for a network: from its graph, otherwise from its family, otherwise by habit."""

import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.graphs.constants import numbers_of
from poets.migrate.graphs.edges import MEASURING, PASSING, attr_of, node_name
from poets.migrate.graphs.ends import DECODERS
from poets.migrate.task.photos.preprocessing import CAFFE_BGR, CAFFE_RGB, TORCH_MEAN, TORCH_STD, Numbers


class Normalization(NamedTuple):
    mean: Numbers
    """Subtracted from every pixel, in pixel units, 0..255."""
    std: Numbers
    """What the result is divided by, in pixel units."""
    source: str
    """Where they come from, in words."""
    channels: str = "rgb"
    """`rgb` or `bgr`."""
    guessed: bool = False
    """Whether nothing but a habit speaks for them."""


# Means of Custom Vision's exports without a `data_bn` layer, in its BGR order: its export's Python sample.
CUSTOM_VISION_BGR = (105.0, 117.0, 124.0)
# Scopes of slim's networks. ResNet v2, NASNet and all after it are fed by inception_preprocessing.py: -1..1.
SLIM = (
    (r"Mobilenet(V1|V2|V3|Edge)/", "slim's MobileNets, which take -1..1", 127.5, 127.5),
    (r"Inception(V1|V2|V3|V4|ResnetV2)/", "slim's Inceptions, which take -1..1", 127.5, 127.5),
    (r"(resnet_v2_\d+|cell_stem_0|pnasnet)/", "slim's ResNet v2 and NASNets, which take -1..1", 127.5, 127.5),
    (r"(vgg_(16|19|a)|resnet_v1_\d+)/", "slim's VGG and ResNet v1, which take RGB minus Caffe's means", CAFFE_RGB, 1.0),
)
# Layers of Keras's applications that take -1..1 and do not scale pixels themselves: MobileNet, MobileNetV2,
# InceptionV3, InceptionResNetV2, NASNet.
KERAS_HALVES = (
    {"conv_dw_1", "conv_pw_13"},
    {"expanded_conv_depthwise", "block_16_project"},
    {"conv2d_93", "batch_normalization_93"},
    {"block35_1_conv", "block8_10_conv"},
    {"stem_bn1", "normal_conv_1_0"},
)


def find_normalization(nodes: Dict[str, Any], entry: str) -> Normalization:
    """How pixels 0..255 become what the node ``entry`` takes."""
    decoded = since_decoding(nodes, entry)
    if decoded is not None:
        scale, shift = decoded
        words = "the graph's own Sub and Mul" if nodes[entry].op == "Mul" else "the graph's own decoding"
        return Normalization(-shift / scale + 0.0, 1 / scale, words)
    if attr_of(nodes[entry], "dtype").type == 4:  # DT_UINT8
        return Normalization(0.0, 1.0, "the graph, which takes bytes")
    if any(name.startswith("data_bn/") or "/data_bn/" in name for name in nodes):
        return Normalization(0.0, 1.0, "Custom Vision's export, whose data_bn scales pixels", "bgr")
    inside = _inside(nodes, entry)
    if inside:
        return inside
    if "model_outputs" in nodes and "loss" in nodes and nodes["loss"].op == "Softmax":
        return Normalization(CUSTOM_VISION_BGR, 1.0, "Custom Vision's older exports", "bgr")
    return _of_family(nodes) or _by_habit(nodes, entry)


def of_model(nodes: Dict[str, Any], entry: str) -> Optional[Normalization]:
    """The same of a TensorFlow 2 model's graph; None where only a habit would speak."""
    return _inside(nodes, entry) or _of_family(nodes)


def _inside(nodes: Dict[str, Any], entry: str) -> Optional[Normalization]:
    inside = first_scaling(nodes, entry)
    if inside == "pixels":
        return Normalization(0.0, 1.0, "the graph, which scales pixels itself")
    if inside == "fractions":
        return Normalization(0.0, 255.0, "the graph, which scales 0..1 itself, as TensorFlow Hub's modules do")
    return None


def _of_family(nodes: Dict[str, Any]) -> Optional[Normalization]:
    for scope, words, mean, std in SLIM:
        if any(re.match(scope, name) for name in nodes):
            return Normalization(mean, std, words)
    return _of_keras(nodes)


def _of_keras(nodes: Dict[str, Any]) -> Optional[Normalization]:
    """Keras's applications, by the names of their layers; None for any other network."""
    parts = {part for name in nodes for part in name.split("/")[:-1]}
    parts |= {re.sub(r"_\d+$", "", part) for part in parts}  # Keras 3 numbers a layer's calls
    if "block14_sepconv2" in parts or "post_bn" in parts:
        return Normalization(127.5, 127.5, "Keras's Xception and ResNet v2, which take -1..1")
    if any(layers <= parts for layers in KERAS_HALVES):
        return Normalization(127.5, 127.5, "Keras's MobileNets, Inceptions and NASNets, which take -1..1")
    if {"block1_conv1", "block5_conv3"} <= parts or {"conv1_conv", "conv5_block3_3_conv"} <= parts:
        return Normalization(CAFFE_BGR, 1.0, "Keras's VGG and ResNet, which take BGR minus Caffe's means", "bgr")
    if {"res2a_branch2a", "bn_conv1"} <= parts:
        return Normalization(CAFFE_BGR, 1.0, "Keras's older ResNet, which takes BGR minus Caffe's means", "bgr")
    if "conv2_block1_0_bn" in parts and "conv5_block16_concat" in parts:
        return Normalization(TORCH_MEAN, TORCH_STD, "Keras's DenseNets, which take ImageNet's mean and deviation")
    return None


def _by_habit(nodes: Dict[str, Any], entry: str) -> Normalization:
    if re.match(r"(input_\d+|.+_input)$", entry):  # as Keras names the input of a model
        ops = [node.op for node in nodes.values()]
        if ops.count("DepthwiseConv2dNative") >= 13 or ops.count("Conv2D") > 80:
            return Normalization(127.5, 127.5, "Keras's MobileNets and Inceptions, which take -1..1")
        return Normalization(0.0, 255.0, "Keras's usual rescale of 1/255", guessed=True)
    return Normalization(128.0, 128.0, "label_image.py's default", guessed=True)


def since_decoding(nodes: Dict[str, Any], entry: str) -> Optional[Tuple[float, float]]:
    """(scale, shift): what the graph makes of a decoded pixel p, 0..255, before ``entry`` gives it: p * scale + shift.

    None if the graph decodes no files above ``entry``, or does more than scale and shift all pixels alike.
    """
    scale, shift, name = 1.0, 0.0, entry
    for _ in nodes:
        node = nodes.get(name)
        if node is None:
            return None
        if node.op in DECODERS:
            return scale, shift
        if node.op in ("Mul", "RealDiv", "Sub", "Add", "AddV2"):
            step = _scalar_step(nodes, node)
            if step is None:
                return None
            name, factor, summand = step
            scale, shift = scale * factor, shift + scale * summand
            continue
        following = _before(nodes, node)
        if following is None:
            return None
        name = following
    return None


_MOVING: Tuple[str, ...] = PASSING + (
    "Cast",
    "ExpandDims",
    "Squeeze",
    "Reshape",
    "StridedSlice",
    "Slice",
    "Pack",
    "Switch",
    "Exit",
)
RESIZING = ("ResizeBilinear", "ResizeBicubic", "ResizeArea", "ResizeNearestNeighbor", "ImageProjectiveTransformV3")
_MOVING += RESIZING[:4] + ("CentralCrop", "NextIteration")


def _before(nodes: Dict[str, Any], node: Any) -> Optional[str]:
    """The node whose values a node passes on; through a loop by what it writes into its TensorArray."""
    if node.op.startswith("TensorArrayGather"):
        return node_name(node.input[2])  # the flow, which ends the loop
    if node.op == "Merge":  # the loop's beginning: what the last turn made
        return next((node_name(edge) for edge in node.input if nodes[node_name(edge)].op == "NextIteration"), None)
    if node.op.startswith("TensorArrayWrite"):
        return node_name(node.input[2])
    return node_name(node.input[0]) if node.op in _MOVING and node.input else None


def _scalar_step(nodes: Dict[str, Any], node: Any) -> Optional[Tuple[str, float, float]]:
    """(the other input, factor, summand) of a step with one constant number; None for any other step."""
    names = [node_name(edge) for edge in node.input[:2]]
    for place, name in enumerate(names):
        constant = _carried(nodes, name)
        numbers = numbers_of(constant) if constant.op == "Const" else []
        if len(numbers) != 1:
            continue
        number, other = float(numbers[0]), names[1 - place]
        if node.op == "Mul" and number:
            return other, number, 0.0
        if node.op == "RealDiv" and place == 1 and number:
            return other, 1 / number, 0.0
        if node.op == "Sub":
            return (other, 1.0, -number) if place == 1 else (other, -1.0, number)
        if node.op in ("Add", "AddV2"):
            return other, 1.0, number
    return None


def first_scaling(nodes: Dict[str, Any], entry: str) -> Optional[str]:
    """The range of input values, if the graph's first step scales or shifts all of them by a constant.

    Returns:
        "pixels" (0..255), "fractions" (0..1), or None if the graph starts with something else.
    """
    consumers: Dict[str, List[Any]] = {}
    for node in nodes.values():
        for edge in node.input if node.op not in MEASURING else ():
            consumers.setdefault(node_name(edge), []).append(node)
    name = entry
    passing = PASSING + ("Cast", "Reshape", "Transpose") + RESIZING
    while len(consumers.get(name, [])) == 1 and consumers[name][0].op in passing:
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
