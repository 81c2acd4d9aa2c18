"""Frozen graphs as models of stock Keras layers, which answer alike and can be trained."""

import os
import tempfile
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity_tests.fixtures import tiny
from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.pictures import square
from parity_tests.fixtures.models.port_checks import GRAPHS, TOLERANCE, check_alike, read, session_answers

pytestmark = pytest.mark.tensorflow

NETWORKS = st.lists(st.tuples(st.sampled_from(idioms.LAYERS), st.integers(1, 6)), min_size=1, max_size=3)

# What somebody does who has Keras and the file: no import of ours.
LOAD_ALONE = """
import sys
import keras
import numpy as np
model = keras.models.load_model(sys.argv[1], safe_mode=True)
assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
np.save(sys.argv[3], np.asarray(model(np.load(sys.argv[2]), training=False)))
print(keras.backend.backend(), "poets" in sys.modules)
"""


def lifted(folder, idiom):
    """(reading, Keras model) of an idiom's graph."""
    from poets.migrate.port.targets import keras_lift

    reading = read(idioms.write_idiom(os.path.join(str(folder), "graph.pb"), idiom))
    return reading, keras_lift.lift(reading)


def answers(model, pixels):
    return np.asarray(model(pixels / np.float32(255), training=False))


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


@pytest.mark.shared
@pytest.mark.parametrize("graph", GRAPHS)
def test_found_graph_answers_as_its_session(shared_data, tmp_path, graph):
    from poets.migrate.port.targets import keras_lift

    reading, path = read(shared_data / graph), str(tmp_path / "port.keras")
    keras_lift.save(reading, path)
    check_alike(reading, keras_lift.load(path, reading))


@pytest.mark.shared
def test_fine_tuning_on_flowers_lowers_the_loss_and_changes_the_network(shared_data):
    from poets.migrate.port.proof import reference
    from poets.migrate.port.targets import keras_lift
    from poets.migrate.tensorflow_library.version2 import keras

    reading = read(shared_data / "golden/retrained_graph.pb")
    photos = [
        (path, kind)
        for kind, label in enumerate(reading.labels)
        for path in sorted((shared_data / "flower_photos" / label).glob("*.jpg"))[:16]
    ]
    decode = reference.decode_and_resize(square(128))
    images = np.stack([decode(str(path)) for path, _ in photos]) / 255.0
    model = keras_lift.lift(reading)
    check_that_an_epoch_helps(keras, model, images, np.array([kind for _, kind in photos]), 1e-4)


def check_that_an_epoch_helps(keras, model, images, kinds_of_images, rate):
    keras.utils.set_random_seed(1)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    before = [np.asarray(weight) for weight in model.trainable_weights]
    loss = model.evaluate(images, kinds_of_images, verbose=0)
    model.fit(images, kinds_of_images, epochs=1, batch_size=16, verbose=0)
    assert model.evaluate(images, kinds_of_images, verbose=0) < loss
    for weight, old in zip(model.trainable_weights, before):
        assert (np.asarray(weight) != old).any(), weight.path


def test_one_epoch_trains_every_layer(tmp_path):
    from poets.migrate.port.proof import probes
    from poets.migrate.tensorflow_library.version2 import keras

    _, model = lifted(tmp_path, idioms.PLAIN._replace(activation="Tanh"))
    pixels = probes.natural_pictures(square(16), 48, seed=3)
    brightness = pixels.mean((1, 2, 3))
    kinds_of_images = np.digitize(brightness, np.percentile(brightness, [33, 66]))
    names = {weight.path.split("/")[-1] for weight in model.trainable_weights}
    assert names == {"kernel", "bias", "gamma", "beta"}
    check_that_an_epoch_helps(keras, model, pixels / 255, kinds_of_images, 3e-3)


@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(
    network=NETWORKS,
    norm=st.sampled_from(idioms.NORMS),
    activation=st.sampled_from(idioms.ACTIVATIONS),
    flatten=st.sampled_from(idioms.FLATTENS),
    size=st.integers(8, 17),
    classes=st.integers(2, 5),
    seed=st.integers(0, 99),
)
def test_random_network_answers_as_its_session(network, norm, activation, flatten, size, classes, seed):
    layers, widths = zip(*network)
    with tempfile.TemporaryDirectory() as folder:
        reading, model = lifted(folder, idioms.Idiom(size, widths, layers, norm, activation, flatten, classes, seed))
    check_alike(reading, lambda pixels: answers(model, pixels))


@pytest.mark.parametrize("norm", idioms.NORMS)
def test_batch_norm_is_one_where_its_four_parameters_are_left(tmp_path, norm):
    reading, model = lifted(tmp_path, idioms.PLAIN._replace(norm=norm))
    assert kinds(model).count("BatchNormalization") == (3 if norm.startswith(("slim", "fused")) else 0)
    assert "Rescaling" not in kinds(model)[2:]
    check_alike(reading, lambda pixels: answers(model, pixels))


def test_batch_norm_has_the_graphs_own_parameters(tmp_path):
    _, model = lifted(tmp_path, idioms.PLAIN)
    norm = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"][0]
    random = np.random.RandomState(idioms.PLAIN.seed)
    random.normal(size=(3, 3, 3, 4))
    expected = [random.uniform(0.5, 2, 4) for _ in range(2)] + [random.normal(0, 0.5, 4) for _ in range(2)]
    for weight, value in zip((norm.gamma, norm.moving_variance, norm.beta, norm.moving_mean), expected):
        np.testing.assert_array_equal(np.asarray(weight), value.astype(np.float32))
    assert norm.epsilon == pytest.approx(0.001)


@pytest.mark.parametrize("layer", idioms.LAYERS)
@pytest.mark.parametrize("size", [10, 13])
def test_each_layer_at_even_and_odd_sizes(tmp_path, layer, size):
    reading, model = lifted(tmp_path, idioms.PLAIN._replace(layers=(layer, layer), size=size))
    check_alike(reading, lambda pixels: answers(model, pixels))


def test_scale_after_pooling_is_a_layer_that_training_does_not_normalise(tmp_path):
    from poets.migrate.port.targets import keras_lift
    from poets.migrate.tensorflow_library.version1 import tf

    def network(images):
        values = tf.nn.max_pool(images, [1, 2, 2, 1], [1, 2, 2, 1], "VALID") * [1.0, 2.0, 3.0]
        return idioms.head(tf.reshape((0.5 - values) / 2.0, [-1, 48]) - np.linspace(0, 1, 48).astype(np.float32), 3)

    reading = read(idioms.write_graph(tmp_path / "graph.pb", network))
    model = keras_lift.lift(reading)
    assert kinds(model)[2:] == ["MaxPooling2D", "DepthwiseConv2D", "Flatten", "Rescaling", "Dense", "Activation"]
    check_alike(reading, lambda pixels: answers(model, pixels))


def test_output_is_named_after_its_node_even_where_that_is_a_bias(tmp_path):
    from poets.migrate.port.targets import keras_lift
    from poets.migrate.tensorflow_library.version1 import tf

    def network(images):
        features = tf.reduce_mean(tf.nn.conv2d(images, tf.ones([3, 3, 3, 2]), [1, 1, 1, 1], "SAME"), [1, 2])
        return tf.add(features, [1.0, 2.0], name="scope/output")

    model = keras_lift.lift(read(idioms.write_graph(tmp_path / "graph.pb", network)))
    assert model.output_names == ["scope_output"] and model.inputs[0].name == "images"


def test_names_that_differ_in_a_slash_only_stay_apart(tmp_path):
    from poets.migrate.port.targets import keras_lift
    from poets.migrate.tensorflow_library.version1 import tf

    def network(images):
        values = tf.nn.tanh(tf.nn.relu(images, name="a/b"), name="a_b")
        return idioms.head(tf.reduce_mean(values, [1, 2]), 2)

    model = keras_lift.lift(read(idioms.write_graph(tmp_path / "graph.pb", network)))
    assert [layer.name for layer in model.layers][2:4] == ["a_b", "a_b_2"]


def test_lifting_leaves_the_reading_as_it_was(tmp_path):
    from poets.migrate.port.targets import keras_lift

    reading = read(idioms.write_idiom(tmp_path / "graph.pb", idioms.PLAIN))
    before = reading.graph_def.SerializeToString(deterministic=True)
    keras_lift.lift(reading)
    assert reading.graph_def.SerializeToString(deterministic=True) == before


def test_labels_and_metadata_travel_inside(tmp_path):
    from poets.migrate.port.reading import graph_reading as readings
    from poets.migrate.port.reading.options import ReadingOptions
    from poets.migrate.port.targets import keras_lift
    from poets.migrate.task.networks import zip_metadata

    (tmp_path / "labels.txt").write_text("b c\na\n\u00e9\n", encoding="utf-8")
    path = str(tmp_path / "port.keras")
    reading = readings.read(
        idioms.write_idiom(tmp_path / "graph.pb", idioms.PLAIN), ReadingOptions(labels=str(tmp_path / "labels.txt"))
    )
    keras_lift.save(reading, path)
    metadata = zip_metadata.read_metadata(path)
    assert metadata is not None
    assert (
        metadata["labels"] == ["b c", "a", "\u00e9"]
        and metadata["input_size"] == 16
        and metadata["input_mean"] == 128.0
    )
    assert sorted(one for one in os.listdir(str(tmp_path)) if "port" in one or "tmp" in one) == ["port.keras"]
    check_alike(reading, keras_lift.load(path, reading))


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_keras_alone_loads_it_in_safe_mode(tmp_path, monkeypatch, backend):
    from poets.migrate.port.proof import probes
    from poets.migrate.port.targets import keras_lift

    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    reading = read(
        idioms.write_idiom(
            tmp_path / "graph.pb",
            idioms.PLAIN._replace(layers=("branches", "explicit", "separable"), widths=(4, 5, 6), size=17),
        )
    )
    path, pictures, out = (str(tmp_path / name) for name in ("port.keras", "pictures.npy", "answers.npy"))
    keras_lift.save(reading, path)
    pixels = probes.natural_pictures(square(17))
    np.save(pictures, pixels / np.float32(255))
    monkeypatch.setenv("KERAS_BACKEND", backend)  # not before: this process has its own Keras, on TensorFlow
    assert tiny.run_python(LOAD_ALONE, path, pictures, out).split() == [backend, "False"]
    np.testing.assert_allclose(np.load(out), session_answers(reading, pixels), rtol=0, atol=TOLERANCE)


@pytest.mark.shared
def test_every_shared_graph_is_in_the_list(shared_data):
    found = {str(path.relative_to(shared_data)) for path in (shared_data / "graphs").glob("[!b]*/*.pb")}
    assert found == {graph for graph in GRAPHS if graph.startswith("graphs/")}
