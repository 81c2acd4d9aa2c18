"""Small random frozen graphs in the ways that people's graphs of 2015 to 2019 were written, for tests of porting."""

from typing import NamedTuple
from typing import Tuple

import numpy as np

from legacy.tensorflow_v1 import tf

NORMS = ("slim", "slim_without_gamma", "slim_without_beta", "fused", "scale_and_shift", "centre_first", "shift_only",
         "bias", "none")
FLATTENS = ("pool", "mean", "keras", "constant")
LAYERS = ("conv", "separable", "pad_valid", "explicit", "dilated", "branches", "residual", "max_pool")
ACTIVATIONS = ("Relu", "Relu6", "Sigmoid", "Tanh", "Elu")

Idiom = NamedTuple("Idiom", [
    ("size", int),
    ("widths", Tuple[int, ...]),  # channels of each layer
    ("layers", Tuple[str, ...]),  # of LAYERS, as many as widths
    ("norm", str),  # of NORMS
    ("activation", str),  # of ACTIVATIONS
    ("flatten", str),  # of FLATTENS
    ("classes", int),
    ("seed", int),
])

PLAIN = Idiom(16, (4, 6), ("conv", "separable"), "slim", "Relu6", "pool", 3, 0)


def write_idiom(path, idiom):
    """Write a frozen graph: `input` float32 [1, S, S, 3] -> `final_result` float32 [1, C]. Returns the path as str."""
    batch = None if idiom.flatten == "keras" else 1  # Keras left it open, poets' networks were frozen for one image
    return write_graph(path, lambda images: _network(images, idiom), idiom.size, batch)


def write_graph(path, network, size=8, batch=1):
    """Write what ``network`` makes of a placeholder `input` as a frozen graph; its last op must be `final_result`."""
    with tf.Graph().as_default() as graph:
        network(tf.placeholder(tf.float32, [batch, size, size, 3], name="input"))
    with open(str(path), "wb") as file:
        file.write(graph.as_graph_def().SerializeToString())
    return str(path)


def head(values, classes, seed=0):
    """retrain.py's last layer on bottlenecks [N, B]: `final_result` [N, C]."""
    random = np.random.RandomState(seed)
    cached = tf.placeholder_with_default(values, [None, int(values.shape[1])], "input_1/BottleneckInputPlaceholder")
    weights = tf.constant(_draw(random, int(values.shape[1]), classes), name="final_weights")
    biases = tf.constant(random.normal(0, 0.5, classes).astype(np.float32), name="final_biases")
    return tf.nn.softmax(tf.matmul(cached, tf.identity(weights)) + biases, name="final_result")


def _network(images, idiom):
    random = np.random.RandomState(idiom.seed)
    values = images
    for number, (kind, width) in enumerate(zip(idiom.layers, idiom.widths)):
        with tf.name_scope("Net/Layer_%d.%s" % (number, kind)):
            values = _layer(values, kind, width, idiom, random)
    with tf.name_scope("Net/Logits"):
        values = _flatten(values, idiom.flatten, random)
    return head(values, idiom.classes, idiom.seed)


def _draw(random, *shape):
    return random.normal(0, 1.2 / np.sqrt(np.prod(shape[:-1])), shape).astype(np.float32)


def _conv(values, width, side, random, stride=1, padding="SAME", **more):
    kernel = tf.constant(_draw(random, side, side, int(values.shape[3]), width), name="weights")
    return tf.nn.conv2d(values, tf.identity(kernel), strides=[1, stride, stride, 1], padding=padding, **more)


def _layer(values, kind, width, idiom, random):
    def finish(made):
        activate = getattr(tf.raw_ops, idiom.activation)
        normed = _norm(made, idiom.norm, random)
        return activate(x=normed) if idiom.activation in ("Sigmoid", "Tanh") else activate(features=normed)

    if kind == "separable":
        kernel = tf.constant(_draw(random, 3, 3, int(values.shape[3]), 1) * 3, name="depthwise_weights")
        values = finish(tf.nn.depthwise_conv2d(values, kernel, [1, 2, 2, 1], "SAME"))
        return finish(_conv(values, width, 1, random))
    if kind == "pad_valid":
        return finish(_conv(tf.pad(values, [[0, 0], [0, 1], [1, 0], [0, 0]]), width, 3, random, 2, "VALID"))
    if kind == "explicit":
        return finish(_conv(values, width, 3, random, 1, [[0, 0], [1, 2], [0, 1], [0, 0]]))
    if kind == "dilated":
        return finish(_conv(values, width, 3, random, dilations=[1, 2, 2, 1]))
    if kind == "branches":
        pooled = tf.nn.avg_pool(values, [1, 3, 3, 1], [1, 1, 1, 1], "SAME")
        return tf.concat([finish(_conv(values, width, 1, random)), finish(_conv(pooled, width, 3, random))], 3)
    if kind == "residual":
        values = finish(_conv(values, width, 1, random))
        return values + finish(_conv(values, width, 3, random))
    if kind == "max_pool":
        return finish(_conv(tf.nn.max_pool(values, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"), width, 3, random))
    return finish(_conv(values, width, 3, random, 2))


def _norm(values, kind, random):
    width = int(values.shape[3])
    gamma, variance = (tf.constant(random.uniform(0.5, 2, width).astype(np.float32)) for _ in range(2))
    beta, mean = (tf.constant(random.normal(0, 0.5, width).astype(np.float32)) for _ in range(2))
    if kind.startswith("slim"):
        return tf.nn.batch_normalization(values, mean, variance, None if kind == "slim_without_beta" else beta,
                                         None if kind == "slim_without_gamma" else gamma, 0.001)
    if kind == "fused":
        return tf.nn.fused_batch_norm(values, gamma, beta, mean, variance, 0.001, is_training=False)[0]
    if kind == "scale_and_shift":
        return values * gamma + beta
    if kind == "centre_first":
        return (values - mean) / variance * gamma + beta
    if kind == "shift_only":
        return values + beta
    return tf.nn.bias_add(values, beta) if kind == "bias" else values


def _flatten(values, kind, random):
    rows, columns, width = (int(size) for size in values.shape[1:])
    if kind == "pool":  # MobileNet v1
        values = tf.nn.avg_pool(values, [1, rows, columns, 1], [1, 1, 1, 1], "VALID")
        values = tf.nn.bias_add(_conv(values, 12, 1, random), tf.constant(_draw(random, 12, 12)[0]))
        return tf.reshape(tf.squeeze(values, [1, 2], name="SpatialSqueeze"), [-1, 12], name="Reshape")
    if kind == "mean":
        return tf.reduce_mean(values, [1, 2])
    if kind == "keras":
        flat = tf.reshape(values, tf.stack([-1, tf.reduce_prod(tf.shape(values)[1:])]))
        flat.set_shape([None, rows * columns * width])
        return flat
    return tf.reshape(values, [1, rows * columns * width])
