"""Fine-tuning a TensorFlow Hub module: thawed as said, and refused where it has nothing to train."""

import numpy as np
import pytest

from parity_tests.fixtures import small_memory, tiny
from parity_tests.fixtures.commands.fine_tuned import NETWORK, TUNE
from poets.migrate.task.networks.architectures import EMBEDDED, find_architecture


@pytest.mark.tensorflow
def test_a_hub_module_is_thawed(tiny_task, tmp_path, capsys):
    from poets.migrate.tensorflow_library.network_module import save_module

    (tmp_path / "module").mkdir()
    save_module(NETWORK, find_architecture(EMBEDDED), str(tmp_path / "module"))
    flags = TUNE[:-1] + (
        "--tfhub_module",
        str(tmp_path / "module"),
        "--fine_tune_layers",
        "2",
        "--how_many_training_steps",
        "3",
    )
    run = tiny.retrain("modern", tiny_task, tmp_path / "run", *flags, capsys=capsys)
    assert run.code == 0, run.message
    found = run.record["fine_tuning"]
    assert found["all_layers"] == 28 and found["layers"] == 2 and found["moved"] > 0
    assert "Are the layers frozen? 2 of 28 thawed" in run.message


@pytest.fixture(scope="module")
def odd_modules(tmp_path_factory):
    """Two Hub modules: one of TF1's format, and one whose variables have no names, one of them not in use."""
    from poets.migrate.tensorflow_library.version2 import tf

    folder = tmp_path_factory.mktemp("modules")
    random = np.random.RandomState(1)
    kernels = [random.normal(0, 0.2, shape).astype(np.float32) for shape in ((8, 8, 3, 6), (1, 1, 6, 9), (1, 1, 9, 9))]
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        images = v1.placeholder(tf.float32, [None, 128, 128, 3])
        weights = v1.get_variable("w", initializer=kernels[0])
        features = tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(images, weights, 8, "SAME")), [1, 2])
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(folder / "old"))
        builder.add_meta_graph_and_variables(
            session, [], {"default": v1.saved_model.predict_signature_def({"images": images}, {"default": features})}
        )
        builder.save()
    module = tf.train.Checkpoint()
    module.variables = module.trainable_variables = [tf.Variable(kernel) for kernel in kernels]
    module.regularization_losses = []

    @tf.function(input_signature=[tf.TensorSpec([None, 128, 128, 3])])
    def call(images):
        layer = tf.nn.relu(tf.nn.conv2d(images, module.variables[0], 8, "SAME"))
        return tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(layer, module.variables[1], 1, "SAME")), [1, 2])

    module.__call__ = call
    tf.saved_model.save(module, str(folder / "nameless"))
    return folder


@pytest.mark.tensorflow
def test_a_module_that_cannot_train_is_refused_before_any_work(tiny_task, odd_modules, tmp_path, capsys):
    flags = TUNE[:-1] + ("--tfhub_module", odd_modules / "old")
    run = tiny.retrain("modern", tiny_task, tmp_path / "run", *flags, capsys=capsys)
    assert (
        run.code == 2
        and "has no trainable weights (modules in TF1's format have none); --fine_tune_layers 0" in run.message
    )
    assert "bottlenecks computed" not in run.message
    run = tiny.retrain("modern", tiny_task, tmp_path / "run", *(flags + ("--fine_tune_layers", "0")), capsys=capsys)
    assert run.code == 0 and run.record["fine_tuning"]["weights"] == 2, run.message


@pytest.mark.tensorflow
def test_nameless_and_unused_weights(tiny_task, odd_modules, tmp_path, capsys):
    with small_memory.holds("modern", 5):
        run = tiny.retrain(
            "modern",
            tiny_task,
            tmp_path / "run",
            *(TUNE[:-1] + ("--tfhub_module", odd_modules / "nameless")),
            capsys=capsys,
        )
    assert run.code == 0 and "Traceback" not in run.message, run.message
    found = run.record["fine_tuning"]
    assert (found["layers"], found["all_layers"], found["weights"]) == (3, 3, 5) and found["moved"] > 0
