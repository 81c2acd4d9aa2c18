"""Rewrites of graphs, each held against what a Session answers before it; and graphs that ask for too much memory."""

import os

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.normalization import find_normalization
from poets.migrate.graphs.rewrites.dequantize import without_dequantize
from poets.migrate.graphs.rewrites.in_order import REWRITES
from poets.migrate.graphs.rewrites.learning_phase import without_learning_phase
from poets.migrate.graphs.roles import find_roles
from poets.migrate.task.errors import BadInput

pytestmark = pytest.mark.tensorflow


def run(graph_def, fetches, feed=None):
    from poets.migrate.tensorflow_library.version1 import tf

    with tf.Graph().as_default():
        tf.import_graph_def(graph_def, name="")
        with tf.Session() as session:
            return session.run([name + ":0" for name in fetches], feed)


@hypothesis.settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
@hypothesis.given(
    lower=strategies.floats(-1000, 0.0, width=32),
    upper=strategies.floats(0.0009765625, 1000, width=32),
    kind=strategies.sampled_from([("MIN_FIRST", False), ("MIN_COMBINED", False), ("MIN_COMBINED", True)]),
    values=strategies.lists(strategies.integers(0, 255), min_size=1, max_size=20),
)
def test_weights_are_dequantised_to_the_very_bits_of_the_op(lower, upper, kind, values):
    from poets.migrate.tensorflow_library.version1 import tf

    mode, signed = kind
    kind = tf.qint8 if signed else tf.quint8
    bits = np.array(values, np.uint8).view(np.int8) if signed else np.array(values, np.uint8)
    with tf.Graph().as_default() as graph:
        quantized = tf.constant(bits.astype(kind.as_numpy_dtype), dtype=kind)
        tf.raw_ops.Dequantize(
            input=quantized,
            min_range=tf.constant(lower, tf.float32),
            max_range=tf.constant(upper, tf.float32),
            mode=mode,
            name="weights",
        )
        before = graph.as_graph_def()
    after, changed = without_dequantize(before)
    assert changed == ["weights"] and not any(node.op == "Dequantize" for node in after.node)
    np.testing.assert_array_equal(run(before, ["weights"])[0], run(after, ["weights"])[0])


def with_phase(phase, dropped):
    """A graph with a branch for training and one for use behind ``phase``, as TF1's Keras and slim wrote them."""
    from poets.migrate.tensorflow_library.version1 import tf

    with tf.Graph().as_default() as graph:
        values = tf.placeholder(tf.float32, [None, 4], name="input")
        if phase == "default":
            training = tf.placeholder_with_default(False, [], name="keras_learning_phase")
        elif phase == "placeholder":
            training = tf.placeholder(tf.bool, [], name="phase_train")
        else:
            training = tf.logical_not(tf.identity(tf.constant(True)))
        chosen = switch_cond(tf, training, values, dropped)
        tf.identity(chosen * 3.0, name="final_result")
        return graph.as_graph_def()


def switch_cond(tf, training, values, dropped):
    """cond as TF1 spells it, by Switch and Merge."""
    in_use, in_training = tf.raw_ops.Switch(data=values, pred=training)
    branch = in_training / 0.5 * tf.floor(tf.random.uniform([4]) + 0.5) if dropped else in_training * 7.0
    return tf.raw_ops.Merge(inputs=[tf.sin(in_use), branch])[0]


@pytest.mark.parametrize("phase", ["default", "placeholder", "constant"])
@pytest.mark.parametrize("dropped", [True, False])
def test_a_learning_phase_is_settled_as_not_training(phase, dropped):
    before = with_phase(phase, dropped)
    after, changed = without_learning_phase(before)
    assert len(changed) == 1 and not any(node.op in ("Switch", "Merge") for node in after.node)
    values = np.random.RandomState(0).normal(size=(3, 4)).astype(np.float32)
    feed = {"input:0": values}
    expected = run(before, ["final_result"], dict(feed, **({"phase_train:0": False} if phase == "placeholder" else {})))
    np.testing.assert_array_equal(run(after, ["final_result"], feed)[0], expected[0])


def test_a_condition_that_the_images_decide_is_left_alone():
    from poets.migrate.tensorflow_library.version1 import tf

    with tf.Graph().as_default() as graph:
        values = tf.placeholder(tf.float32, [None, 4], name="input")
        tf.identity(switch_cond(tf, tf.reduce_sum(values) > 0, values, False), name="final_result")
        before = graph.as_graph_def()
    after, changed = without_learning_phase(before)
    assert changed == [] and after == before


def normalization_of(network, name="input"):
    from poets.migrate.tensorflow_library.version1 import tf

    with tf.Graph().as_default() as graph:
        network(tf, tf.placeholder(tf.float32, [None, 8, 8, 3], name=name))
        nodes = {node.name: node for node in graph.as_graph_def().node}
    found = find_normalization(nodes, name)
    return found.mean, found.std, found.source


@pytest.mark.parametrize(
    "network, name, expected",
    [
        (lambda tf, images: images * 2.0 - 1.0, "Placeholder", (0, 255)),  # a Hub module
        (lambda tf, images: tf.subtract(images, 127.5) / 127.5, "input", (0, 1)),
        (lambda tf, images: tf.identity(images) / 255.0, "input", (0, 1)),
        (lambda tf, images: images - tf.constant([123.68, 116.78, 103.94]), "input", (0, 1)),  # VGG's means
        (lambda tf, images: tf.nn.relu(images), "conv2d_1_input", (0, 255)),
        (lambda tf, images: tf.nn.relu(images), "input", (128, 128)),
    ],
)
def test_normalisation_is_read_from_the_graph_before_it_is_guessed(network, name, expected):
    mean, std, source = normalization_of(network, name)
    assert (mean, std) == expected
    assert source.startswith("the graph") == (name in ("Placeholder", "input") and expected != (128, 128))


def test_every_rewrite_is_named_and_has_a_reason():
    names = [rewrite.name for rewrite in REWRITES]
    assert len(set(names)) == len(names) and all(len(rewrite.reason) > 30 for rewrite in REWRITES)


def asking_for(folder, edit):
    """The shipped network, changed by ``edit`` to ask for more memory than it has bytes."""
    from poets.migrate.tensorflow_library.version1 import tf

    graph_def = tf.GraphDef()
    with open(os.path.join(NETWORK_FOLDER, "frozen_graph.pb"), "rb") as file:
        graph_def.ParseFromString(file.read())
    edit(tf, graph_def)
    with open(str(folder / "graph.pb"), "wb") as file:
        file.write(graph_def.SerializeToString())
    return str(folder / "graph.pb")


def huge_constant(tf, graph_def):
    node = graph_def.node.add(name="huge", op="Const")
    node.attr["dtype"].type = 1
    tensor = node.attr["value"].tensor
    tensor.dtype = 1
    tensor.float_val.append(1.0)
    for size in (1 << 20, 1 << 20):
        tensor.tensor_shape.dim.add().size = size


def huge_input(tf, graph_def):
    for node in graph_def.node:
        if node.op == "Placeholder":
            for dim in node.attr["shape"].shape.dim[1:3]:
                dim.size = 1 << 16


@pytest.mark.parametrize(
    "edit, words",
    [
        (huge_constant, "its constants ask for 4398.0 GB of memory ('huge' for 4398.0)"),
        (huge_input, "input is 65536 pixels per side"),
    ],
)
def test_a_graph_that_asks_for_too_much_memory_is_refused_before_it_is_taken(tmp_path, edit, words):
    from poets.migrate.tensorflow_library.version1 import tf

    path = asking_for(tmp_path, edit)
    with pytest.raises(BadInput) as caught:
        find_roles(read_graph(path, tf.GraphDef()))
    assert words in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_a_node_that_makes_too_much_of_an_image_is_refused(tmp_path):
    from parity_tests.fixtures.models import idioms
    from poets.migrate.port.reading import graph_reading

    def network(images):
        from poets.migrate.tensorflow_library.version1 import tf

        tiled = tf.tile(tf.reduce_mean(images, [1, 2]), [1, 1 << 28])
        return tf.nn.softmax(tiled[:, :4], name="final_result")

    path = idioms.write_graph(tmp_path / "graph.pb", network)
    with pytest.raises(BadInput, match="produces 3.2 GB for one image"):
        graph_reading.read(path)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
def test_a_device_is_not_read():
    from poets.migrate.tensorflow_library.version1 import tf

    with pytest.raises(BadInput, match="is not a regular file"):
        read_graph("/dev/zero", tf.GraphDef())
