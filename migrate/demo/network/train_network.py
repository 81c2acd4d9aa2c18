"""Train the small MobileNet v1 that poets ships on painted objects, and write it as a frozen TF1 graph.

    python -m poets.migrate.demo.network.train_network --output frozen_graph.pb

The labels are written beside it. Needs TensorFlow 2 with Keras 3; the graph runs on TF 1.15 and later.
"""

import argparse
import os

import numpy as np

from poets.migrate.demo.things import objects
from poets.migrate.task.files import whole_file, write_text

SIZE = 96
"""int, pixels per side of the network's input."""

WIDTH = 0.25
"""float, MobileNet's width multiplier."""

MEAN = STD = 127.5
"""float, the network sees (pixel - MEAN) / STD, as every MobileNet v1 does."""

SMALL_SIZE = 64
"""int, pixels per side in the first epochs."""

DEPTHWISE_SPREAD = 0.3
"""float, initial weights of depthwise kernels: with 9 inputs each, Keras's default would be far too small."""

HELPED_LAYERS = ("Conv2d_5_pointwise", "Conv2d_8_pointwise", "Conv2d_11_pointwise")
"""tuple of str, the middle layers that get auxiliary classifiers in training."""

SLACK = 8
"""int, margin in pixels around the input, for random crops."""


def main(arguments=None):
    """The command; see the module."""
    parser = argparse.ArgumentParser(description="Train the MobileNet v1 that poets ships, on painted objects.")
    parser.add_argument(
        "--output", required=True, help="the frozen graph to write (.pb); labels.txt is written beside it"
    )
    parser.add_argument("--pictures", type=int, default=300, help="pictures painted per kind (default 300)")
    parser.add_argument("--small-epochs", type=int, default=6, help="first epochs, at 64 pixels (default 6)")
    parser.add_argument("--epochs", type=int, default=1, help="last epochs, at 96 pixels (default 1)")
    parser.add_argument("--seed", type=int, default=0, help="determines pictures and initial weights (default 0)")
    flags = parser.parse_args(arguments)
    model = train(flags.pictures, flags.small_epochs, flags.epochs, flags.seed)
    write_network(model, flags.output)


def build_model(classes, seed=0):
    """MobileNet v1 as a Keras model: float32 [N, any, any, 3] in -1..1 to class scores float32 [N, classes].

    Its layers are named like slim's scopes, as `slim_weights` requires.
    """
    import tensorflow as tf
    from tensorflow import keras

    from poets.migrate.demo.network.slim_graph import EPSILON, mobilenet_layers

    getattr(keras.utils, "set_random_seed", tf.random.set_seed)(seed)  # Keras 2.6 has only TensorFlow's
    flow = images = keras.Input((None, None, 3))
    for layer in mobilenet_layers(WIDTH):
        options = {"strides": layer.stride, "padding": "same", "use_bias": False, "name": layer.name}
        if layer.depthwise:
            first = keras.initializers.RandomNormal(stddev=DEPTHWISE_SPREAD)
            flow = keras.layers.DepthwiseConv2D(3, depthwise_initializer=first, **options)(flow)
        else:
            flow = keras.layers.Conv2D(layer.channels, 3 if layer.name == "Conv2d_0" else 1, **options)(flow)
        flow = keras.layers.BatchNormalization(epsilon=EPSILON, momentum=0.97, name=layer.name + "_BatchNorm")(flow)
        flow = keras.layers.ReLU(6.0, name=layer.name + "_Relu6")(flow)
    flow = keras.layers.GlobalAveragePooling2D()(flow)
    return keras.Model(images, keras.layers.Dense(classes, name="Logits")(flow))


def train(pictures_per_kind, small_epochs, epochs, seed):
    """Paint, train, and print the accuracy on held-out pictures.

    Most epochs run at 64 pixels, in a third of the time; the last ones at the final input size.

    Returns:
        keras.Model, trained; see `build_model`.
    """
    pictures, kinds = objects.paint_objects(pictures_per_kind, SIZE + SLACK, seed)
    held_out, held_out_kinds = objects.paint_objects(8, SIZE, seed + 1)
    from tensorflow import keras  # after painting: TensorFlow's threads do not survive the painters' fork

    model = build_model(len(objects.KINDS), seed)
    small, full = _batches(pictures, kinds, seed, SMALL_SIZE), _batches(pictures, kinds, seed, SIZE)
    steps = (small_epochs + epochs) * len(full)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, decay_steps=steps, alpha=0.005, warmup_target=2.5e-3, warmup_steps=len(full) // 2
    )
    guided = _with_helping_heads(model)
    loss = [keras.losses.SparseCategoricalCrossentropy(from_logits=True) for _ in guided.outputs]
    guided.compile(keras.optimizers.Adam(rate), loss, loss_weights=[1.0, 0.4, 0.4, 0.4], jit_compile=False)
    guided.fit(small, epochs=small_epochs, verbose=2)
    guided.fit(full, epochs=epochs, verbose=2)
    recognised = model.predict(normalize(held_out), verbose=0).argmax(axis=1) == held_out_kinds
    print(f"{100 * recognised.mean():.1f} % of {len(recognised)} pictures held out recognised")
    return model


def _with_helping_heads(model):
    """The model with auxiliary class scores from three middle layers, for training only.

    They bring the loss nearer to the early layers, as in GoogLeNet (Szegedy 2015); their gain was not measured
    separately.
    """
    from tensorflow import keras

    scores = [model.output]
    for name in HELPED_LAYERS:
        pooled = keras.layers.GlobalAveragePooling2D()(model.get_layer(name + "_Relu6").output)
        scores.append(keras.layers.Dense(model.output.shape[-1])(pooled))
    return keras.Model(model.input, scores)


def normalize(pictures):
    """Pixels uint8 0..255 to float32 -1..1."""
    return (np.asarray(pictures, np.float32) - MEAN) / STD


def _batches(pictures, kinds, seed, size, batch=64):
    """Batches for one epoch: shuffled, cropped at random, mirrored half of the time, shrunk to ``size``."""
    import tensorflow as tf

    def vary(index):
        rows = tf.numpy_function(lambda chosen: pictures[chosen], [index], tf.uint8)
        rows.set_shape((None, SIZE + SLACK, SIZE + SLACK, 3))
        rows = tf.image.random_crop(rows, [tf.shape(rows)[0], SIZE, SIZE, 3])
        rows = tf.cond(tf.random.uniform(()) < 0.5, lambda: rows, lambda: rows[:, :, ::-1])
        rows = tf.cast(rows, tf.float32) if size == SIZE else tf.image.resize(rows, (size, size))
        rows = (rows - MEAN) / STD
        return rows, (tf.gather(tf.constant(kinds), index),) * (1 + len(HELPED_LAYERS))

    index = tf.data.Dataset.range(len(pictures)).shuffle(len(pictures), seed=seed)
    return index.batch(batch, drop_remainder=True).map(vary, num_parallel_calls=1).prefetch(2)


def slim_weights(model):
    """The model's weights under slim's names: dict, str to float32 array; see `slim_graph.build_graph`."""
    from poets.migrate.demo.network.slim_graph import mobilenet_layers

    weights = {}
    for layer in mobilenet_layers(WIDTH):
        scope = f"MobilenetV1/{layer.name}/"
        (kernel,) = model.get_layer(layer.name).get_weights()
        weights[scope + ("depthwise_weights" if layer.depthwise else "weights")] = kernel
        gamma, beta, mean, variance = model.get_layer(layer.name + "_BatchNorm").get_weights()
        weights[scope + "BatchNorm/gamma"], weights[scope + "BatchNorm/beta"] = gamma, beta
        weights[scope + "BatchNorm/moving_mean"], weights[scope + "BatchNorm/moving_variance"] = mean, variance
    kernel, biases = model.get_layer("Logits").get_weights()
    weights["MobilenetV1/Logits/Conv2d_1c_1x1/weights"] = kernel[None, None]
    weights["MobilenetV1/Logits/Conv2d_1c_1x1/biases"] = biases
    return weights


def write_network(model, path):
    """Write the frozen graph to ``path`` and its labels to ``labels.txt`` beside it."""
    from poets.migrate.demo.network.slim_graph import build_graph

    graph = build_graph(slim_weights(model), SIZE, WIDTH)
    with whole_file(path) as temporary:
        with open(temporary, "wb") as file:
            file.write(graph.SerializeToString(deterministic=True))
    labels = os.path.join(os.path.dirname(os.path.abspath(path)), "labels.txt")
    write_text(labels, "".join(kind + "\n" for kind in objects.KINDS))


if __name__ == "__main__":
    main()
