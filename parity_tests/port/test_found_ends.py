"""Graphs that begin and end as people's do, against the answers that TF 1.15.5 gave for a real photo."""

import json

import numpy as np
import pytest

from poets.migrate import cli

pytestmark = [pytest.mark.slow, pytest.mark.shared, pytest.mark.tensorflow]

ROSE = "13342823005_16d3df58df_n.jpg"
P8_LOGITS = np.array([11.66304, 3.62483, 1.26135, 12.7538])  # of TF 1.15.5; the graph leaves the Softmax to its caller
ANSWERS = {
    "P8_logits/graph.pb": np.exp(P8_LOGITS) / np.exp(P8_LOGITS).sum(),
    "P9_uint8_pixels/graph.pb": [0.10325, 0.74973, 0.08744, 0.05958],
    "P10_encoded_batch/graph.pb": [0.04742, 0.00091, 0.95089, 0.00077],
    "P11_keep_prob/graph.pb": [0.11423, 0.38756, 0.24345, 0.25476],
    "P12_size_from_dense/graph.pb": [0.15301, 0.65377, 0.06943, 0.1238],
}
ROUNDED = 6e-6  # the answers above are written with five digits
PORTED = list(ANSWERS) + [
    "B10_queue_batch32/frozen_graph.pb",
    "B14_reshape_at_the_end/graph.pb",
    "B2_hub_retrained/output_graph.pb",
    "P1_custom_vision_mean_inside/model.pb",
    "P2_accuracy_is_the_end/graph.pb",
    "P21_checkpoint_logits",
    "P3_one_channel/mnist.pb",
    "P4_flat_784/mnist.pb",
    "P6_channels_first/graph.pb",
    "P16_vgg/graph.pb",
    "B12_strange_labels_beside/quantized_graph.pb",
]


@pytest.fixture(scope="module")
def cases(shared_data):
    return shared_data.parent / "cases" / "port"


def answers_of(graph, photo, path):
    assert cli.main(["label", "--graph", str(graph), str(photo), "--quiet", "--top_k", "9", "--json", str(path)]) == 0
    guesses = json.loads(path.read_text())["images"][0]["guesses"]
    return [guess["score"] for guess in sorted(guesses, key=lambda guess: guess["label"])]


@pytest.mark.parametrize("case", sorted(ANSWERS))
def test_graph_and_port_answer_as_tensorflow_1_15(cases, shared_data, tmp_path, case):
    photo = shared_data / "flower_photos" / "roses" / ROSE
    out = tmp_path / "out"
    assert cli.main(["port", str(cases / case), "--output", str(out), "--quiet"]) == 0
    for model in (cases / case, out / "savedmodel"):
        found = answers_of(model, photo, tmp_path / "answers.json")
        np.testing.assert_allclose(found, ANSWERS[case], rtol=0, atol=ROUNDED)


@pytest.mark.parametrize("case", [case for case in PORTED if case not in ANSWERS])
def test_graph_is_ported_and_equal(cases, tmp_path, case):
    code = cli.main(["port", str(cases / case), "--output", str(tmp_path / "out"), "--quiet"])
    assert code == 0 and (tmp_path / "out" / "savedmodel").is_dir()


def test_custom_vision_takes_bgr(cases, tmp_path):
    folder = cases / "P1_custom_vision_mean_inside"
    found = answers_of(folder / "model.pb", folder / "red.jpg", tmp_path / "answers.json")
    assert found[2] > 0.999  # blue, green, red


def test_numbers_that_are_no_picture_are_called_so(cases, tmp_path, capsys):
    code = cli.main(["port", str(cases / "P13_labels_and_no_picture" / "skin.pb"), "--output", str(tmp_path / "out")])
    said = capsys.readouterr().err
    assert code == 2 and said.count("\n") == 1 and "takes 5 numbers" in said and "no classifier of pictures" in said


def test_every_head_is_ported(cases, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.main(["port", str(cases / "P14_two_heads" / "graph.pb"), "--output", str(out)]) == 0
    said = capsys.readouterr().out
    assert "2 of 2 ported and proven" in said and "(gender/Softmax)" in said
    classes = {name: json.loads((out / name / "report.json").read_text())["classes"] for name in ("age", "gender")}
    assert classes == {"age": 8, "gender": 2} and (out / "age" / "savedmodel").is_dir()


def test_batch_statistics_are_named_and_photos_are_answered_one_at_a_time(cases, shared_data, tmp_path, capsys):
    graph, out = cases / "B11_batch_statistics" / "graph.pb", tmp_path / "out"
    code = cli.main(["port", str(graph), "--to", "savedmodel,tflite,keras", "--output", str(out)])
    said = " ".join(capsys.readouterr().out.split())
    targets = json.loads((out / "report.json").read_text())["targets"]
    assert code == 1 and [name for name in targets if targets[name]["passed"]] == ["savedmodel", "tflite"]
    assert "rewrote one_by_one, 2 nodes: it was frozen as it trains" in said
    assert "right for one photo at a time only" in targets["keras"]["why"]
    photos = sorted((shared_data / "flower_photos" / "roses").glob("*.jpg"))[3:7]
    for model in (graph, out / "savedmodel", out / "model.tflite"):
        together = answers_of_all(model, photos, tmp_path / "all.json")
        single = [answers_of(model, photo, tmp_path / "one.json") for photo in photos]
        np.testing.assert_allclose(together, single, rtol=0, atol=1e-6)


def answers_of_all(model, photos, path):
    argv = ["label", "--graph", str(model), "--quiet", "--top_k", "9", "--json", str(path)]
    assert cli.main(argv + [str(photo) for photo in photos]) == 0
    found = json.loads(path.read_text())["images"]
    return [[one["score"] for one in sorted(image["guesses"], key=lambda one: one["label"])] for image in found]
