"""`poets port` on the graphs found in the wild: all of them ported and proven in one call."""

import json
import os
import subprocess
from typing import List, Tuple

import numpy as np
import pytest

from parity_tests.fixtures.commands.port import port
from parity_tests.fixtures.models.pictures import square
from poets.migrate import cli

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
    answers: List[List[Tuple[str, str]]] = []
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
        images = natural_pictures(square(report["input"]["size"]), 3) / np.float32(255)
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
