"""Builds a frozen MobileNet v1 GraphDef as TF-slim of 2017 would have: same nodes, names, order and attributes.

The model is the official ``mobilenet_v1_0.25_128/frozen_graph.pb``; only ops and attributes that TensorFlow 1.x
knows are used (``Add`` and not ``AddV2``), so TF 1.15 and TF 2 load it alike.
"""

from typing import NamedTuple

import numpy as np
from tensorflow.compat.v1 import AttrValue, GraphDef, as_dtype, make_tensor_proto

EPSILON = 0.001
"""float, the value in slim's arg scope for `batch_norm`."""

SMALLEST_WIDTH = 8
"""int, the fewest channels at any width multiplier (slim's ``min_depth``)."""

BATCH_NORM_WEIGHTS = ("beta", "gamma", "moving_mean", "moving_variance")


class Layer(NamedTuple):
    """One convolution with its batch norm and Relu6."""

    name: str
    depthwise: bool
    """Whether each channel is convolved with a kernel of its own."""
    stride: int
    """Pixels, along both axes."""
    channels: int
    """Of the layer's output."""


def mobilenet_layers(width):
    """The 27 layers of MobileNet v1 (Howard 2017, table 1) at a width multiplier: list of `Layer`."""
    plan = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)] + 5 * [(1, 512)] + [(2, 1024), (1, 1024)]
    channels = max(SMALLEST_WIDTH, int(32 * width))
    layers = [Layer("Conv2d_0", False, 2, channels)]
    for number, (stride, full) in enumerate(plan, 1):
        layers.append(Layer(f"Conv2d_{number}_depthwise", True, stride, channels))
        channels = max(SMALLEST_WIDTH, int(full * width))
        layers.append(Layer(f"Conv2d_{number}_pointwise", False, 1, channels))
    return layers


def build_graph(weights, size, width):
    """Write weights into a frozen GraphDef.

    Args:
        weights: dict, name to float32 array, as `MobilenetV1/Conv2d_0/weights` [h, w, in, out],
            `.../depthwise_weights` [h, w, channels, 1], `.../BatchNorm/beta` and so on.
        size: int, pixels per side of the input, a multiple of 32.
        width: float, width multiplier.

    Returns:
        GraphDef: `input` float32 [1, size, size, 3] to `MobilenetV1/Predictions/Reshape` (the class scores) and
        `MobilenetV1/Predictions/Reshape_1` (their softmax), both [N, classes] (the last one [1, classes]).
    """
    graph = GraphDef()
    _node(graph, "input", "Placeholder", [], dtype=np.float32, shape=[1, size, size, 3])
    flow = "input"
    for layer in mobilenet_layers(width):
        flow = _add_layer(graph, weights, flow, layer)
    _add_scores(graph, weights, flow, size // 32)
    return graph


def _add_layer(graph, weights, flow, layer):
    stem, long_stem = "MobilenetV1/" + layer.name, "MobilenetV1/MobilenetV1/" + layer.name
    strides = [1, layer.stride, layer.stride, 1]
    if layer.depthwise:
        kernel = _weight(graph, weights, stem + "/depthwise_weights")
        flow = _node(
            graph,
            long_stem + "/depthwise",
            "DepthwiseConv2dNative",
            [flow, kernel],
            T=np.float32,
            strides=strides,
            padding=b"SAME",
            data_format=b"NHWC",
        )
    else:
        kernel = _weight(graph, weights, stem + "/weights")
        flow = _convolution(graph, long_stem + "/convolution", flow, kernel, strides)
    flow = _add_batch_norm(graph, weights, flow, stem + "/BatchNorm/", long_stem + "/BatchNorm/batchnorm/")
    return _node(graph, long_stem + "/Relu6", "Relu6", [flow], T=np.float32)


def _add_batch_norm(graph, weights, flow, stem, scope):
    """Batch norm spelled out as tf.nn.batch_normalization spells it."""
    beta, gamma, mean, variance = [_weight(graph, weights, stem + name) for name in BATCH_NORM_WEIGHTS]

    def step(name, op, *inputs):
        return _node(graph, scope + name, op, list(inputs), T=np.float32)

    epsilon = _constant(graph, scope + "add/y", np.float32(EPSILON))
    scale = step("mul", "Mul", step("Rsqrt", "Rsqrt", step("add", "Add", variance, epsilon)), gamma)
    scaled = step("mul_1", "Mul", flow, scale)
    offset = step("sub", "Sub", beta, step("mul_2", "Mul", mean, scale))
    return step("add_1", "Add", scaled, offset)


def _add_scores(graph, weights, flow, cells):
    scope = "MobilenetV1/Logits/"
    flow = _node(
        graph,
        scope + "AvgPool_1a/AvgPool",
        "AvgPool",
        [flow],
        T=np.float32,
        ksize=[1, cells, cells, 1],
        strides=[1, 2, 2, 1],
        padding=b"VALID",
        data_format=b"NHWC",
    )
    flow = _node(graph, scope + "Dropout_1b/Identity", "Identity", [flow], T=np.float32)
    kernel = _weight(graph, weights, scope + "Conv2d_1c_1x1/weights")
    biases = _weight(graph, weights, scope + "Conv2d_1c_1x1/biases")
    flow = _convolution(graph, scope + "Conv2d_1c_1x1/convolution", flow, kernel, [1, 1, 1, 1])
    flow = _node(graph, scope + "Conv2d_1c_1x1/BiasAdd", "BiasAdd", [flow, biases], T=np.float32, data_format=b"NHWC")
    flow = _node(graph, scope + "SpatialSqueeze", "Squeeze", [flow], T=np.float32, squeeze_dims=[1, 2])
    classes, scope = weights[scope + "Conv2d_1c_1x1/biases"].shape[0], "MobilenetV1/Predictions/"
    flow = _reshape(graph, scope + "Reshape", flow, scope + "Reshape/shape", [-1, classes])
    flow = _node(graph, scope + "Softmax", "Softmax", [flow], T=np.float32)
    _reshape(graph, scope + "Reshape_1", flow, scope + "Shape", [1, classes])


def _convolution(graph, name, flow, kernel, strides):
    return _node(
        graph,
        name,
        "Conv2D",
        [flow, kernel],
        T=np.float32,
        strides=strides,
        padding=b"SAME",
        data_format=b"NHWC",
        use_cudnn_on_gpu=True,
    )


def _reshape(graph, name, flow, shape_name, shape):
    shape = _constant(graph, shape_name, np.array(shape, np.int32))
    return _node(graph, name, "Reshape", [flow, shape], T=np.float32, Tshape=np.int32)


def _weight(graph, weights, name):
    """A frozen variable: a Const and the Identity that reads it, colocated with it."""
    _constant(graph, name, np.asarray(weights[name], np.float32))
    return _node(graph, name + "/read", "Identity", [name], T=np.float32, _class=[b"loc:@" + name.encode()])


def _constant(graph, name, value):
    return _node(graph, name, "Const", [], dtype=value.dtype.type, value=value)


def _node(graph, name, op, inputs, **attributes):
    node = graph.node.add(name=name, op=op, input=inputs)
    for key, value in attributes.items():
        node.attr[key].CopyFrom(_attribute(key, value))
    return name


def _attribute(key, value):
    attribute = AttrValue()
    if key in ("T", "Tshape", "dtype"):
        attribute.type = as_dtype(value).as_datatype_enum
    elif key == "value":
        attribute.tensor.CopyFrom(make_tensor_proto(value))
    elif key == "shape":
        for dimension in value:
            attribute.shape.dim.add(size=dimension)
    elif isinstance(value, bool):
        attribute.b = value
    elif isinstance(value, bytes):
        attribute.s = value
    elif isinstance(value[0], bytes):
        attribute.list.s.extend(value)
    else:
        attribute.list.i.extend(value)
    return attribute
