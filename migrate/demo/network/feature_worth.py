"""Measure the quality of the shipped network's features: accuracy on the painted flowers, against random weights.

    python -m poets.migrate.demo.network.feature_worth

A softmax head is trained as retrain.py does (plain gradient descent, 4000 steps of 100, learning rate 0.01) on the
class scores of (a) the shipped network, (b) the same network with its initial random weights and batch norm
statistics calibrated on the photos, (c) the same without calibration: batch norm statistics as initialised.
"""

import argparse
import os
import tempfile

import numpy as np

from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.demo.flowers import KINDS, paint_flowers
from poets.migrate.demo.network.train_network import SIZE, build_model, normalize, slim_weights
from poets.migrate.demo.painting.resampling import BILINEAR


def main(arguments=None):
    """The command; see the module."""
    parser = argparse.ArgumentParser(description="Measure the shipped network's features on the painted flowers.")
    parser.add_argument("--photos", type=int, default=60, help="photos painted per kind (default 60)")
    parser.add_argument("--splits", type=int, default=10, help="random 80/10/10 splits to average (default 10)")
    parser.add_argument(
        "--graph", default=os.path.join(NETWORK_FOLDER, "frozen_graph.pb"), help="frozen graph to measure"
    )
    flags = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        photos, kinds = read_photos(paint_flowers(os.path.join(folder, "flowers"), flags.photos))
    for name, graph in (
        ("trained", read_graph(flags.graph)),
        ("calibrated", random_network(photos)),
        ("raw", random_network()),
    ):
        features = compute_features(graph, photos)
        scores = [head_accuracy(features, kinds, seed) for seed in range(flags.splits)]
        print(f"{name:<10} test accuracy {np.mean(scores):.3f} [{min(scores):.3f}...{max(scores):.3f}]")


def read_photos(folder):
    """Read a painted folder: (float32 [N, SIZE, SIZE, 3] in -1..1, int [N] kinds in alphabetical order)."""
    from PIL import Image

    photos, kinds = [], []
    for number, kind in enumerate(sorted(KINDS)):
        for name in sorted(os.listdir(os.path.join(folder, kind))):
            with Image.open(os.path.join(folder, kind, name)) as photo:
                photos.append(np.asarray(photo.resize((SIZE, SIZE), BILINEAR)))
            kinds.append(number)
    return normalize(np.stack(photos)), np.array(kinds)


def read_graph(path):
    """Read a frozen GraphDef."""
    from tensorflow.compat.v1 import GraphDef

    with open(path, "rb") as file:
        return GraphDef.FromString(file.read())


def random_network(photos=None, seed=0):
    """The network before training, as a frozen GraphDef.

    Args:
        photos: float32 [N, SIZE, SIZE, 3], to calibrate batch norm on; None leaves mean 0 and variance 1.
        seed: int, determines the weights.
    """
    from poets.migrate.demo.network.slim_graph import build_graph
    from poets.migrate.demo.network.train_network import WIDTH
    from poets.migrate.demo.things.objects import KINDS as OBJECT_KINDS

    model = build_model(len(OBJECT_KINDS), seed)
    if photos is not None:
        for layer in model.layers:
            layer.momentum = 0.8
        rng = np.random.RandomState(seed)
        for _ in range(30):
            model(photos[rng.permutation(len(photos))[:64]], training=True)
    return build_graph(slim_weights(model), SIZE, WIDTH)


def compute_features(graph, photos):
    """The class scores before softmax, as retrain.py takes them: float32 [N, classes]."""
    import tensorflow.compat.v1 as tf

    with tf.Graph().as_default():
        images = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3])
        (scores,) = tf.import_graph_def(graph, {"input:0": images}, ["MobilenetV1/Predictions/Reshape:0"])
        with tf.Session() as session:
            return np.concatenate(
                [session.run(scores, {images: photos[k : k + 50]}) for k in range(0, len(photos), 50)]
            )


def head_accuracy(features, kinds, seed=0, steps=4000, batch=100, learning_rate=0.01):
    """Train a softmax head on 80 % of the photos and test it on 10 %, in numpy.

    The other 10 % are reserved for validation, as in retrain.py, and not used.

    Args:
        features: float32 [N, B].
        kinds: int [N].
        seed: int, determines the split, the initial weights and the batches.

    Returns:
        float, the test accuracy.
    """
    rng = np.random.RandomState(seed)
    order, tenth, classes = rng.permutation(len(kinds)), len(kinds) // 10, kinds.max() + 1
    test, train = order[:tenth], order[2 * tenth :]
    weights = np.clip(rng.standard_normal((features.shape[1], classes)), -2, 2) * 0.001
    biases, wanted = np.zeros(classes), np.eye(classes)[kinds]
    for _ in range(steps):
        rows = rng.choice(train, batch)
        scores = features[rows].dot(weights) + biases
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = (scores / scores.sum(axis=1, keepdims=True) - wanted[rows]) / batch
        weights -= learning_rate * features[rows].T.dot(error)
        biases -= learning_rate * error.sum(axis=0)
    return float(np.mean(np.argmax(features[test].dot(weights) + biases, axis=1) == kinds[test]))


if __name__ == "__main__":
    main()
