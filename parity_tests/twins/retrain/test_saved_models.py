"""Modern's SavedModel and .keras file: they answer as `label_image` does, wherever they are moved to."""

import os
import shutil

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.retrained import answers_of, modern_answers, photos_of

pytestmark = pytest.mark.tensorflow


def test_savedmodel_signatures_agree_with_label_image(tiny_task, both_trained, capsys):
    from poets.migrate.tensorflow_library.version2 import tf
    from poets.modern import images

    folder = os.path.join(both_trained["modern"].out, "graph")
    photos = photos_of(tiny_task)
    expected = modern_answers(folder, photos, capsys)
    loaded = tf.saved_model.load(folder)  # kept: on TF 2.6 its variables go with it, whoever holds the signatures
    signatures = loaded.signatures
    assert set(signatures) == {"serving_default", "raw", "classify_bytes", "features"}
    pixels = tf.stack([images.resize(images.decode(tf.io.read_file(path)), [128, 128]) for path in photos])
    served = signatures["serving_default"](images=pixels / 255.0)["probabilities"]
    np.testing.assert_allclose(served, expected, atol=2e-6)
    raw = signatures["raw"](input=images.normalize(pixels, 127.5, 127.5))["final_result"]
    np.testing.assert_allclose(raw, expected, atol=1e-6)
    classified = signatures["classify_bytes"](image_bytes=tf.stack([tf.io.read_file(path) for path in photos]))
    labels = np.array(["blue flag", "daisy", "dent", "kale", "moss"])
    order = np.argsort(-expected, axis=1)
    assert (np.char.decode(classified["labels"].numpy().astype("S")) == labels[order]).all()
    np.testing.assert_allclose(classified["scores"], np.take_along_axis(expected, order, 1), atol=1e-6)


def test_labels_travel_inside(both_trained):
    run = both_trained["modern"]
    assert tiny.read_bytes(run.out, "graph", "assets", "labels.txt") == tiny.read_bytes(run.out, "labels.txt")
    assert os.path.exists(os.path.join(run.out, "graph", "assets", "poets.json"))


def test_savedmodel_works_where_it_is_moved_to(tiny_task, both_trained, tmp_path, monkeypatch, capsys):
    """Nothing of it points back: not to the network's module in the cache, not to where it was written."""
    shutil.copytree(os.path.join(both_trained["modern"].out, "graph"), str(tmp_path / "moved"))
    photos = photos_of(tiny_task, 3)
    expected = modern_answers(os.path.join(both_trained["modern"].out, "graph"), photos, capsys)
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "no_cache"))
    code, out, err = tiny.run_command("modern", "label_image", "--graph", tmp_path / "moved", "--json", "-", *photos)
    assert code == 0 and err == ""
    np.testing.assert_allclose(answers_of(out, ["blue flag", "daisy", "dent", "kale", "moss"]), expected, atol=1e-6)


LOAD_KERAS = """
import sys
import numpy as np
from poets.migrate.tensorflow_library.hub_layer import HubLayer
from poets.migrate.tensorflow_library.version2 import keras
model = keras.models.load_model(sys.argv[1])
assert model.get_layer("final_result") is not None
np.save(sys.argv[3], np.asarray(model(np.load(sys.argv[2]))))
"""


def test_keras_file_loads_in_a_fresh_process(tiny_task, both_trained, tmp_path, capsys):
    from poets.migrate.tensorflow_library.version2 import KERAS_3, tf
    from poets.modern import images

    if not KERAS_3:
        pytest.skip(".keras files are Keras 3's")
    photos = photos_of(tiny_task)
    path = os.path.join(both_trained["modern"].out, "graph.keras")
    shutil.copy(path, str(tmp_path / "moved.keras"))
    expected = modern_answers(os.path.join(both_trained["modern"].out, "graph"), photos, capsys)
    np.testing.assert_allclose(modern_answers(path, photos, capsys), expected, atol=1e-6)
    pixels = tf.stack([images.resize(images.decode(tf.io.read_file(photo)), [128, 128]) for photo in photos])
    np.save(str(tmp_path / "pixels.npy"), images.normalize(pixels, 127.5, 127.5).numpy())
    tiny.run_python(LOAD_KERAS, tmp_path / "moved.keras", tmp_path / "pixels.npy", tmp_path / "answers.npy")
    np.testing.assert_allclose(np.load(str(tmp_path / "answers.npy")), expected, atol=1e-6)
