"""A task small enough for tests: photos of coloured stripes, and a random network under MobileNet v1's node names.

The photos are drawn from a seed, and the tests stand beside the folder (``--image_dir photos``), so that every
machine splits them alike.
"""

import contextlib
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = "mobilenet_0.25_128"
CLASSES = ("Blue Flag", "daisy", "dent", "kale", "moss")
PHOTOS = 24  # of each class
TRAINING = ("--how_many_training_steps", "33", "--eval_step_interval", "10", "--train_batch_size", "20",
            "--validation_batch_size", "15", "--testing_percentage", "25", "--validation_percentage", "25")
TWINS = ("legacy", "modern")

Run = NamedTuple("Run", [
    ("code", int),
    ("record", dict),  # None where the run failed
    ("out", str),  # folder of the outputs
    ("message", str),  # stderr
])


def picture(random, kind):
    """uint8 [H, W, 3]: stripes whose colour and width lean to their class, under noise that makes the task hard."""
    height, width = random.randint(40, 90, size=2)
    rows, columns = np.mgrid[:height, :width]
    stripes = ((rows * (kind % 2) + columns * (1 - kind % 2)) // (3 + 2 * kind)) % 2
    colour = 60 + 130 * np.array([kind & 1, kind >> 1 & 1, kind >> 2 & 1]) + random.randint(-50, 50, size=3)
    pixels = stripes[:, :, np.newaxis] * 40 + colour + random.normal(0, 25, (height, width, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def draw_photos(folder, classes=CLASSES, count=PHOTOS, seed=0):
    """Write ``count`` JPEGs of each class, ``<class>/<number>.jpg``."""
    random = np.random.RandomState(seed)
    for kind, name in enumerate(classes):
        os.makedirs(os.path.join(str(folder), name))
        for number in range(count):
            Image.fromarray(picture(random, kind)).save(
                os.path.join(str(folder), name, "%02d.jpg" % number), quality=90)


def write_network(path, seed=5):
    """Write a frozen graph of three small convolutions: `input` float32 [1, 128, 128, 3] -> 1001 class scores."""
    from legacy.tensorflow_v1 import tf

    random = np.random.RandomState(seed)

    def weights(*shape):
        return tf.constant(random.normal(0, 1.5 / np.sqrt(np.prod(shape[:-1])), shape).astype(np.float32))

    with tf.Graph().as_default() as graph:
        images = tf.placeholder(tf.float32, [1, 128, 128, 3], name="input")
        with tf.name_scope("MobilenetV1"):
            layer = tf.nn.relu6(tf.nn.conv2d(images, weights(8, 8, 3, 12), [1, 8, 8, 1], "SAME"))
            layer = tf.nn.relu6(tf.nn.conv2d(layer, weights(4, 4, 12, 24), [1, 4, 4, 1], "SAME"))
            layer = tf.nn.avg_pool(layer, [1, 4, 4, 1], [1, 1, 1, 1], "VALID")
            scores = tf.nn.conv2d(layer, weights(1, 1, 24, 1001), [1, 1, 1, 1], "SAME")
            scores = tf.reshape(scores, [-1, 1001], name="Predictions/Reshape")
            tf.nn.softmax(scores, name="Predictions/Reshape_1")
    os.makedirs(os.path.dirname(str(path)))
    with open(str(path), "wb") as file:
        file.write(graph.as_graph_def().SerializeToString())


def write_task(folder):
    """Photos in ``photos`` and the network in ``models``, below ``folder``."""
    draw_photos(os.path.join(str(folder), "photos"))
    write_network(os.path.join(str(folder), "models", "mobilenet_v1_0.25_128", "frozen_graph.pb"))


@contextlib.contextmanager
def standing_in(folder):
    """Change into ``folder`` for a while."""
    before = os.getcwd()
    os.chdir(str(folder))
    try:
        yield
    finally:
        os.chdir(before)


def output_flags(out):
    """Flags that put every output of a run below ``out``."""
    out = str(out)
    return ["--output_graph", os.path.join(out, "graph.pb"), "--output_labels", os.path.join(out, "labels.txt"),
            "--summaries_dir", os.path.join(out, "logs"), "--bottleneck_dir", os.path.join(out, "bottlenecks"),
            "--intermediate_output_graphs_dir", os.path.join(out, "intermediate"),
            "--json", os.path.join(out, "record.json")]


def task_flags(out):
    """Flags of a run on the tiny task, for a process that stands in the task's folder."""
    return ["--image_dir", "photos", "--model_dir", "models", "--architecture", ARCHITECTURE] \
        + list(TRAINING) + output_flags(out)


def read_bytes(*parts):
    """What is in the file whose path the parts make."""
    with open(os.path.join(*(str(part) for part in parts)), "rb") as file:
        return file.read()


def read_record(out):
    """The run record, or None."""
    path = os.path.join(str(out), "record.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def retrain(twin, folder, out, *flags, **options):
    """Run a twin's `retrain` in this process on the task in ``folder``; later flags win over earlier ones.

    Args:
        twin: str.
        folder: where the task lies.
        out: where the outputs go.
        flags: str, more flags.
        capsys: pytest's, where the messages are wanted.
    """
    capsys = options.get("capsys")
    if capsys:
        capsys.readouterr()
    with standing_in(folder):
        code = importlib.import_module(twin + ".retrain").main(task_flags(out) + [str(flag) for flag in flags])
    return Run(code, read_record(out), str(out), capsys.readouterr().err if capsys else "")


def label(twin, *flags, **options):
    """Run a twin's `label_image` in this process: (exit code, stdout, stderr)."""
    capsys = options["capsys"]
    capsys.readouterr()
    code = importlib.import_module(twin + ".label_image").main([str(flag) for flag in flags])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def command(twin, *flags, **options):
    """The command line of a twin in a process of its own; ``python`` is another interpreter's path."""
    return [options.get("python", sys.executable), "-m", twin] + [str(flag) for flag in flags]


def environment(**more):
    """The environment in which any interpreter finds the twins."""
    theirs = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    return dict(theirs, PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1", **more)


def run_command(twin, *flags, **options):
    """Run a twin's command in a fresh process: (exit code, stdout, stderr). Options: ``python``, ``cwd``."""
    done = subprocess.run(command(twin, *flags, python=options.get("python", sys.executable)), cwd=options.get("cwd"),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), universal_newlines=True)
    return done.returncode, done.stdout, done.stderr


def run_python(code, *arguments, **options):
    """Run Python code in a fresh process and give its stdout; its failure fails the test."""
    done = subprocess.run([options.get("python", sys.executable), "-c", code] + [str(one) for one in arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), universal_newlines=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_constant(path, node):
    """A constant of a frozen graph, as an array."""
    from legacy.tensorflow_v1 import tf
    from migrate.graphs.read import read_graph

    graph = read_graph(str(path), tf.GraphDef())
    return tf.make_ndarray({one.name: one for one in graph.node}[node].attr["value"].tensor)


def legacy_head(out):
    """(weights float32 [B, C], biases float32 [C]) out of legacy's frozen graph."""
    path = os.path.join(str(out), "graph.pb")
    return (read_constant(path, "final_training_ops/weights/final_weights"),
            read_constant(path, "final_training_ops/biases/final_biases"))


def modern_head(out):
    """(weights float32 [B, C], biases float32 [C]) out of modern's SavedModel."""
    from modern.tensorflow_v2 import tf

    return tuple(variable.numpy() for variable in tf.saved_model.load(os.path.join(str(out), "graph")).head)


def head_of(twin, out):
    """The final layer of either twin's output."""
    return {"legacy": legacy_head, "modern": modern_head}[twin](out)
