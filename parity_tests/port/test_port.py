"""`poets port` on a single graph: made once, of use elsewhere, and refused in a line where it cannot be."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest

from parity_tests.fixtures.commands.ending import exit_code
from parity_tests.fixtures.commands.port import port
from poets.migrate.task.worker.start import project_root


@pytest.mark.shared
@pytest.mark.parametrize(
    "name, words",
    [
        ("a_photo.pb", "is a picture, not a graph"),
        ("empty.pb", "is an empty file"),
        ("lfs_pointer.pb", "is a Git LFS pointer"),
        ("truncated_graph.pb", "cut short"),
    ],
)
def test_each_broken_file_has_its_own_word(shared_data, tmp_path, capsys, name, words):
    assert port(shared_data / "graphs" / "broken" / name, "--output", tmp_path / "out") == 2
    err = capsys.readouterr().err.strip()
    assert words in err and len(err.splitlines()) == 1 and "Traceback" not in err
    assert not os.path.exists(str(tmp_path / "out"))


@pytest.mark.shared
def test_labels_of_another_graph_are_refused_with_the_line(shared_data, tmp_path, capsys):
    graph = shared_data / "graphs" / "caltech256_160px" / "retrained_graph.pb"
    wrong = graph.parent / "labels_257_wrong.txt"
    assert port(graph, "--labels", wrong, "--output", tmp_path / "out") == 2
    assert "first label that cannot belong: line 204 '257 clutter'" in capsys.readouterr().err


@pytest.mark.tensorflow
def test_a_port_is_not_made_twice(tmp_path, capsys):
    graph = tmp_path / "found.pb"
    shutil.copy(
        os.path.join(project_root(), "migrate", "demo", "mobilenet_v1_0.25_96_painted", "frozen_graph.pb"), str(graph)
    )
    assert port(graph, "--output", tmp_path / "out") == 0
    assert "EQUAL to the original in a Session\n" in capsys.readouterr().out
    before = os.stat(str(tmp_path / "out" / "savedmodel" / "saved_model.pb")).st_mtime_ns
    assert port(graph, "--output", tmp_path / "out") == 0
    assert "done before" in capsys.readouterr().out
    assert os.stat(str(tmp_path / "out" / "savedmodel" / "saved_model.pb")).st_mtime_ns == before


@pytest.mark.tensorflow
def test_graphs_that_reach_outside_are_refused_before_they_run(tmp_path, capsys):
    from poets.migrate.tensorflow_library.version1 import tf

    ops = {
        "ReadFile": "reads files",
        "WriteFile": "writes files",
        "PyFunc": "runs Python",
        "FrobnicateV9": "is not one of TensorFlow's ops",
    }
    for op in ops:
        graph_def = tf.GraphDef()
        placeholder = graph_def.node.add(name="input", op="Placeholder")
        placeholder.attr["dtype"].type = 1
        graph_def.node.add(name="innocent", op=op)
        graph_def.node.add(name="final_result", op="Softmax", input=["input", "^innocent"]).attr["T"].type = 1
        (tmp_path / (op + ".pb")).write_bytes(graph_def.SerializeToString())
    graphs = [tmp_path / (op + ".pb") for op in ops]
    assert port(*(graphs + ["--output", tmp_path / "out"])) == 1
    said = (tmp_path / "out" / "summary.json").read_text()
    for op, why in ops.items():
        assert f"{op} {why} (node 'innocent')" in said and f"--allow_ops {op}" in said
    assert not list((tmp_path / "out").glob("**/*saved_model.pb"))
    assert port(graphs[0], "--output", tmp_path / "alone") == 2
    assert "ReadFile reads files (node 'innocent')" in capsys.readouterr().err and not (tmp_path / "alone").exists()


@pytest.mark.parametrize(
    "argv, words",
    [
        (["nowhere.pb", "--output", "out"], "GRAPH: nothing at 'nowhere.pb'"),
        ([__file__, "--output", "out", "--to", "caffe"], "--to: no target 'caffe'"),
        ([__file__], "required: --output"),
    ],
)
def test_mistakes_are_one_line(argv, words, capsys):
    code = exit_code(port, *argv)
    err = capsys.readouterr().err.strip()
    assert code == 2 and words in err and len(err.splitlines()) == 1


@pytest.mark.tensorflow
@pytest.mark.slow
def test_one_epoch_of_fine_tuning_a_hub_port_changes_the_network_and_lowers_the_loss(tmp_path):
    from poets.migrate.demo.flowers import KINDS, paint_flower
    from poets.migrate.tensorflow_library.hub_layer import HubLayer
    from poets.migrate.tensorflow_library.version2 import keras

    network = os.path.join(project_root(), "migrate", "demo", "mobilenet_v1_0.25_96_painted", "frozen_graph.pb")
    assert port(network, "--output", tmp_path / "out", "--to", "hub", "--quiet") == 0
    # kinds in turns: batches of one kind each would end wherever the last one pulled
    photos = [
        np.asarray(paint_flower(kind, index).resize((96, 96)), np.float32) / 255
        for index in range(8)
        for kind in sorted(KINDS)
    ]
    classes = np.tile(np.arange(5), 8)
    keras.utils.set_random_seed(0)  # of the dense layer's weights
    layer = HubLayer(str(tmp_path / "out" / "hub"), trainable=True)
    model = keras.Sequential([keras.Input([96, 96, 3]), layer, keras.layers.Dense(5)])
    model.compile(keras.optimizers.SGD(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert len(layer.trainable_weights) == 83  # slim's MobileNet v1: 28 kernels, 27 gammas, 27 betas, one bias
    before = [np.array(weights) for weights in layer.get_weights()]
    loss = model.evaluate(np.stack(photos), classes, verbose=0)
    model.fit(np.stack(photos), classes, batch_size=8, epochs=1, verbose=0, shuffle=False)
    changed = [not np.array_equal(old, new) for old, new in zip(before, layer.get_weights())]
    assert sum(changed) >= 80
    assert model.evaluate(np.stack(photos), classes, verbose=0) < loss


@pytest.mark.shared
@pytest.mark.interpreters
def test_a_port_made_on_tensorflow_2_6_answers_the_same_here(shared_data, tx2_python, tmp_path):
    from poets.migrate.port.proof.prove import prove
    from poets.migrate.port.reading.options import ReadingOptions

    graph = shared_data / "graphs" / "fruits" / "retrained_graph.pb"
    run = subprocess.run(
        [
            str(tx2_python),
            "-m",
            "poets",
            "port",
            str(graph),
            "--to",
            "savedmodel,hub,tflite",
            "--output",
            str(tmp_path / "out"),
            "--quiet",
        ],
        env=dict(os.environ, PYTHONPATH=project_root()),
        timeout=300,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert run.returncode == 0, run.stdout.decode("utf-8")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    paths = {name: found["path"] for name, found in report["targets"].items()}
    proofs = prove(str(graph), ReadingOptions(), paths, None)["proofs"]
    assert set(proofs) == {"savedmodel", "hub", "tflite"}
    assert all(proof["passed"] for proof in proofs.values()) and proofs["savedmodel"]["max_abs"] == 0.0
