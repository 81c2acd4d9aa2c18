"""The baseline: the task as most programs of 2017 did it, one thing at a time and everything through text files.

``python -m parity_tests.bench.plain_loop --image_dir DIR`` takes the flags of ``python -m poets.legacy retrain``. It
does what retrain.py did, in words of its own: a photo is decoded in one `sess.run` and goes through the network, alone,
in another; its bottleneck becomes a text file of comma-separated numbers; every training step reads its hundred files,
parses them, feeds them, and writes all summaries. Only the draws come from `migrate/task/training/schedule.py`, so that
all three programs start from the same weights, see the same photos in the same order and may be held to the same
accuracy. JPEG only, as retrain.py.
"""

import argparse
import os
import shutil
import sys
import time
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate import console
from poets.migrate.task.flags.retrain import parse_retrain, training_settings_of
from poets.migrate.task.networks.architectures import Architecture, find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.photos.image_lists import ImageLists, read_image_lists
from poets.migrate.task.quiet_import import quiet_import
from poets.migrate.task.training.schedule import Schedule, is_evaluation, schedule_of

with quiet_import():
    import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.ERROR)
tf.disable_v2_behavior()


class Network(NamedTuple):
    jpeg: Any
    """string placeholder []."""
    resized: Any
    """float32 tensor [1, S, S, 3], normalised."""
    images: Any
    """float32 tensor [1, S, S, 3], the network's input."""
    bottleneck: Any
    """float32 tensor [1, B]."""


class Layer(NamedTuple):
    bottlenecks: Any
    """float32 placeholder [N, B]."""
    truth: Any
    """float32 placeholder [N, C], one-hot."""
    train_step: Any
    cross_entropy: Any
    accuracy: Any
    merged: Any
    """All summaries."""


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    flags = parse_retrain("legacy", argv)
    return console.run_command(lambda: retrain(flags))


def retrain(flags: argparse.Namespace) -> int:
    """Retrain, as the flags say, and write the frozen graph; the record in ``--json`` has seconds and accuracy."""
    started = time.time()
    architecture = find_architecture(flags.architecture)
    lists = read_image_lists(flags.image_dir, flags.testing_percentage, flags.validation_percentage)
    with tf.Graph().as_default(), tf.Session() as session:
        network = load(find_network(architecture, flags.model_dir), architecture)
        texts = text_files(flags.bottleneck_dir, lists, architecture)
        for photo, text in zip(lists.photos, texts):
            keep_bottleneck(session, network, photo.path, text)
        seconds = {"bottlenecks": time.time() - started}
        schedule = schedule_of(training_settings_of(flags), lists, architecture.bottleneck_size)
        layer = add_layer(network.bottleneck, schedule, flags.final_tensor_name)
        test_accuracy, seconds["steps"] = train(session, layer, texts, lists, schedule, flags.summaries_dir)
        seconds["training"] = time.time() - started - seconds["bottlenecks"]
        frozen = tf.graph_util.convert_variables_to_constants(
            session, session.graph.as_graph_def(), [flags.final_tensor_name]
        )
        with tf.gfile.GFile(flags.output_graph, "wb") as file:
            file.write(frozen.SerializeToString())
    with tf.gfile.GFile(flags.output_labels, "w") as file:
        file.write("\n".join(lists.labels) + "\n")
    seconds["all"] = time.time() - started
    if flags.json:
        console.write_json(
            flags.json,
            {
                "photos": len(lists.photos),
                "steps": len(schedule.train),
                "seconds": seconds,
                "test_accuracy": test_accuracy,
                "test_photos": len(schedule.test),
            },
        )
    return 0


def load(path: str, architecture: Architecture) -> Network:
    """Import the frozen network, and add ops that make its input of a JPEG file."""
    graph_def = tf.GraphDef()
    with tf.gfile.GFile(path, "rb") as file:
        graph_def.ParseFromString(file.read())
    images, bottleneck = tf.import_graph_def(
        graph_def, name="", return_elements=[architecture.input_tensor, architecture.bottleneck_tensor]
    )
    jpeg = tf.placeholder(tf.string, name="DecodeJPGInput")
    pixels = tf.expand_dims(tf.cast(tf.image.decode_jpeg(jpeg, channels=3), tf.float32), 0)
    resized = tf.image.resize_bilinear(pixels, [architecture.input_size, architecture.input_size])
    normalized = tf.multiply(tf.subtract(resized, architecture.input_mean), 1.0 / architecture.input_std)
    return Network(jpeg, normalized, images, bottleneck)


def bottleneck_of(session: Any, network: Network, path: str) -> np.ndarray:
    """float32 [B]: the features of one photo, in two runs of the Session."""
    with tf.gfile.GFile(path, "rb") as file:
        pixels = session.run(network.resized, {network.jpeg: file.read()})
    return np.squeeze(session.run(network.bottleneck, {network.images: pixels}))


def text_files(bottleneck_dir: str, lists: ImageLists, architecture: Architecture) -> List[str]:
    """Where each photo's bottleneck is kept, one path a photo."""
    return [
        os.path.join(
            bottleneck_dir, lists.labels[photo.label], os.path.basename(photo.path) + "_" + architecture.name + ".txt"
        )
        for photo in lists.photos
    ]


def keep_bottleneck(session: Any, network: Network, path: str, text: str) -> None:
    """Compute a photo's bottleneck and write it as text, unless that file is there."""
    if os.path.exists(text):
        return
    os.makedirs(os.path.dirname(text), exist_ok=True)
    values = bottleneck_of(session, network, path)
    with open(text, "w") as file:
        file.write(",".join(str(value) for value in values))


def read_batch(
    texts: Sequence[str],
    lists: ImageLists,
    indices: Iterable[int],
) -> Tuple[List[List[float]], List[np.ndarray]]:
    """The bottlenecks of photos, read and parsed anew from their files, and their one-hot labels."""
    bottlenecks, truths = [], []
    for index in indices:
        with open(texts[index]) as file:
            bottlenecks.append([float(word) for word in file.read().split(",")])
        truth = np.zeros(len(lists.labels), np.float32)
        truth[lists.photos[index].label] = 1.0
        truths.append(truth)
    return bottlenecks, truths


def add_layer(bottleneck: Any, schedule: Schedule, final_name: str) -> Layer:
    """Add the new final layer with its loss, training op, accuracy and summaries."""
    width, classes = schedule.weights.shape
    with tf.name_scope("input"):
        bottlenecks = tf.placeholder_with_default(bottleneck, [None, width], name="BottleneckInputPlaceholder")
        truth = tf.placeholder(tf.float32, [None, classes], name="GroundTruthInput")
    with tf.name_scope("final_training_ops"):
        weights = tf.Variable(schedule.weights, name="final_weights")
        biases = tf.Variable(schedule.biases, name="final_biases")
        for name, variable in (("weights", weights), ("biases", biases)):
            summarize(name, variable)
        logits = tf.matmul(bottlenecks, weights) + biases
        tf.summary.histogram("pre_activations", logits)
    result = tf.nn.softmax(logits, name=final_name)
    tf.summary.histogram("activations", result)
    cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=truth, logits=logits))
    tf.summary.scalar("cross_entropy", cross_entropy)
    train_step = tf.train.GradientDescentOptimizer(schedule.learning_rate).minimize(cross_entropy)
    right = tf.equal(tf.argmax(result, 1), tf.argmax(truth, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    tf.summary.scalar("accuracy", accuracy)
    return Layer(bottlenecks, truth, train_step, cross_entropy, accuracy, tf.summary.merge_all())


def summarize(name: str, variable: Any) -> None:
    """The five summaries of a variable that the codelab shows in TensorBoard."""
    with tf.name_scope(name):
        mean = tf.reduce_mean(variable)
        tf.summary.scalar("mean", mean)
        tf.summary.scalar("stddev", tf.sqrt(tf.reduce_mean(tf.square(variable - mean))))
        tf.summary.scalar("max", tf.reduce_max(variable))
        tf.summary.scalar("min", tf.reduce_min(variable))
        tf.summary.histogram("histogram", variable)


def train(
    session: Any,
    layer: Layer,
    texts: Sequence[str],
    lists: ImageLists,
    schedule: Schedule,
    summaries_dir: str,
) -> Tuple[float, float]:
    """Run every step of the schedule, evaluating as retrain.py does: (test accuracy 0..1, seconds in the steps)."""
    shutil.rmtree(summaries_dir, ignore_errors=True)
    writers = [
        tf.summary.FileWriter(os.path.join(summaries_dir, part), session.graph) for part in ("train", "validation")
    ]
    session.run(tf.global_variables_initializer())
    evaluations = iter(schedule.validation)

    def feed(indices: Iterable[int]) -> Dict[Any, Any]:
        bottlenecks, truths = read_batch(texts, lists, indices)
        return {layer.bottlenecks: bottlenecks, layer.truth: truths}

    started = time.time()
    for step, indices in enumerate(schedule.train):
        batch = feed(indices)
        summary, _ = session.run([layer.merged, layer.train_step], batch)
        writers[0].add_summary(summary, step)
        if is_evaluation(step, len(schedule.train), schedule.eval_step_interval):
            session.run([layer.accuracy, layer.cross_entropy], batch)
            summary, _ = session.run([layer.merged, layer.accuracy], feed(next(evaluations)))
            writers[1].add_summary(summary, step)
    seconds = time.time() - started
    for writer in writers:
        writer.close()
    return float(session.run(layer.accuracy, feed(schedule.test))), seconds


if __name__ == "__main__":
    sys.exit(main())
