"""Small random frozen graphs in the ways that people's graphs of 2015 to 2019 were written, for tests of porting."""

from functools import partial
from typing import NamedTuple
from typing import Optional
from typing import Tuple

import numpy as np

from legacy.tensorflow_v1 import tf

NORMS = ("slim", "slim_without_gamma", "slim_without_beta", "fused", "scale_and_shift", "centre_first", "shift_only",
         "bias", "none")
OLD_NORMS = ("global", "global_without_gamma")  # the 2015 Inception's op, which no later GraphDef may hold
FLATTENS = ("pool", "mean", "keras", "constant")
LAYERS = ("conv", "separable", "pad_valid", "explicit", "dilated", "branches", "residual", "max_pool")
HALVING = ("conv", "separable", "pad_valid", "max_pool")  # those of LAYERS that halve an even size
ACTIVATIONS = ("Relu", "Relu6", "Sigmoid", "Tanh", "Elu")
# The placeholder's name; or decoding in the graph, fed behind it at `Mul` (2015); or `input` as
# optimize_for_inference left it, without a shape and a version, so that the size shows only in "pool".
ENTRIES = ("input", "Placeholder", "conv2d_1_input", "decoded", "stripped")
SCALINGS = ("none", "fractions", "pixels")  # what the graph itself scales to -1..1
SCOPES = ("", "import/v1.2-3/net_0.50")
WEIGHTS = ("float", "MIN_FIRST", "MIN_COMBINED")  # 8-bit ones with a Dequantize in that mode
DROPOUTS = ("none", "floor", "keep_prob", "cast", "select")  # as TF 1.0 to 1.12 spelled it, fed, TF 1.13, TF 2
PHASES = ("none", "default", "placeholder", "constant")  # what decides between training and use
BESIDE = ("nothing", "loss", "training", "decoding")  # what the output does not need

Idiom = NamedTuple("Idiom", [
    ("size", int),
    ("widths", Tuple[int, ...]),  # channels of each layer
    ("layers", Tuple[str, ...]),  # of LAYERS, as many as widths
    ("norm", str),  # of NORMS
    ("activation", str),  # of ACTIVATIONS
    ("flatten", str),  # of FLATTENS
    ("classes", int),
    ("seed", int),
    ("entry", str),  # of ENTRIES
    ("batch", Optional[int]),  # None, or 1 as Google froze its MobileNets
    ("scaling", str),  # of SCALINGS
    ("scope", str),  # of SCOPES, around everything
    ("weights", str),  # of WEIGHTS
    ("is_checked", bool),  # CheckNumerics after each layer, which the next one waits for
    ("dropout", str),  # of DROPOUTS, before the last layer
    ("phase", str),  # of PHASES, which decides about another dropout
    ("has_bottleneck", bool),  # retrain.py's placeholder with default, where bottlenecks were fed
    ("beside", str),  # of BESIDE
])
# The first eight say what the network computes, the others how its graph was left.
Idiom.__new__.__defaults__ = ("input", 1, "none", "", "float", False, "none", "none", True, "nothing")

PLAIN = Idiom(16, (4, 6), ("conv", "separable"), "slim", "Relu6", "pool", 3, 0)


def write_idiom(path, idiom):
    """Write a frozen graph: images float32 [1, S, S, 3] -> `final_result` float32 [1, C]. Returns the path as str.

    Node names are below ``idiom.scope``.
    """
    with tf.Graph().as_default() as graph:
        if idiom.norm in OLD_NORMS:
            tf.import_graph_def(_of_version(tf.GraphDef(), 8))  # makes the graph that old
        with tf.name_scope(idiom.scope + "/" if idiom.scope else None):
            _network(_entry(idiom), idiom)
    graph_def = graph.as_graph_def()
    return _write(path, _stripped(graph_def) if idiom.entry == "stripped" else graph_def)


def write_graph(path, network, size=8, batch=1):
    """Write what ``network`` makes of a placeholder `input` as a frozen graph; its last op must be `final_result`."""
    with tf.Graph().as_default() as graph:
        network(tf.placeholder(tf.float32, [batch, size, size, 3], name="input"))
    return _write(path, graph.as_graph_def())


def _write(path, graph_def):
    with open(str(path), "wb") as file:
        file.write(graph_def.SerializeToString(deterministic=True))  # so that a byte's place means the same every time
    return str(path)


def _of_version(graph_def, producer):
    graph_def.versions.producer = producer
    return graph_def


def _stripped(graph_def):
    for node in graph_def.node:
        if node.op == "Placeholder" and node.name.split("/")[-1] == "input":
            node.attr.pop("shape")
    graph_def.ClearField("versions")
    return graph_def


def _entry(idiom):
    """Images [B, S, S, 3], scaled by the graph where ``idiom.scaling`` says so."""
    if idiom.entry == "decoded":
        return _decoded(tf.constant(b"", name="DecodeJpeg/contents"), idiom.size)
    name = "input" if idiom.entry == "stripped" else idiom.entry
    batch = None if idiom.flatten == "keras" else idiom.batch  # Keras left it open
    images = tf.placeholder(tf.float32, [batch, idiom.size, idiom.size, 3], name=name)
    if idiom.scaling == "fractions":
        return images * 2.0 - 1.0
    return (images - 127.5) / 127.5 if idiom.scaling == "pixels" else images


def _decoded(encoded, size):
    """Decoding, resizing and scaling in the graph, as in the 2015 Inception's and retrain.py's; its end is `Mul`."""
    pixels = tf.expand_dims(tf.cast(tf.image.decode_jpeg(encoded, 3, name="DecodeJpeg"), tf.float32), 0)
    resized = tf.raw_ops.ResizeBilinear(images=pixels, size=tf.constant([size, size]), name="ResizeBilinear")
    return tf.multiply(tf.subtract(resized, 128.0, name="Sub"), 1 / 128, name="Mul")


def head(values, classes, seed=0):
    """retrain.py's last layer on bottlenecks [N, B]: `final_result` [N, C]."""
    return tf.nn.softmax(_logits(values, classes, seed)[0], name="final_result")


def _logits(values, classes, seed, has_bottleneck=True):
    """(logits [N, C], weights [B, C])."""
    random, width = np.random.RandomState(seed), int(values.shape[1])
    if has_bottleneck:
        values = tf.placeholder_with_default(values, [None, width], "input_1/BottleneckInputPlaceholder")
    weights = tf.constant(_draw(random, width, classes), name="final_weights")
    biases = tf.constant(random.normal(0, 0.5, classes).astype(np.float32), name="final_biases")
    return tf.matmul(values, tf.identity(weights)) + biases, weights


def _network(images, idiom):
    random = np.random.RandomState(idiom.seed)
    values = images
    for number, (kind, width) in enumerate(zip(idiom.layers, idiom.widths)):
        with tf.name_scope("Net/Layer_%d.%s" % (number, kind)):
            values = _layer(values, kind, width, idiom, random)
            values = _checked(values) if idiom.is_checked else values
    with tf.name_scope("Net/Logits"):
        values = _flatten(values, idiom.flatten, random, idiom.weights)
    if idiom.phase != "none":
        values = _dropout_in_training(values, idiom.phase)
    if idiom.dropout != "none":
        width = int(values.shape[1])
        values = _dropout(values, idiom.dropout)
        values.set_shape([None, width])  # in a graph as old as OLD_NORMS a scalar placeholder has no known shape
    logits, weights = _logits(values, idiom.classes, idiom.seed, idiom.has_bottleneck)
    tf.nn.softmax(logits, name="final_result")
    _beside(idiom, logits, weights)


def _checked(values):
    """What the 2015 Inception did after each layer; whoever takes the values waits for the check."""
    with tf.control_dependencies([tf.check_numerics(values, "not finite", name="CheckNumerics")]):
        return tf.identity(values, name="control_dependency")


def _dropout(values, kind):
    """Training dropout that keeps 4 in 5, frozen into the graph."""
    with tf.name_scope("dropout"):
        keep = tf.placeholder(tf.float32, [], "keep_prob") if kind == "keep_prob" else tf.constant(0.8)
        drawn = tf.random.uniform(tf.shape(values))
        if kind in ("floor", "keep_prob"):
            return tf.divide(values, keep) * tf.floor(drawn + keep)
        scaled, mask = values * tf.constant(1.25), drawn >= tf.constant(0.2)
        if kind == "select":
            return tf.raw_ops.SelectV2(condition=mask, t=scaled, e=tf.constant(0.0))
        return scaled * tf.cast(mask, tf.float32)


def _dropout_in_training(values, phase):
    """Keras's dropout: `cond`, as TF1 wrote it, on the learning phase."""
    if phase == "default":
        training = tf.placeholder_with_default(False, [], "keras_learning_phase")
    elif phase == "placeholder":
        training = tf.placeholder(tf.bool, [], "phase_train")
    else:
        training = tf.logical_not(tf.constant(True))
    with tf.name_scope("cond"):
        in_use, in_training = tf.raw_ops.Switch(data=values, pred=training)
        merged = tf.raw_ops.Merge(inputs=[tf.identity(in_use), _dropout(in_training, "floor")])[0]
    merged.set_shape(values.shape)
    return merged


def _beside(idiom, logits, weights):
    """What was left in the graph and the output does not need."""
    if idiom.beside == "decoding":
        _decoded(tf.placeholder(tf.string, name="DecodeJPGInput"), idiom.size)
    if idiom.beside in ("loss", "training"):
        labels = tf.placeholder(tf.int64, [None], "input_1/GroundTruthInput")
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), labels), tf.float32), name="accuracy")
        if idiom.beside == "training":
            step = weights - 0.01 * tf.gradients(loss, [weights])[0]
            tf.group(step, name="train")


def _draw(random, *shape):
    return random.normal(0, 1.2 / np.sqrt(np.prod(shape[:-1])), shape).astype(np.float32)


def _kernel(value, kind, name):
    """A constant, or 8-bit numbers that the graph makes float at every run (quantize_graph --mode=weights, 2016)."""
    if kind == "float":
        return tf.constant(value, name=name)
    lower, upper = min(float(value.min()), 0.0), max(float(value.max()), 0.0) + 1e-3
    steps = np.round((value - lower) / (upper - lower) * 255).astype(np.uint8).astype(tf.quint8.as_numpy_dtype)
    return tf.raw_ops.Dequantize(input=tf.constant(steps, tf.quint8, name=name + "_quint8_const"),
                                 min_range=tf.constant(lower), max_range=tf.constant(upper), mode=kind, name=name)


def _conv(random, weights, values, width, side, stride=1, padding="SAME", **more):
    kernel = _kernel(_draw(random, side, side, int(values.shape[3]), width), weights, "weights")
    return tf.nn.conv2d(values, tf.identity(kernel), strides=[1, stride, stride, 1], padding=padding, **more)


def _layer(values, kind, width, idiom, random):
    conv = partial(_conv, random, idiom.weights)

    def finish(made):
        activate = getattr(tf.raw_ops, idiom.activation)
        normed = _norm(made, idiom.norm, random)
        return activate(x=normed) if idiom.activation in ("Sigmoid", "Tanh") else activate(features=normed)

    if kind == "separable":
        kernel = _kernel(_draw(random, 3, 3, int(values.shape[3]), 1) * 3, idiom.weights, "depthwise_weights")
        values = finish(tf.nn.depthwise_conv2d(values, kernel, [1, 2, 2, 1], "SAME"))
        return finish(conv(values, width, 1))
    if kind == "pad_valid":
        return finish(conv(tf.pad(values, [[0, 0], [0, 1], [1, 0], [0, 0]]), width, 3, 2, "VALID"))
    if kind == "explicit":
        return finish(conv(values, width, 3, 1, [[0, 0], [1, 2], [0, 1], [0, 0]]))
    if kind == "dilated":
        return finish(conv(values, width, 3, dilations=[1, 2, 2, 1]))
    if kind == "branches":
        pooled = tf.nn.avg_pool(values, [1, 3, 3, 1], [1, 1, 1, 1], "SAME")
        return tf.concat([finish(conv(values, width, 1)), finish(conv(pooled, width, 3))], 3)
    if kind == "residual":
        values = finish(conv(values, width, 1))
        return values + finish(conv(values, width, 3))
    if kind == "max_pool":
        return finish(conv(tf.nn.max_pool(values, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"), width, 3))
    return finish(conv(values, width, 3, 2))


def _norm(values, kind, random):
    width = int(values.shape[3])
    gamma, variance = (tf.constant(random.uniform(0.5, 2, width).astype(np.float32)) for _ in range(2))
    beta, mean = (tf.constant(random.normal(0, 0.5, width).astype(np.float32)) for _ in range(2))
    if kind.startswith("slim"):
        return tf.nn.batch_normalization(values, mean, variance, None if kind == "slim_without_beta" else beta,
                                         None if kind == "slim_without_gamma" else gamma, 0.001)
    if kind == "fused":
        return tf.nn.fused_batch_norm(values, gamma, beta, mean, variance, 0.001, is_training=False)[0]
    if kind in OLD_NORMS:
        return tf.raw_ops.BatchNormWithGlobalNormalization(
            t=values, m=mean, v=variance, beta=beta, gamma=gamma, variance_epsilon=0.001,
            scale_after_normalization=kind == "global")
    if kind == "scale_and_shift":
        return values * gamma + beta
    if kind == "centre_first":
        return (values - mean) / variance * gamma + beta
    if kind == "shift_only":
        return values + beta
    return tf.nn.bias_add(values, beta) if kind == "bias" else values


def _flatten(values, kind, random, weights):
    rows, columns, width = (int(size) for size in values.shape[1:])
    if kind == "pool":  # MobileNet v1
        values = tf.nn.avg_pool(values, [1, rows, columns, 1], [1, 1, 1, 1], "VALID")
        values = tf.nn.bias_add(_conv(random, weights, values, 12, 1), tf.constant(_draw(random, 12, 12)[0]))
        return tf.reshape(tf.squeeze(values, [1, 2], name="SpatialSqueeze"), [-1, 12], name="Reshape")
    if kind == "mean":
        return tf.reduce_mean(values, [1, 2])
    if kind == "keras":
        flat = tf.reshape(values, tf.stack([-1, tf.reduce_prod(tf.shape(values)[1:])]))
        flat.set_shape([None, rows * columns * width])
        return flat
    return tf.reshape(values, [1, rows * columns * width])
