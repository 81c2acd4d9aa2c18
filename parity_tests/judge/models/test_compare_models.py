"""`poets parity A B [C...]`: models of every kind against each other, and what is wrong with those that differ."""

import json

import numpy as np
import pytest

from parity_tests.fixtures.models.tiny_models import LABELS
from poets.migrate import cli

pytestmark = pytest.mark.tensorflow

GRAPH = "a/graph.pb"


def compared(tiny_models, *argv):
    out = str(tiny_models / "verdict.json")
    code = cli.main(
        ["parity"]
        + [str(word) for word in argv]
        + [
            "--image_dir",
            str(tiny_models / "photos"),
            "--rounds",
            "1",
            "--ladder_photos",
            "5",
            "--quiet",
            "--json",
            out,
        ]
    )
    with open(out, encoding="utf-8") as file:
        return code, json.load(file)


def test_a_graph_and_all_its_ports_agree(tiny_models):
    code, found = compared(
        tiny_models, *[tiny_models / "a" / name for name in ("graph.pb", "savedmodel", "model.keras", "model.tflite")]
    )
    assert code == 0 and found["verdict"] == "parity" and found["photos"] == 12
    assert [model["runner"] for model in found["models"]] == ["session", "tensorflow", "tensorflow", "lite"]
    assert len({model["accuracy"] for model in found["models"]}) == 1
    for model in found["models"]:
        for side in model["speed"].values():
            assert side["median"] > 0 and len(side["runs"]) == 2
        assert model["cold_start_s"] > 0 and model["peak_rss_mb"] > 50
    assert found["speed_validity"]["verdict"] == "INVALID"  # one round is too few
    for pair in found["pairs"]:
        assert set(pair["speed"]) == {"photos_per_second", "label_ms"}
    for pair in found["pairs"]:
        assert pair["stages"]["decode"]["max_abs"] == 0 and pair["stages"]["resize"]["max_abs"] == 0
        assert pair["stages"]["probabilities"]["max_abs"] <= 1e-5 and pair["top1_agreement"] == 1.0
    assert "normalize" not in found["pairs"][1]["stages"]  # a .keras port takes 0..1 and normalises inside


def test_a_model_is_exactly_itself(tiny_models):
    code, found = compared(tiny_models, tiny_models / GRAPH, tiny_models / GRAPH)
    assert code == 0
    assert {name: stage["max_abs"] for name, stage in found["pairs"][0]["stages"].items()} == {
        "decode": 0.0,
        "resize": 0.0,
        "normalize": 0.0,
        "probabilities": 0.0,
        "logits": 0.0,
    }


@pytest.mark.thorough
@pytest.mark.slow
def test_another_network_is_told_from_the_first(tiny_models, capsys):
    code, found = compared(
        tiny_models, tiny_models / GRAPH, tiny_models / "b" / "model.tflite", tiny_models / "a" / "savedmodel"
    )
    assert code == 1 and [pair["passed"] for pair in found["pairs"]] == [False, True]
    assert found["pairs"][0]["why"].startswith("probabilities: ")
    assert (
        cli.main(
            [
                "parity",
                str(tiny_models / GRAPH),
                str(tiny_models / "b" / "graph.pb"),
                "--image_dir",
                str(tiny_models / "photos"),
                "--rounds",
                "0",
            ]
        )
        == 1
    )
    out = capsys.readouterr().out
    assert "NO PARITY: b/graph.pb, probabilities: " in out and max(map(len, out.splitlines())) <= 80


@pytest.mark.slow
def test_the_users_thresholds_decide_where_there_are_any(tiny_models):
    code, found = compared(tiny_models, tiny_models / GRAPH, tiny_models / "b" / "graph.pb", "--atol", "1")
    assert code == 1 and found["verdict"] == "no parity"
    found = found["pairs"][0]
    assert found["judged"][0]["passed"] and found["stages"]["probabilities"]["passed"]
    assert found["top1_agreement"] == 0 and "get another label" in found["why"]
    code, found = compared(
        tiny_models, tiny_models / GRAPH, tiny_models / "a" / "model.tflite", "--atol", "probabilities:1e-12"
    )
    assert code == 1 and found["pairs"][0]["judged"][0]["would_pass_at"] > 1e-12


@pytest.mark.slow
def test_labels_in_another_order_are_put_in_order_and_other_labels_refused(tiny_models, tmp_path):
    from poets.migrate.tensorflow_library.version1 import tf

    graph_def = tf.GraphDef()
    graph_def.ParseFromString((tiny_models / GRAPH).read_bytes())
    for node in graph_def.node:
        if node.name in ("final_weights", "final_biases"):
            values = tf.make_ndarray(node.attr["value"].tensor)
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(np.ascontiguousarray(values[..., ::-1])))
    (tmp_path / "graph.pb").write_bytes(graph_def.SerializeToString())
    (tmp_path / "labels.txt").write_text("\n".join(LABELS[::-1]) + "\n")
    code, found = compared(tiny_models, tiny_models / GRAPH, tmp_path / "graph.pb")
    assert code == 0 and found["pairs"][0]["stages"]["probabilities"]["max_abs"] <= 1e-6
    (tmp_path / "labels.txt").write_text("ash\nelm\nyew\n")
    code, found = compared(tiny_models, tiny_models / GRAPH, tmp_path / "graph.pb")
    assert code == 1 and found["pairs"][0]["labels"] == "other labels: oak, yew"


@pytest.mark.parametrize(
    "argv, words",
    [
        (["{a}/graph.pb"], "give two or more models"),
        (["{a}/graph.pb", "{a}/nowhere"], "MODEL: no file or folder"),
        (["{a}/graph.pb", "{a}/savedmodel", "--python", "3=python"], "N from 1 to 2"),
        (["{a}/graph.pb", "{a}/labels.txt"], "labels.txt"),
        (["{a}/graph.pb", "{a}/savedmodel", "--atol", "losses:1"], "models have no 'losses'; there are decode, resize"),
        (["{a}/graph.pb", "{a}/model.tflite", "--features"], "has no features"),
        (["{a}/graph.pb", "{a}/savedmodel", "--html", "{a}"], "--html: "),
        (["{a}/graph.pb", "{a}/savedmodel", "--input_size", "0"], "--input_size must be 1 or more"),
        (["{a}/graph.pb", "{a}/savedmodel", "--image_dir", "{a}/savedmodel"], "--image_dir: no photos"),
    ],
)
def test_mistakes_are_one_line(tiny_models, capsys, argv, words):
    assert (
        cli.main(
            ["parity"]
            + [word.format(a=tiny_models / "a") for word in argv]
            + ([] if "--image_dir" in argv else ["--image_dir", str(tiny_models / "photos")])
        )
        == 2
    )
    err = capsys.readouterr().err.strip()
    assert words in err and len(err.splitlines()) == 1


@pytest.mark.shared
@pytest.mark.interpreters
def test_models_are_compared_across_interpreters(shared_data, tmp_path, tf1_python, plain_python):
    graph, out = str(shared_data / "golden" / "retrained_graph.pb"), str(tmp_path / "verdict.json")
    assert cli.main(["port", graph, "--to", "tflite", "--output", str(tmp_path), "--quiet"]) == 0
    photos = str(shared_data / "flower_photos" / "tulips")
    code = cli.main(
        [
            "parity",
            graph,
            graph,
            str(tmp_path / "model.tflite"),
            "--python",
            f"1={tf1_python}",
            "--python",
            f"3={plain_python}",
            "--image_dir",
            photos,
            "--quiet",
            "--rounds",
            "0",
            "--json",
            out,
        ]
    )
    with open(out, encoding="utf-8") as file:
        found = json.load(file)
    assert code == 0, found["pairs"]
    versions = [model["tensorflow"] for model in found["models"]]
    assert versions[0].startswith("1.15") and versions[1].startswith("2.") and versions[2] is None
    assert {model["accuracy"] for model in found["models"]} == {113 / 120}
