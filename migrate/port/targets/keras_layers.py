"""One stock Keras layer per op of a network, with the graph's weights."""

from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import numpy as np

from poets.migrate.port.targets.keras_affine import Affine, affine_of, batch_norm_at, compose, run_of
from poets.migrate.port.targets.keras_fold import FoldedNetwork, refuse
from poets.migrate.tensorflow_library.version2 import keras

layers = keras.layers


class Built(NamedTuple):
    value: Any
    """KerasTensor."""
    nodes: List[str]
    """The nodes that it replaces; its output is the last one's value."""


# (network, node, the layer's name, values that images flow into the node through) -> Built
Builder = Callable[[FoldedNetwork, str, str, List[Any]], Built]

_LAST = "channels_last"  # given to every layer, because another backend's default may be channels first
_ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Elu": "elu",
    "Selu": "selu",
    "Softplus": "softplus",
    "Softmax": "softmax",
}
_MERGES = {
    "Add": layers.Add,
    "AddV2": layers.Add,
    "AddN": layers.Add,
    "Sub": layers.Subtract,
    "Mul": layers.Multiply,
    "Maximum": layers.Maximum,
    "Minimum": layers.Minimum,
}


def _with_weights(layer: Any, value: Any, weights: List[Any]) -> Any:
    made = layer(value)
    layer.set_weights([weight for weight in weights if weight is not None])
    return made


def _constant(network: FoldedNetwork, name: str, source: str) -> np.ndarray:
    if source not in network.constants:
        refuse(network.nodes[name], f"its '{source}' depends on the image")
    return network.constants[source]


def _sides(node: Any, attribute: str) -> Tuple[int, int]:
    """Rows and columns of an attribute with one number per axis, such as strides."""
    numbers = [int(number) for number in node.attr[attribute].list.i] or [1, 1, 1, 1]
    if node.attr["data_format"].s not in (b"", b"NHWC") or len(numbers) != 4 or numbers[0] != 1 or numbers[3] != 1:
        refuse(node, f"{attribute} {numbers} in the order {node.attr['data_format'].s.decode() or 'NHWC'}")
    return numbers[1], numbers[2]


def _padding(node: Any) -> str:
    padding = node.attr["padding"].s.decode().lower()
    if padding not in ("same", "valid"):
        refuse(node, f"padding {padding.upper()}")
    return padding


def _zero_padding(value: Any, numbers: np.ndarray, node: Any, title: str) -> Any:
    pads = [[int(number) for number in pair] for pair in np.reshape(numbers, [-1, 2])]
    if len(pads) != 4 or pads[0] != [0, 0] or pads[3] != [0, 0]:
        refuse(node, f"it pads {pads}, not rows and columns")
    return layers.ZeroPadding2D((pads[1], pads[2]), data_format=_LAST, name=title)(value)


def _strides(node: Any) -> Dict[str, Any]:
    strides, dilation = _sides(node, "strides"), _sides(node, "dilations")
    if max(strides) > 1 and max(dilation) > 1:
        refuse(node, "strides and dilations at once")
    return {"strides": strides, "dilation_rate": dilation, "data_format": _LAST}


def _scaled(kernel: np.ndarray, affine: Affine, channels: int) -> List[Any]:
    """[kernel [..., C], bias [C] or None] equivalent to the kernel, a scale and a shift. Computed in float64."""
    if (affine.scale != 1.0).any():
        kernel = (kernel.astype(np.float64) * affine.scale).astype(np.float32)
    bias = np.broadcast_to(affine.shift, [channels]).astype(np.float32) if affine.shift.any() else None
    return [kernel, bias]


def _convolution(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    node, value = network.nodes[name], values[0]
    kernel = _constant(network, name, network.inputs[name][1])
    settings = _strides(node)
    if node.attr["padding"].s == b"EXPLICIT":
        value = _zero_padding(value, node.attr["explicit_paddings"].list.i, node, title + "_pad")
        settings["padding"] = "valid"
    else:
        settings["padding"] = _padding(node)
    names = run_of(network, [name], name)
    affine, height, width = compose(network, names[1:]), kernel.shape[0], kernel.shape[1]
    if node.op == "Conv2D":
        weights = _scaled(kernel, affine, kernel.shape[3])
        layer = layers.Conv2D(
            kernel.shape[3],
            (height, width),
            groups=network.shapes[network.inputs[name][0]][-1] // kernel.shape[2],
            use_bias=weights[1] is not None,
            name=title,
            **settings,
        )
    else:
        if len(set(settings["strides"])) > 1:
            refuse(node, f"strides {settings['strides']}")
        weights = _scaled(kernel.reshape(height, width, -1), affine, kernel.shape[2] * kernel.shape[3])
        weights[0] = weights[0].reshape(kernel.shape)
        layer = layers.DepthwiseConv2D(
            (height, width), depth_multiplier=kernel.shape[3], use_bias=weights[1] is not None, name=title, **settings
        )
    return Built(_with_weights(layer, value, weights), names)


def _dense(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    node = network.nodes[name]
    kernel = _constant(network, name, network.inputs[name][1])
    if node.attr["transpose_a"].b:
        refuse(node, "it transposes the batch")
    kernel = kernel.T if node.attr["transpose_b"].b else kernel
    names = run_of(network, [name], name)
    weights = _scaled(kernel, compose(network, names[1:]), kernel.shape[1])
    layer = layers.Dense(kernel.shape[1], use_bias=weights[1] is not None, name=title)
    return Built(_with_weights(layer, values[0], weights), names)


def _batch_norm(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    found = batch_norm_at(network, name)
    if found is None or network.nodes[name].attr["data_format"].s not in (b"", b"NHWC"):
        refuse(network.nodes[name], "it trains, takes statistics that depend on the image, or is not NHWC")
    layer = layers.BatchNormalization(
        epsilon=found.epsilon, scale=found.gamma is not None, center=found.beta is not None, name=title
    )
    return Built(_with_weights(layer, values[0], [found.gamma, found.beta, found.mean, found.variance]), found.nodes)


def _arithmetic(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    """Sums and products: of two activations, a batch norm written out, or another scale and shift."""
    node = network.nodes[name]
    if len(values) == len(network.inputs[name]) > 1 and node.op in _MERGES:
        return Built(_MERGES[node.op](name=title)(values), [name])
    if batch_norm_at(network, name):
        return _batch_norm(network, name, title, values)
    if affine_of(network, name) is None:
        refuse(node, "its constant is not one number per channel")
    names = run_of(network, [name], name)
    scale, shift = compose(network, names)
    channels = network.shapes[name][-1]
    if max(len(scale), len(shift)) == 1:
        layer = layers.Rescaling(float(scale[0]), float(shift[0]), name=title)
        return Built(layer(values[0]), names)
    if len(network.shapes[name]) != 3:
        layer = layers.Rescaling(scale.tolist(), shift.tolist(), name=title)
        return Built(layer(values[0]), names)
    # A depthwise 1x1 convolution, not a batch norm, which would use the batch's mean and variance in training.
    kernel = np.broadcast_to(scale, [channels]).astype(np.float32).reshape(1, 1, channels, 1)
    bias = np.broadcast_to(shift, [channels]).astype(np.float32)
    layer = layers.DepthwiseConv2D((1, 1), data_format=_LAST, name=title)
    return Built(_with_weights(layer, values[0], [kernel, bias]), names)


def _reshape(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    target, source = network.shapes[name], network.shapes[network.inputs[name][0]]
    is_flat = len(target) == 1 and len(source) > 1
    layer = layers.Flatten(data_format=_LAST, name=title) if is_flat else layers.Reshape(target, name=title)
    return Built(layer(values[0]), [name])


def _pool(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    node = network.nodes[name]
    make = layers.MaxPooling2D if node.op == "MaxPool" else layers.AveragePooling2D
    layer = make(_sides(node, "ksize"), _sides(node, "strides"), _padding(node), data_format=_LAST, name=title)
    return Built(layer(values[0]), [name])


def _global_pool(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    node = network.nodes[name]
    axes = sorted(int(axis) % 4 for axis in np.reshape(_constant(network, name, network.inputs[name][1]), [-1]))
    if axes != [1, 2] or len(network.shapes[network.inputs[name][0]]) != 3:
        refuse(node, f"axes {axes}, not rows and columns")
    make = layers.GlobalAveragePooling2D if node.op == "Mean" else layers.GlobalMaxPooling2D
    return Built(make(data_format=_LAST, keepdims=node.attr["keep_dims"].b, name=title)(values[0]), [name])


def _pad(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    sources = network.inputs[name]
    if len(sources) > 2 and np.any(_constant(network, name, sources[2])):
        refuse(network.nodes[name], "it does not pad with zeros")
    return Built(_zero_padding(values[0], _constant(network, name, sources[1]), network.nodes[name], title), [name])


def _concatenate(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    node, sources = network.nodes[name], network.inputs[name]
    axis = int(_constant(network, name, sources[0 if node.op == "Concat" else -1]))
    axis %= len(network.shapes[name]) + 1
    if axis == 0 or len(values) != len(sources) - 1:
        refuse(node, "it joins images, or an image with a constant")
    return Built(layers.Concatenate(axis=axis, name=title)(values) if len(values) > 1 else values[0], [name])


def _relu(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    top = 6.0 if network.nodes[name].op == "Relu6" else None
    return Built(layers.ReLU(max_value=top, name=title)(values[0]), [name])


def _leaky_relu(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    node = network.nodes[name]
    slope = node.attr["alpha"].f if "alpha" in node.attr else 0.2
    return Built(layers.LeakyReLU(negative_slope=float(slope), name=title)(values[0]), [name])


def _activation(network: FoldedNetwork, name: str, title: str, values: List[Any]) -> Built:
    return Built(layers.Activation(_ACTIVATIONS[network.nodes[name].op], name=title)(values[0]), [name])


BUILDERS: Dict[str, Builder] = {
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _convolution,
    "MatMul": _dense,
    "FusedBatchNorm": _batch_norm,
    "FusedBatchNormV2": _batch_norm,
    "FusedBatchNormV3": _batch_norm,
    "BiasAdd": _arithmetic,
    "RealDiv": _arithmetic,
    "Div": _arithmetic,
    "Reshape": _reshape,
    "Squeeze": _reshape,
    "ExpandDims": _reshape,
    "MaxPool": _pool,
    "AvgPool": _pool,
    "Mean": _global_pool,
    "Max": _global_pool,
    "Pad": _pad,
    "PadV2": _pad,
    "Concat": _concatenate,
    "ConcatV2": _concatenate,
    "Relu": _relu,
    "Relu6": _relu,
    "LeakyRelu": _leaky_relu,
}
BUILDERS.update({op: _arithmetic for op in _MERGES})
BUILDERS.update({op: _activation for op in _ACTIVATIONS})
