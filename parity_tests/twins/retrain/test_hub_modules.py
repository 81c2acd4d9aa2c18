"""TensorFlow Hub modules in modern's `retrain`: from folders and archives, and as a layer to fine-tune."""

import os
import shutil
import tarfile

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.retrained import modern_answers, photos_of

pytestmark = pytest.mark.tensorflow

WRITE_MODULE = """
import sys
from poets.migrate.tensorflow_library.version2 import tf
tf.random.set_seed(3)
module = tf.train.Checkpoint()
module.kernel = tf.Variable(tf.random.normal([6, 6, 3, 16], stddev=0.2), name="kernel")
module.offset = tf.Variable(tf.zeros([16]), name="offset")
module.calls = tf.Variable(0.0, trainable=False, name="calls")
@tf.function(input_signature=[tf.TensorSpec([None, 48, 48, 3], tf.float32)])
def features(images):
    return tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(images, module.kernel, 6, "VALID") + module.offset), [1, 2])
@tf.function(input_signature=[])
def penalty():
    return 0.01 * tf.reduce_sum(tf.square(module.kernel))
module.__call__ = features
module.variables = [module.kernel, module.offset, module.calls]
module.trainable_variables = [module.kernel, module.offset]
module.regularization_losses = [penalty]
tf.saved_model.save(module, sys.argv[1])
"""


@pytest.fixture(scope="module")
def hub_module(tmp_path_factory):
    """Folder of a TensorFlow Hub module: pixels 0..1 at 48 px -> 16 features."""
    folder = tmp_path_factory.mktemp("hub") / "stripes"
    tiny.run_python(WRITE_MODULE, folder)
    return folder


def test_a_hub_module_from_a_folder_and_from_an_archive(tiny_task, hub_module, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "hub_cache"))
    archive = tmp_path / "stripes.tar.gz"
    with tarfile.open(str(archive), "w:gz") as tar:
        tar.add(str(hub_module), arcname=".")
    heads = []
    for number, handle in enumerate((str(hub_module), f"file://{archive}", str(archive))):
        run = tiny.retrain(
            "modern",
            tiny_task,
            tmp_path / str(number),
            "--tfhub_module",
            handle,
            "--learning_rate",
            "0.5",
            capsys=capsys,
        )
        assert run.code == 0, run.message
        assert run.record["bottlenecks_computed"] == 120
        heads.append(tiny.modern_head(run.out))
        assert heads[-1][0].shape == (16, 5)
        np.testing.assert_array_equal(heads[-1][0], heads[0][0])
    answers = modern_answers(os.path.join(tmp_path, "0", "graph"), photos_of(tiny_task), capsys)
    np.testing.assert_allclose(answers.sum(1), 1, atol=1e-5)
    keras_file = os.path.join(str(tmp_path), "0", "graph.keras")
    if os.path.exists(keras_file):  # it knows that this module wants pixels in 0..1
        np.testing.assert_allclose(modern_answers(keras_file, photos_of(tiny_task), capsys), answers, atol=1e-6)


def test_a_hub_module_written_anew_in_its_place_is_another(tiny_task, hub_module, tmp_path):
    shutil.copytree(str(hub_module), str(tmp_path / "module"))
    flags = ("--tfhub_module", tmp_path / "module", "--how_many_training_steps", "1", "--quiet")
    computed = [tiny.retrain("modern", tiny_task, tmp_path, *flags).record["bottlenecks_computed"] for _ in range(2)]
    (tmp_path / "module" / "assets" / "note.txt").parent.mkdir(exist_ok=True)
    (tmp_path / "module" / "assets" / "note.txt").write_text("another module")
    computed.append(tiny.retrain("modern", tiny_task, tmp_path, *flags).record["bottlenecks_computed"])
    assert computed == [120, 0, 120]


def test_what_is_no_hub_module_is_refused(tiny_task, tmp_path, capsys):
    for handle in (tmp_path / "nothing", tiny_task / "photos"):
        run = tiny.retrain("modern", tiny_task, tmp_path / "out", "--tfhub_module", handle, capsys=capsys)
        assert run.code == 2 and run.message.startswith("error: --tfhub_module: ") and run.message.count("\n") == 1
        assert not (tmp_path / "out" / "graph").exists()


FINE_TUNE = """
import sys
import numpy as np
from poets.migrate.tensorflow_library.hub_layer import HubLayer
from poets.migrate.tensorflow_library.version2 import KERAS_3
from poets.migrate.tensorflow_library.version2 import keras
from poets.migrate.tensorflow_library.version2 import tf
frozen = HubLayer(sys.argv[1])
assert not frozen.trainable_variables and not frozen.trainable_weights
layer = HubLayer(sys.argv[1], trainable=True)
assert len(layer.trainable_weights) == 2 and len(layer.non_trainable_weights) == 1
images = np.random.RandomState(0).random_sample((8, 48, 48, 3)).astype(np.float32)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(layer(images))
gradients = tape.gradient(loss, layer._module.trainable_variables)
assert all(gradient is not None and np.abs(gradient.numpy()).max() > 0 for gradient in gradients)
entry = keras.Input([48, 48, 3])
model = keras.Model(entry, keras.layers.Dense(2)(layer(entry)))
assert len(model.trainable_weights) == 4
model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
before = [variable.numpy() for variable in layer._module.trainable_variables]
model(images)
assert len(model.losses) == 1
np.testing.assert_allclose(float(model.losses[0]), 0.01 * np.sum(before[0] ** 2), rtol=1e-5)
model.fit(images, np.arange(8) % 2, epochs=1, verbose=0)
after = [variable.numpy() for variable in layer._module.trainable_variables]
assert all(np.abs(new - old).max() > 1e-5 for new, old in zip(after, before))
if KERAS_3:
    model.save(sys.argv[2])
    again = keras.models.load_model(sys.argv[2])
    np.testing.assert_allclose(np.asarray(again(images)), np.asarray(model(images)), atol=1e-6)
    assert len(again.trainable_weights) == 4
print("tuned", keras.__version__)
"""


def test_hub_layer_can_be_fine_tuned(hub_module, tmp_path):
    assert "tuned" in tiny.run_python(FINE_TUNE, hub_module, tmp_path / "tuned.keras")


@pytest.mark.interpreters
def test_hub_layer_can_be_fine_tuned_under_keras_2(tmp_path, tx2_python):
    tiny.run_python(WRITE_MODULE, tmp_path / "stripes", python=tx2_python)
    assert "tuned 2." in tiny.run_python(FINE_TUNE, tmp_path / "stripes", tmp_path / "tuned.keras", python=tx2_python)
