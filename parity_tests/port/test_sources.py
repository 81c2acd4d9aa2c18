"""Networks kept as SavedModels and checkpoints of TensorFlow 1: opened, inspected, ported; and those that cannot be."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest

from parity_tests.fixtures.models import old_sources
from poets.migrate import cli
from poets.migrate.graphs import network_files
from poets.migrate.task.errors import BadInput
from poets.migrate.task.worker.start import project_root

pytestmark = pytest.mark.tensorflow

# kind -> where it is, and which answers are its
KEPT = [
    ("saved_model", "saved_model"),
    ("saved_model/saved_model.pb", "saved_model"),
    ("checkpoint", "saved_model"),
    ("checkpoint/_retrain_checkpoint", "saved_model"),
    ("checkpoint/_retrain_checkpoint.meta", "saved_model"),
    ("checkpoint/_retrain_checkpoint.index", "saved_model"),
    ("checkpoint/_retrain_checkpoint.data-00000-of-00001", "saved_model"),
    ("head/model.ckpt-40", "head"),
]
TARGETS = ("savedmodel", "hub", "keras", "tflite")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Everything that `old_sources` writes, by this TensorFlow's compat.v1."""
    folder = tmp_path_factory.mktemp("kept")
    old_sources.write_all(str(folder))
    return folder


@pytest.fixture(scope="module")
def kept_by_tf1(tf1_python, tmp_path_factory):
    """The same and a Keras model, by real TensorFlow 1.15."""
    folder = tmp_path_factory.mktemp("kept_by_tf1")
    # TensorFlow 2, imported in this process, sets TF2_BEHAVIOR, and 1.15 would write what nobody's 1.15 wrote
    environment = {name: value for name, value in os.environ.items() if name != "TF2_BEHAVIOR"}
    run = subprocess.run(
        [str(tf1_python), "-m", "parity_tests.fixtures.models.old_sources", str(folder)],
        cwd=project_root(),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout.decode("utf-8")[-2000:]
    return folder


def read(folder, name, **settings):
    from poets.migrate.port.reading import graph_reading
    from poets.migrate.port.reading.options import ReadingOptions

    return graph_reading.read(str(folder / name), ReadingOptions(backbone=str(folder / "backbone.pb"), **settings))


def check_answers(folder, name, answers):
    from poets.migrate.port.reading import original

    found = read(folder, name)
    with np.load(str(folder / "answers.npz")) as recorded:
        given = original.original_answers(found, recorded["pictures"])
        np.testing.assert_allclose(given, recorded[answers], rtol=0, atol=1e-6)
        frozen = original.session_answers(
            found.original, found.roles.input_layer, found.roles.output_layer, recorded["pictures"], True
        )
    np.testing.assert_array_equal(given, frozen)


@pytest.mark.parametrize("name, answers", KEPT)
def test_whatever_it_is_kept_as_it_answers_as_when_it_was_saved(kept, name, answers):
    check_answers(kept, name, answers)


@pytest.mark.interpreters
@pytest.mark.parametrize("name, answers", KEPT + [("keras", "keras")])
def test_what_tensorflow_1_15_kept_answers_as_it_did_there(kept_by_tf1, name, answers):
    check_answers(kept_by_tf1, name, answers)


@pytest.mark.interpreters
@pytest.mark.parametrize("name", ["saved_model", "checkpoint/_retrain_checkpoint.meta", "head/model.ckpt-40", "keras"])
def test_what_tensorflow_1_15_kept_is_ported_to_every_target(kept_by_tf1, tmp_path, name, capfd):
    report = port_to_all(kept_by_tf1, name, tmp_path, capfd)
    rewrites = [rewrite["name"] for rewrite in report["rewrites"]]
    assert ("learning_phase" in rewrites) == (name == "keras")


def port_to_all(folder, name, tmp_path, capfd):
    out = str(tmp_path / "report.json")
    argv = ["port", str(folder / name), "--output", str(tmp_path / "out"), "--to", ",".join(TARGETS), "--quiet"]
    code = cli.main(argv + ["--json", out] + (["--backbone", str(folder / "backbone.pb")] if "head" in name else []))
    assert code == 0, capfd.readouterr().err
    with open(out, encoding="utf-8") as file:
        report = json.load(file)
    assert report["verdict"] == "equal" and set(report["targets"]) == set(TARGETS)
    moved = max([0.0] + [rewrite["tolerance"] for rewrite in report["rewrites"]])
    assert report["targets"]["savedmodel"]["max_abs"] <= moved
    assert report["input"]["mean"] == 0 and report["input"]["std"] == 255
    return report


def test_a_saved_model_of_the_hub_era_is_ported_to_every_target(kept, tmp_path, capfd):
    (tmp_path / "found").mkdir()
    shutil.copytree(str(kept / "saved_model"), str(tmp_path / "found" / "saved_model"))
    (tmp_path / "found" / "output_labels.txt").write_text("ash\nelm\noak\n")
    report = port_to_all(tmp_path / "found", "saved_model", tmp_path, capfd)
    assert report["labels"] == ["ash", "elm", "oak"]


def test_changed_variables_are_ported_again(kept, tmp_path, capfd):
    (tmp_path / "found").mkdir()
    shutil.copytree(str(kept / "saved_model"), str(tmp_path / "found" / "model"))
    argv = ["port", str(tmp_path / "found" / "model"), "--output", str(tmp_path / "out")]
    assert cli.main(argv) == 0 and "done before" not in capfd.readouterr().out
    assert cli.main(argv) == 0 and "done before" in capfd.readouterr().out
    data = tmp_path / "found" / "model" / "variables" / "variables.data-00000-of-00001"
    changed = bytearray(data.read_bytes())
    changed[-3] ^= 1
    before = network_files.fingerprint(str(tmp_path / "found" / "model"))
    data.write_bytes(bytes(changed))
    assert network_files.fingerprint(str(tmp_path / "found" / "model")) != before


def test_folders_are_searched_for_every_kind(kept, tmp_path, capfd):
    folder = tmp_path / "found"
    for name in ("saved_model", "checkpoint"):
        shutil.copytree(str(kept / name), str(folder / name))
    assert cli.main(["port", str(folder), "--output", str(tmp_path / "out"), "--quiet"]) == 0, capfd.readouterr().err
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert sorted(os.path.basename(report["graph"]) for report in summary["ports"]) == [
        "_retrain_checkpoint.meta",
        "saved_model",
    ]
    assert cli.main(["port", str(tmp_path / "out"), "--output", str(tmp_path / "again")]) == 2
    assert "nothing at" in capfd.readouterr().err  # ports are TF2 SavedModels: not to be ported again


def test_inspect_says_what_it_is_kept_as(kept, capsys):
    for name, words in (
        ("saved_model", "a TensorFlow 1 SavedModel"),
        ("checkpoint", "a checkpoint with its graph"),
        ("head/model.ckpt-40", "a checkpoint of the last layer alone, joined to"),
    ):
        assert cli.main(["inspect", str(kept / name), "--backbone", str(kept / "backbone.pb")]) == 0
        assert words in capsys.readouterr().out


def refused(argv, capsys):
    assert cli.main([str(word) for word in argv]) == 2
    err = capsys.readouterr().err.strip()
    assert len(err.splitlines()) == 1 and "Traceback" not in err
    return err


def test_a_last_layer_alone_asks_for_its_network(kept, capsys):
    err = refused(["inspect", kept / "head" / "model.ckpt-40"], capsys)
    assert "a last layer alone (7 features to 3 classes)" in err and "--backbone" in err


def test_a_network_of_another_width_is_refused(kept, tmp_path, capsys):
    from parity_tests.fixtures.models import idioms

    other = idioms.write_idiom(tmp_path / "other.pb", idioms.PLAIN)
    err = refused(["inspect", kept / "head" / "model.ckpt-40", "--backbone", other], capsys)
    assert f"no node of {other} has the checkpoint's 7 features" in err


def test_a_whole_checkpoint_without_its_graph_asks_for_the_meta_file(kept, tmp_path, capsys):
    shutil.copytree(str(kept / "checkpoint"), str(tmp_path / "checkpoint"))
    os.remove(str(tmp_path / "checkpoint" / "_retrain_checkpoint.meta"))
    assert ".meta file" in refused(["inspect", tmp_path / "checkpoint"], capsys)


def test_a_graph_without_its_values_says_what_is_missing(kept, tmp_path, capsys):
    shutil.copy(str(kept / "checkpoint" / "_retrain_checkpoint.meta"), str(tmp_path / "alone.meta"))
    assert "its values are not beside it" in refused(["inspect", tmp_path / "alone.meta"], capsys)


def test_a_tf2_saved_model_is_told_from_a_tf1_one(tmp_path, capsys):
    import tensorflow as tf

    tf.saved_model.save(tf.train.Checkpoint(), str(tmp_path / "two"))
    assert cli.main(["inspect", str(tmp_path / "two")]) == 0
    assert "kept as: a TensorFlow 2 SavedModel" in capsys.readouterr().out
    said = refused(["bisect", tmp_path / "two", tmp_path / "two"], capsys)
    assert "is a TensorFlow 2 SavedModel already" in said


@pytest.mark.parametrize(
    "missing, words",
    [
        ("variables", "has variables but nothing to restore them from"),
        ("cut", "is not a SavedModel, or is truncated"),
        ("data", "cannot be restored"),
    ],
)
def test_a_saved_model_that_lost_something_says_what(kept, tmp_path, capsys, missing, words):
    model = tmp_path / "model"
    shutil.copytree(str(kept / "saved_model"), str(model))
    if missing == "variables":
        shutil.rmtree(str(model / "variables"))
    elif missing == "cut":
        (model / "saved_model.pb").write_bytes((model / "saved_model.pb").read_bytes()[:999])
    else:
        data = model / "variables" / "variables.data-00000-of-00001"
        data.write_bytes(data.read_bytes()[:99])
    assert words in refused(["port", model, "--output", tmp_path / "out"], capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("where, refuses", [("before the answer", True), ("beside the answer", False)])
def test_an_op_that_reaches_outside_is_not_run(tmp_path, where, refuses):
    from poets.migrate.port.reading import graph_reading, original
    from poets.migrate.tensorflow_library.version1 import tf

    trace = tmp_path / "written"
    with tf.Graph().as_default(), tf.Session() as session:
        images = tf.placeholder(tf.float32, [None, 8, 8, 3])
        weights = tf.Variable(np.ones((3, 2), np.float32))
        write = tf.io.write_file(str(trace), "seen")
        with tf.control_dependencies([write] if where == "before the answer" else []):
            answer = tf.nn.softmax(tf.matmul(tf.reduce_mean(images, [1, 2]), weights), name="final_result")
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, str(tmp_path / "model"), {"image": images}, {"prediction": answer})
    if refuses:
        with pytest.raises(BadInput, match="WriteFile writes files"):
            graph_reading.read(str(tmp_path / "model"))
    else:
        found = graph_reading.read(str(tmp_path / "model"))
        assert original.original_answers(found, np.zeros((1, 8, 8, 3), np.float32)).shape == (1, 2)
    assert not trace.exists()
