"""`poets mnist` in both twins: they train on the same numbers, and what they leave behind answers as they did."""

import importlib
import json
import os

import numpy as np
import pytest

from parity_tests.fixtures import tiny


def lab_run(twin, data, folder, *flags):
    """Run a twin's command in this process: its record."""
    out = os.path.join(str(folder), twin)
    argv = [
        "--data",
        data,
        "--epochs",
        "2",
        "--output",
        os.path.join(out, "model"),
        "--json",
        os.path.join(out, "record.json"),
        "--quiet",
    ]
    assert importlib.import_module("poets." + twin + ".mnist").main(argv + list(flags)) == 0
    return tiny.read_record(out)


@pytest.fixture(scope="module", params=["dense", "conv"])
def runs(request, data, tmp_path_factory):
    """The folder of both twins' outputs, and their records by name."""
    folder = tmp_path_factory.mktemp(request.param)
    return folder, {twin: lab_run(twin, data, folder, "--layers", request.param) for twin in tiny.TWINS}


@pytest.mark.tensorflow
def test_both_commands_train_on_the_same_numbers(runs):
    legacy, modern = (runs[1][twin] for twin in tiny.TWINS)
    for key in ("data", "random_seed", "settings", "parameters", "train_images", "test_images", "steps"):
        assert legacy[key] == modern[key], key
    assert legacy["steps"] == 26 and legacy["parameters"] in (101770, 108618)
    for ours, theirs in zip(legacy["epochs"], modern["epochs"]):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=1e-4)
        assert ours["test_loss"] == pytest.approx(theirs["test_loss"], abs=1e-3)
    assert legacy["epochs"][1]["loss"] < legacy["epochs"][0]["loss"]
    assert legacy["test_accuracy"] > 0.3  # chance is 0.1
    assert modern["versions"]["keras"] and "training" in modern["used"]["devices"]


@pytest.mark.tensorflow
def test_what_the_commands_leave_behind_answers_as_they_did(runs, drawn):
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.tensorflow_library.version1 import tf as tf1
    from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf

    folder, records = runs
    with tf1.Graph().as_default():
        answers = tf1.import_graph_def(
            read_graph(str(folder / "legacy" / "model"), tf1.GraphDef()), return_elements=["final_result:0"], name=""
        )[0]
        with tf1.Session() as session:
            legacy = session.run(answers, {"images:0": drawn.test_images})
    loaded = tf.saved_model.load(str(folder / "modern" / "model"))
    modern = loaded.signatures["serving_default"](images=tf.constant(drawn.test_images))["probabilities"].numpy()
    np.testing.assert_allclose(legacy, modern, rtol=0, atol=1e-3)
    for twin, found in (("legacy", legacy), ("modern", modern)):
        assert np.mean(found.argmax(1) == drawn.test_labels) == pytest.approx(records[twin]["test_accuracy"])
    if KERAS_3:
        kept = keras.models.load_model(str(folder / "modern" / "model.keras"), safe_mode=True)
        np.testing.assert_allclose(kept(drawn.test_images[..., np.newaxis]).numpy(), modern, rtol=0, atol=1e-6)


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_no_epochs_leave_the_network_as_drawn_and_epochs_are_told(twin, data, capsys):
    main = importlib.import_module("poets." + twin + ".mnist").main
    assert main(["--data", data, "--epochs", "0", "--json", "-"]) == 0
    seen = capsys.readouterr()
    assert json.loads(seen.out)["epochs"] == [] and "101770 parameters, 400 images" in seen.err
    assert main(["--data", data, "--epochs", "1", "--hidden", "16", "--batch_size", "150", "-v"]) == 0
    assert "Epoch 1/1: loss " in capsys.readouterr().err


@pytest.mark.interpreters
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_the_commands_on_python_3_6(data, tmp_path, tx2_python, twin):
    code, out, err = tiny.run_command(
        twin,
        "mnist",
        "--data",
        data,
        "--epochs",
        "1",
        "--json",
        "-",
        "--output",
        str(tmp_path / "model"),
        python=str(tx2_python),
    )
    assert code == 0, err
    assert json.loads(out)["steps"] == 13 and (tmp_path / "model").exists()
