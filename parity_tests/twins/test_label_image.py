"""`label_image` in both twins: what is not given is found from the graph, and what cannot be is said in one line."""

import csv
import io
import json
import os
import shutil

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.label_image import LABELS, refused, scores

pytestmark = pytest.mark.tensorflow


@pytest.fixture(params=tiny.TWINS)
def twin(request):
    return request.param


@pytest.fixture()
def graph(twin, both_trained):
    """What the twin's own `retrain` wrote."""
    return os.path.join(both_trained[twin].out, {"legacy": "graph.pb", "modern": "graph"}[twin])


@pytest.fixture()
def photos(tiny_task):
    return [str(tiny_task / "photos" / kind / "00.jpg") for kind in tiny.CLASSES]


def answers(twin, graph, photos, capsys, *flags):
    code, out, err = tiny.label(twin, "--graph", graph, "--json", "-", *(list(flags) + list(photos)), capsys=capsys)
    assert code == 0, err
    return scores(out)


def test_everything_is_found_from_the_graph(both_trained, photos, capsys):
    found = {
        twin: answers(twin, os.path.join(both_trained[twin].out, name), photos, capsys)
        for twin, name in (("legacy", "graph.pb"), ("modern", "graph"))
    }
    np.testing.assert_allclose(found["legacy"], found["modern"], atol=1e-5)
    np.testing.assert_allclose(found["legacy"].sum(1), 1, atol=1e-5)
    given = answers(
        "legacy",
        os.path.join(both_trained["legacy"].out, "graph.pb"),
        photos,
        capsys,
        "--labels",
        os.path.join(both_trained["legacy"].out, "labels.txt"),
        "--input_height",
        128,
        "--input_width",
        128,
        "--input_mean",
        127.5,
        "--input_std",
        127.5,
        "--input_layer",
        "input",
        "--output_layer",
        "final_result",
    )
    np.testing.assert_array_equal(given, found["legacy"])


def test_verbose_says_what_was_found(twin, graph, photos, capsys):
    code, _, err = tiny.label(twin, "--graph", graph, "-v", photos[0], capsys=capsys)
    assert code == 0 and "128x128, mean 127.5, std 127.5" in err


def test_a_mean_of_zero_counts_as_given(twin, graph, photos, capsys):
    default = answers(twin, graph, photos, capsys)
    zero = answers(twin, graph, photos, capsys, "--input_mean", 0, "--input_std", 255)
    assert np.abs(zero - default).max() > 1e-3
    code, out, _ = tiny.label(twin, "--graph", graph, "--json", "-", "--input_mean", 0, photos[0], capsys=capsys)
    assert json.loads(out)["preprocessing"]["mean"] == 0 and json.loads(out)["preprocessing"]["std"] == 127.5


def test_another_size_than_the_networks(twin, graph, photos, capsys):
    message = refused(twin, capsys, "--graph", graph, "--input_height", "64", photos[0])
    assert "--input_height 64, --input_width 128: " in message and "does not accept such pictures" in message
    assert "at least one pixel" in refused(twin, capsys, "--graph", graph, "--input_width", "0", photos[0])
    assert "cannot be divided by 0" in refused(twin, capsys, "--graph", graph, "--input_std", "0", photos[0])


def test_answers_look_as_label_images_did(twin, graph, photos, capsys):
    code, out, err = tiny.label(twin, "--graph", graph, "--image", photos[0], capsys=capsys)
    lines = out.splitlines()
    assert code == 0 and err == "" and len(lines) == 5
    for line in lines:
        label, score = line[:-1].split(" (score=")
        assert label in LABELS and len(score) == 7 and 0 <= float(score) <= 1


def test_top_k_and_many_photos(twin, graph, photos, capsys):
    code, out, _ = tiny.label(
        twin, "--graph", graph, "--top_k", "2", "--image", photos[0], "--image", photos[1], photos[2], capsys=capsys
    )
    blocks = [block.splitlines() for block in out.strip().split("\n\n")]
    assert code == 0 and [block[0] for block in blocks] == photos[:3]
    assert [len(block) for block in blocks] == [3, 3, 3]
    assert "--top_k: 0 is below 1" in refused(twin, capsys, "--graph", graph, "--top_k", "0", photos[0])


def test_a_whole_folder_in_one_run(twin, graph, tiny_task, photos, capsys):
    code, out, err = tiny.label(twin, "--graph", graph, "--csv", "-", tiny_task / "photos", capsys=capsys)
    assert code == 0, err
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 120 * 5 and set(rows[0]) == {"image", "rank", "label", "score"}
    first = {row["image"]: row for row in rows if row["rank"] == "1"}
    right = [os.path.basename(os.path.dirname(path)).lower() == row["label"] for path, row in first.items()]
    assert len(first) == 120 and np.mean(right) > 0.6
    one = answers(twin, graph, photos, capsys)
    for path, row in zip(photos, one):
        assert abs(float(first[path]["score"]) - row.max()) < 1e-5


def test_json_and_csv_files(twin, graph, photos, tmp_path, capsys):
    code, out, _ = tiny.label(
        twin,
        "--graph",
        graph,
        "--json",
        tmp_path / "a.json",
        "--csv",
        tmp_path / "a.csv",
        "--quiet",
        photos[0],
        capsys=capsys,
    )
    assert (code, out) == (0, "")
    record = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert record["images"][0]["image"] == photos[0] and len(record["images"][0]["guesses"]) == 5
    assert record["graph"] == graph and record["preprocessing"]["height"] == 128
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith("image,rank,label,score\n")


def test_bad_photos(twin, graph, photos, tmp_path, capsys):
    shutil.copy(photos[0], str(tmp_path / "good.jpg"))
    (tmp_path / "bad.jpg").write_bytes(b"")
    assert "bad.jpg: is empty" in refused(twin, capsys, "--graph", graph, tmp_path)
    code, out, err = tiny.label(twin, "--graph", graph, "--on_bad_image", "skip", tmp_path, capsys=capsys)
    assert code == 0 and len(out.splitlines()) == 5 and "bad.jpg: is empty" in err and err.count("\n") == 1
    assert "no file or folder" in refused(twin, capsys, "--graph", graph, tmp_path / "none.jpg")
    assert "no photo given" in refused(twin, capsys, "--graph", graph)
    os.makedirs(str(tmp_path / "empty"))
    assert "no photos below the folder" in refused(twin, capsys, "--graph", graph, tmp_path / "empty")


def test_labels(twin, graph, photos, tmp_path, capsys):
    four = tmp_path / "four.txt"
    four.write_text("a\nb\n\nc\nd\n")
    message = refused(twin, capsys, "--graph", graph, "--labels", four, photos[0])
    assert "the graph has 5 classes but" in message and "4 labels" in message
    windows = tmp_path / "windows.txt"
    windows.write_bytes(b"\xef\xbb\xbfa\r\nb\r\n\r\nc\r\nd\r\ne")  # a BOM, CRLF, a blank line, no last newline
    code, out, err = tiny.label(twin, "--graph", graph, "--labels", windows, "--json", "-", photos[0], capsys=capsys)
    assert code == 0, err
    assert sorted(guess["label"] for guess in json.loads(out)["images"][0]["guesses"]) == ["a", "b", "c", "d", "e"]
    message = refused(twin, capsys, "--graph", graph, "--labels", tmp_path / "no.txt", photos[0])
    assert "--labels: cannot read" in message
    (tmp_path / "latin.txt").write_bytes(b"\xff\xfe\x00")
    assert "is not text" in refused(twin, capsys, "--graph", graph, "--labels", tmp_path / "latin.txt", photos[0])


def test_missing_labels(both_trained, photos, tmp_path, capsys):
    shutil.copy(os.path.join(both_trained["legacy"].out, "graph.pb"), str(tmp_path / "graph.pb"))
    message = refused("legacy", capsys, "--graph", tmp_path / "graph.pb", photos[0])
    assert "--labels: no labels file given, and none of " in message


def test_near_names_are_offered(both_trained, photos, capsys):
    found = os.path.join(both_trained["legacy"].out, "graph.pb")
    message = refused("legacy", capsys, "--graph", found, "--input_layer", "Mul", photos[0])
    assert "--input_layer: the graph has no node 'Mul'; did you mean 'input'" in message
    message = refused("legacy", capsys, "--graph", found, "--output_layer", "final_results", photos[0])
    assert "did you mean 'final_result'" in message


def test_graphs_that_are_none(twin, photos, tmp_path, capsys):
    assert "--graph: " in refused(twin, capsys, "--graph", tmp_path / "no.pb", photos[0])
    (tmp_path / "text.pb").write_text("hello")
    assert "--graph: " in refused(twin, capsys, "--graph", tmp_path / "text.pb", photos[0])
    refused(twin, capsys, "--graph", tmp_path, photos[0])
