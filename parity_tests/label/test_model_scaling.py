"""TensorFlow 2 models that scale pixels themselves are fed what they take."""

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


def layers_of(kind):
    from poets.migrate.tensorflow_library.version2 import keras

    layers = keras.layers
    return {
        "none": [],
        "to 0..1": [layers.Rescaling(1 / 255)],
        "to -1..1": [layers.Rescaling(1 / 127.5, offset=-1)],
        "0..1 to -1..1": [layers.Rescaling(2.0, offset=-1.0)],
        "mean": [layers.Normalization(mean=[120.0, 110.0, 100.0], variance=[3000.0, 3100.0, 3200.0])],
        "mean of 0..1": [layers.Normalization(mean=[0.4, 0.4, 0.4], variance=[0.05, 0.05, 0.05])],
        "flip": [layers.RandomFlip(), layers.Rescaling(1 / 255)],
        "resize": [layers.Resizing(16, 16), layers.Rescaling(1 / 255)],
    }[kind]


def model_of(kind):
    from poets.migrate.tensorflow_library.version2 import keras

    keras.utils.set_random_seed(0)
    inputs = keras.Input([24, 24, 3])
    value = inputs
    if kind == "operators":
        value = value / 127.5 - 1
    elif kind == "nested":
        value = model_of("to 0..1")(value)
    else:
        for layer in layers_of(kind):
            value = layer(value)
    if kind != "nested":
        value = keras.layers.Conv2D(4, 3, activation="relu")(value)
        value = keras.layers.Dense(3, activation="softmax")(keras.layers.GlobalAveragePooling2D()(value))
    return keras.Model(inputs, value)


@pytest.mark.parametrize(
    "kind, std",
    [
        ("none", None),
        ("to 0..1", 1.0),
        ("to -1..1", 1.0),
        ("0..1 to -1..1", 255.0),
        ("mean", 1.0),
        ("mean of 0..1", 255.0),
        ("operators", 1.0),
        ("nested", 1.0),
        ("flip", 1.0),
        ("resize", 1.0),
    ],
)
def test_the_scale_is_read_from_the_model(tmp_path, kind, std):
    from poets.migrate.tensorflow_library.opened_models import load_model

    model = model_of(kind)
    model.save(str(tmp_path / "model.keras"))
    paths = [tmp_path / "model.keras"]
    if kind != "flip":  # what Keras exports of it flips at random
        model.export(str(tmp_path / "exported"), verbose=False)
        paths.append(tmp_path / "exported")
    for path in paths:
        found = load_model(str(path)).preprocessing
        assert (found.mean, found.std) == (0.0, std or 255.0) and found.guessed == (std is None)


def test_a_port_that_is_wrapped_to_take_pixels_is_equal(tmp_path):
    from parity_tests.fixtures.models import idioms
    from poets.migrate import cli
    from poets.migrate.tensorflow_library.opened_models import load_model
    from poets.migrate.tensorflow_library.version2 import keras

    network = idioms.PLAIN._replace(size=24, widths=(8, 16))
    graph = idioms.write_idiom(tmp_path / "graph.pb", network)
    assert cli.main(["port", graph, "--to", "keras", "--output", str(tmp_path / "out"), "--quiet"]) == 0
    ported = str(tmp_path / "out" / "model.keras")
    wrapped = keras.Sequential(
        [
            keras.Input([24, 24, 3]),
            keras.layers.Rescaling(1 / 255),
            keras.models.load_model(ported, compile=False),
        ]
    )
    wrapped.save(str(tmp_path / "wrapped.keras"))
    models = [load_model(path) for path in (ported, str(tmp_path / "wrapped.keras"))]
    pixels = np.random.RandomState(0).randint(0, 256, [2, 24, 24, 3]).astype(np.float32)
    answers = [np.asarray(model.run(model.preprocessing.normalize(pixels))) for model in models]
    np.testing.assert_allclose(answers[0], answers[1], rtol=0, atol=1e-6)
