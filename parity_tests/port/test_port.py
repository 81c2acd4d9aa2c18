"""`poets port`: the graphs found in the wild, ported and proven; and the files that are none, refused."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest

from poets.migrate import cli
from poets.migrate.task.worker.start import project_root

WILD = [
    "caltech256_160px/retrained_graph.pb",
    "dents/optimized_graph.pb",
    "dents/retrained_graph.pb",
    "frozen_dropout/retrained_graph.pb",
    "fruits/retrained_graph.pb",
    "inception_2015_idiom/inception_like_retrained.pb",
    "keras_cnn/tensorflow_inception_graph.pb",
    "quantized_base/output_graph.pb",
]


def port(*argv):
    return cli.main(["port"] + [str(word) for word in argv])


@pytest.fixture(scope="module")
def ported(shared_data, tmp_path_factory):
    """Every graph of the shared data in one call: (output folder, exit code, summary)."""
    output = tmp_path_factory.mktemp("ports")
    code = port(shared_data / "graphs", "--output", output, "--quiet", "--to", "savedmodel,hub,keras,tflite")
    return output, code, json.loads((output / "summary.json").read_text())


@pytest.mark.shared
def test_every_wild_graph_is_ported_and_equal(ported):
    output, code, summary = ported
    assert code == 1  # the broken ones among them
    found = {os.path.join(*report["graph"].split(os.sep)[-2:]): report for report in summary["ports"]}
    for graph in WILD:
        report = found[graph]
        proof = report["targets"]["savedmodel"]
        exact = all(rewrite["exact"] for rewrite in report["rewrites"])
        assert report["verdict"] == "equal", graph
        assert proof["max_abs"] == 0.0 if exact else proof["max_abs"] <= 1e-6, graph
        assert proof["top1_agreement"] == 1.0 and proof["required_tolerance"] <= proof["tolerance"]
        assert os.path.exists(os.path.join(proof["path"], "saved_model.pb"))


@pytest.mark.shared
@pytest.mark.parametrize("target", ["hub", "keras", "tflite"])
def test_every_target_is_within_1e_5_on_the_seeded_pictures(ported, target):
    reports = [report for report in ported[2]["ports"] if "targets" in report]
    assert len(reports) == 9
    for report in reports:
        proof = report["targets"][target]
        assert proof["passed"] and proof["max_abs"] <= 1e-5 and proof["top1_agreement"] == 1.0, report["graph"]
        assert os.path.exists(proof["path"])


@pytest.mark.shared
def test_what_was_rewritten_is_said(ported):
    reports = {os.path.join(*report["graph"].split(os.sep)[-2:]): report for report in ported[2]["ports"]}

    def names(graph):
        return {rewrite["name"]: rewrite["count"] for rewrite in reports[graph]["rewrites"]}

    assert names("frozen_dropout/retrained_graph.pb")["dropout"] == 1
    assert names("inception_2015_idiom/inception_like_retrained.pb")["batch_norm"] == 11
    assert names("inception_2015_idiom/inception_like_retrained.pb")["check_numerics"] == 11
    assert names("keras_cnn/tensorflow_inception_graph.pb") == {}


@pytest.mark.shared
def test_the_graph_is_named_from_its_nodes_not_its_file(ported):
    reports = {os.path.join(*report["graph"].split(os.sep)[-2:]): report for report in ported[2]["ports"]}
    assert "Inception" not in reports["keras_cnn/tensorflow_inception_graph.pb"]["family"]["name"]
    assert reports["quantized_base/output_graph.pb"]["family"]["name"] == "MobileNet v1 0.25 at 128 px"
    assert reports["frozen_dropout/retrained_graph.pb"]["input"]["size"] == 224


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


@pytest.mark.shared
def test_the_inception_idiom_answers_its_golden_file_from_jpegs(shared_data, ported):
    import tensorflow as tf

    report = next(report for report in ported[2]["ports"] if report["graph"].endswith("inception_like_retrained.pb"))
    run = tf.saved_model.load(report["targets"]["savedmodel"]["path"]).signatures["classify_bytes"]
    with np.load(str(shared_data / "graphs" / "inception_2015_idiom" / "inception_like_golden.npz")) as golden:
        paths, expected = golden_answers(golden)
    encoded = [(shared_data / "flower_photos" / path).read_bytes() for path in paths]
    answer = run(image_bytes=tf.constant(encoded))
    for labels, scores, row in zip(answer["labels"].numpy(), answer["scores"].numpy(), expected):
        order = [int(label.split()[-1]) for label in labels]
        assert np.abs(scores - row[order]).max() <= 1e-5
        assert list(np.sort(row)[::-1]) == list(row[order])


def golden_answers(golden):
    """The photos' paths and their probabilities, whatever the arrays are called."""
    names = list(golden)
    paths = next(golden[name] for name in names if golden[name].dtype.kind in "US" and golden[name].ndim == 1)
    rows = next(golden[name] for name in names if golden[name].ndim == 2 and golden[name].shape[1] == 5)
    return [str(path) for path in paths], rows


@pytest.mark.shared
def test_fruits_are_named_as_the_session_names_them(shared_data, ported, tmp_path, capsys):
    report = next(report for report in ported[2]["ports"] if "fruits" in report["graph"])
    answers = []
    for flags in (["--graph", report["graph"]], ["--graph", report["targets"]["savedmodel"]["path"]]):
        out = str(tmp_path / (f"{len(answers)}.json"))
        code = cli.main(
            ["label"]
            + flags
            + ["--top_k", "1", "--quiet", "--json", out, str(shared_data / "graphs" / "fruits" / "samples")]
        )
        assert code == 0, capsys.readouterr().err
        with open(out, encoding="utf-8") as file:
            answers.append([(photo["image"], photo["guesses"][0]["label"]) for photo in json.load(file)["images"]])
    assert len(answers[0]) == 88 and answers[0] == answers[1]


@pytest.mark.shared
@pytest.mark.interpreters
def test_a_port_made_here_answers_the_same_on_tensorflow_2_6(ported, tx2_python, tmp_path):
    program = (
        "import sys, numpy as np, tensorflow as tf\n"
        "probe = np.load(sys.argv[1])\n"
        "for name, path in zip(sys.argv[2::2], sys.argv[3::2]):\n"
        "    run = tf.saved_model.load(path)\n"
        "    rows = run.signatures['serving_default'](tf.constant(probe[name + '_images']))['probabilities']\n"
        "    print(name, float(abs(rows.numpy() - probe[name + '_answers']).max()))\n"
    )
    import tensorflow as tf

    from poets.migrate.port.proof.probes import natural_pictures

    arrays, words = {}, []
    for number, report in enumerate(report for report in ported[2]["ports"] if report.get("verdict") == "equal"):
        path = report["targets"]["savedmodel"]["path"]
        images = natural_pictures(report["input"]["size"], 3) / np.float32(255)
        run = tf.saved_model.load(path)
        arrays[f"{number}_images"] = images
        arrays[f"{number}_answers"] = run.signatures["serving_default"](tf.constant(images))["probabilities"].numpy()
        words += [str(number), path]
    np.savez(str(tmp_path / "probe.npz"), **arrays)
    run = subprocess.run(
        [str(tx2_python), "-c", program, str(tmp_path / "probe.npz")] + words,
        timeout=300,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.returncode == 0, run.stderr.decode("utf-8")[-2000:]
    gaps = [float(line.split()[1]) for line in run.stdout.decode("utf-8").splitlines()]
    assert len(gaps) == len(words) // 2 and max(gaps) <= 1e-5


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
    try:
        code = port(*argv)
    except SystemExit as ending:
        code = ending.code
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
    proofs = prove(str(graph), ReadingOptions(), paths, None)
    assert set(proofs) == {"savedmodel", "hub", "tflite"}
    assert all(proof["passed"] for proof in proofs.values()) and proofs["savedmodel"]["max_abs"] == 0.0
