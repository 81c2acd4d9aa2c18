"""The codelab's small tools: `poets optimize`, `poets round`, `poets evaluate`."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.tiny_models import LABELS
from poets.migrate import cli
from poets.migrate.graphs.rewrites.rounding import in_buckets
from poets.migrate.judge.models import evaluate


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 999),
    shape=st.lists(st.integers(0, 9), max_size=3),
    bits=st.integers(1, 16),
    scale=st.sampled_from((1.0, 1e-30, 1e30)),
)
def test_rounded_values_are_few_and_near(seed, shape, bits, scale):
    values = (np.random.RandomState(seed).normal(size=shape) * scale).astype(np.float32)
    rounded = in_buckets(values, 2**bits)
    assert rounded.shape == values.shape and rounded.dtype == np.float32
    assert len(np.unique(rounded)) <= 2**bits or values.size <= 1
    if values.size > 1:
        span = float(values.max()) - float(values.min())
        assert np.abs(rounded.astype(np.float64) - values).max() <= span / 2**bits / 2 * (1 + 1e-6) + span * 1e-6


@pytest.mark.parametrize("values", [[], [3.0], [2.0, 2.0], [1.0, np.nan], [np.inf, 0.0]])
def test_values_that_need_no_rounding_stay(values):
    values = np.array(values, np.float32)
    assert in_buckets(values, 256) is values


def test_a_score_is_what_it_says():
    rows = np.array([[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.0, 0.0, 1.0]], np.float32)
    found = evaluate.scored("m", "m.pb", rows, np.array([0, 1, 1, 0]), ["a", "b", "c"], list("wxyz"))
    assert found.accuracy == 0.5 and found.photos == 4
    assert found.cross_entropy == pytest.approx(-np.log([0.9, 0.5, 0.3, evaluate.LEAST]).mean(), rel=1e-6)
    assert found.confusion.counts.tolist() == [[1, 0, 1], [1, 1, 0], [0, 0, 0]]
    assert [(one.path, one.truth, one.named) for one in found.wrong] == [("y", "b", "a"), ("z", "a", "c")]


@pytest.mark.tensorflow
class TestGraphs:
    @pytest.mark.parametrize("norm", ["fused", "slim", "global"])
    def test_optimizing_folds_batch_norms_and_answers_the_same(self, norm, tmp_path, capsys):
        from poets.migrate.tensorflow_library.version1 import tf

        network = idioms.PLAIN._replace(layers=("conv", "separable"), widths=(8, 16), size=16, norm=norm)
        graph = idioms.write_idiom(tmp_path / "graph.pb", network)
        out = tmp_path / "new" / "optimized.pb"
        assert cli.main(["optimize", graph, "--output", str(out), "--json", "-"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["verdict"] == "equal" and found["max_abs"] <= found["tolerance"]
        if norm == "global":
            return  # TensorFlow 2.6's tool does not fold what the 2015 batch norm is rewritten to
        assert found["after"]["nodes"] < found["before"]["nodes"]
        graph_def = tf.GraphDef()
        graph_def.ParseFromString(out.read_bytes())
        ops = {node.op for node in graph_def.node}
        assert not {"FusedBatchNorm", "FusedBatchNormV3", "BatchNormWithGlobalNormalization"} & ops
        assert graph_def.versions.producer > 0
        assert len(out.read_bytes()) == found["after"]["bytes"]

    def test_a_graph_that_is_none_is_refused_in_one_line(self, tmp_path, capsys):
        (tmp_path / "text.pb").write_text("no graph")
        for command in ("optimize", "round"):
            assert cli.main([command, str(tmp_path / "text.pb"), "--output", str(tmp_path / "out.pb")]) == 2
            assert len(capsys.readouterr().err.strip().splitlines()) == 1
        assert not (tmp_path / "out.pb").exists()
        assert cli.main(["round", str(tmp_path / "text.pb"), "--output", str(tmp_path / "o.pb"), "--bits", "0"]) == 2

    def test_rounding_packs_and_says_what_it_costs(self, tiny_models, tmp_path, capsys):
        graph, out = str(tiny_models / "a" / "graph.pb"), tmp_path / "rounded.pb"
        assert cli.main(["round", graph, "--output", str(out), "--bits", "4", "--json", "-"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["after"]["bytes"] == found["before"]["bytes"] == len(out.read_bytes())
        assert found["after"]["gzip_bytes"] < 0.6 * found["before"]["gzip_bytes"]
        assert abs(len(gzip.compress(out.read_bytes())) - found["after"]["gzip_bytes"]) < 20
        assert 0 < found["mean_abs"] <= found["max_abs"] <= 1 and found["pictures"] == 32
        assert cli.main(["round", graph, "--output", str(out), "--bits", "16", "--json", "-", "-q"]) == 0
        assert json.loads(capsys.readouterr().out)["mean_abs"] < found["mean_abs"]

    def test_models_are_evaluated_side_by_side(self, tiny_models, tmp_path, capsys):
        a, out = tiny_models / "a", str(tmp_path / "scores.json")
        assert (
            cli.main(
                [
                    "evaluate",
                    str(a / "graph.pb"),
                    str(a / "model.tflite"),
                    "--image_dir",
                    str(tiny_models / "photos"),
                    "--json",
                    out,
                    "-v",
                ]
            )
            == 0
        )
        shown = capsys.readouterr().out
        with open(out, encoding="utf-8") as file:
            graph, lite = json.load(file)["models"]
        assert graph["photos"] == 12 and graph["accuracy"] == lite["accuracy"]
        assert graph["cross_entropy"] == pytest.approx(lite["cross_entropy"], abs=1e-5)
        assert len(graph["wrong"]) == 12 - round(12 * graph["accuracy"])
        assert np.trace(graph["confusion"]["counts"]) == round(12 * graph["accuracy"])
        assert graph["confusion"]["labels"] == LABELS
        assert "a/graph.pb" in shown and "12 photos of 3 classes" in shown and max(map(len, shown.splitlines())) <= 80

    @pytest.mark.parametrize(
        "argv, words",
        [
            (["{a}/nowhere.pb"], "MODEL: no file or folder"),
            (["{a}/model.tflite", "--image_dir", "{photos}/../odd"], "has no label 'moss'"),
            (["{a}/model.tflite", "--labels", "{a}/nowhere.txt"], "--labels: cannot read"),
        ],
    )
    def test_mistakes_are_one_line(self, tiny_models, tmp_path, capsys, argv, words):
        from parity_tests.fixtures import tiny

        if not (tiny_models / "odd").exists():
            tiny.draw_photos(tiny_models / "odd", ["moss", "ash"], 1)
        words_of = [word.format(a=tiny_models / "a", photos=tiny_models / "photos") for word in argv]
        if "--image_dir" not in argv:
            words_of += ["--image_dir", str(tiny_models / "photos")]
        assert cli.main(["evaluate"] + words_of) == 2
        err = capsys.readouterr().err.strip()
        assert words in err and len(err.splitlines()) == 1


@pytest.mark.tensorflow
@pytest.mark.shared
def test_the_golden_graph_optimized_and_rounded(shared_data, tmp_path, capsys):
    golden = shared_data / "golden"
    graph, photos = str(golden / "retrained_graph.pb"), str(shared_data / "flower_photos")
    made = {name: str(tmp_path / (name + "_graph.pb")) for name in ("optimized", "rounded")}
    assert cli.main(["optimize", graph, "--output", made["optimized"], "--probe", photos, "-q"]) == 0
    assert cli.main(["round", graph, "--output", made["rounded"], "--probe", photos, "--json", "-"]) == 0
    sizes = json.loads(capsys.readouterr().out)
    assert sizes["after"]["gzip_bytes"] < 0.35 * sizes["before"]["gzip_bytes"]
    assert (
        cli.main(
            [
                "evaluate",
                graph,
                made["optimized"],
                made["rounded"],
                "--image_dir",
                photos,
                "--labels",
                str(golden / "retrained_labels.txt"),
                "--json",
                "-",
                "-q",
            ]
        )
        == 0
    )
    found = {
        name: score
        for name, score in zip(("golden", "optimized", "rounded"), json.loads(capsys.readouterr().out)["models"])
    }
    print({name: (score["accuracy"], score["cross_entropy"]) for name, score in found.items()})
    assert found["golden"]["accuracy"] == found["optimized"]["accuracy"] == pytest.approx(567 / 600)
    assert abs(found["golden"]["cross_entropy"] - found["optimized"]["cross_entropy"]) < 1e-4
    assert found["rounded"]["accuracy"] > 0.8
