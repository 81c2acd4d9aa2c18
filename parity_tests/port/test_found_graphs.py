"""Graphs as people keep them: as text, and with variables whose freezing rounds otherwise."""

import json

import pytest

from parity_tests.fixtures.models import idioms
from poets.migrate import cli

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A frozen graph, binary and as text under two names."""
    from google.protobuf import text_format

    from poets.migrate.tensorflow_library.version1 import tf

    folder = tmp_path_factory.mktemp("text")
    path = idioms.write_idiom(folder / "graph.pb", idioms.PLAIN)
    graph_def = tf.GraphDef()
    with open(path, "rb") as file:
        graph_def.ParseFromString(file.read())
    text = text_format.MessageToString(graph_def)
    (folder / "graph.pbtxt").write_text("# written by hand\n" + text)
    (folder / "text.pb").write_text(text)
    (folder / "labels.txt").write_text("ash\nelm\noak\n")
    return folder


def record(words, path):
    assert cli.main(words + ["--quiet", "--json", str(path)]) == 0
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", ["graph.pbtxt", "text.pb"])
def test_a_text_graph_is_the_same_graph(folder, tmp_path, name):
    facts = [record(["inspect", str(folder / one)], tmp_path / "facts.json") for one in ("graph.pb", name)]
    assert facts[0]["ops"] == facts[1]["ops"] and facts[0]["roles"] == facts[1]["roles"]
    report = record(["port", str(folder / name), "--output", str(tmp_path / "out")], tmp_path / "report.json")
    assert report["verdict"] == "equal"


def test_a_text_graph_labels_photos(folder, tmp_path):
    from parity_tests.fixtures import tiny

    tiny.draw_photos(tmp_path / "photos", ["ash"], 2)
    found = []
    for name in ("graph.pb", "graph.pbtxt"):
        words = ["label", "--graph", str(folder / name), "--labels", str(folder / "labels.txt")]
        found.append(record(words + [str(tmp_path / "photos" / "ash")], tmp_path / "answers.json")["images"])
    assert found[0] == found[1]


@pytest.mark.parametrize("text", ['node {\n  nam: "x"\n}\n', "node {", "versions { producer: 1 }\n"])
def test_a_damaged_text_graph_is_one_line(tmp_path, capsys, text):
    (tmp_path / "graph.pbtxt").write_text(text)
    assert cli.main(["inspect", str(tmp_path / "graph.pbtxt")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "graph.pbtxt" in said


@pytest.mark.shared
@pytest.mark.parametrize("case", ["P18_text/graph.pbtxt", "P22_checkpoint_rounding_0"])
def test_found_graphs_are_ported(shared_data, tmp_path, case):
    path = shared_data.parent / "cases" / "port" / case
    report = record(["port", str(path), "--output", str(tmp_path / "out")], tmp_path / "report.json")
    assert report["verdict"] == "equal"
    assert report["targets"]["savedmodel"]["max_abs"] <= 2e-6
