"""`poets inspect` of several graphs in one call."""

import json

import pytest

from parity_tests.fixtures.models import idioms
from poets.migrate import cli

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three graphs with 2, 3 and 4 classes, `none.pb`, which is none and a text."""
    folder = tmp_path_factory.mktemp("graphs")
    (folder / "more").mkdir()
    for name, classes in (("a.pb", 2), ("b.pb", 3), ("more/c.pb", 4)):
        idioms.write_idiom(folder / name, idioms.PLAIN._replace(classes=classes))
    (folder / "none.pb").write_bytes(b"no graph at all")
    (folder / "notes.txt").write_text("not looked at\n")
    return folder


def inspected(words, tmp_path):
    code = cli.main(["inspect"] + [str(word) for word in words] + ["--quiet", "--json", str(tmp_path / "out.json")])
    return code, json.loads((tmp_path / "out.json").read_text())


def test_each_record_is_that_of_its_graph_alone(folder, tmp_path):
    paths = [str(folder / name) for name in ("b.pb", "a.pb", "more/c.pb")]
    alone = [inspected([path], tmp_path) for path in paths]
    assert [code for code, _ in alone] == [0, 0, 0]
    code, together = inspected(paths + paths[:1], tmp_path)
    assert (code, together) == (0, {"graphs": [record for _, record in alone]})
    assert [record["classes"] for record in together["graphs"]] == [3, 2, 4]


def test_what_cannot_be_read_is_a_line_and_the_others_go_on(folder, tmp_path, capsys):
    code, found = inspected([folder, folder / "nowhere.pb"], tmp_path)
    assert code == 2
    assert [record.get("classes") for record in found["graphs"]] == [2, 3, 4, None, None]
    assert "not a frozen graph" in found["graphs"][4]["error"]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("error: ") for line in lines)
    assert "nothing at" in lines[0] and "none.pb" in lines[1]


def test_a_pattern_names_graphs(folder, tmp_path):
    code, found = inspected([str(folder / "[ab].pb")], tmp_path)
    assert (code, [record["classes"] for record in found["graphs"]]) == (0, [2, 3])


def test_a_folder_of_one_graph_is_that_graph(folder, tmp_path):
    code, found = inspected([folder / "more"], tmp_path)
    assert (code, found["classes"]) == (0, 4)


def test_there_is_a_tree_per_graph(folder, capsys):
    assert cli.main(["inspect", str(folder / "a.pb"), str(folder / "b.pb")]) == 0
    out = capsys.readouterr().out
    assert out.count("kept as: a frozen graph") == 2 and out.index("2 classes") < out.index("3 classes")


def test_labels_are_held_against_every_graph(folder, tmp_path, capsys):
    (tmp_path / "labels.txt").write_text("ash\nelm\noak\n")
    words = [folder / "a.pb", folder / "b.pb", "--labels", tmp_path / "labels.txt"]
    code, found = inspected(words, tmp_path)
    assert code == 2 and [record.get("classes") for record in found["graphs"]] == [3, None]
    assert "a.pb" in capsys.readouterr().err


def test_tensorboard_shows_one_graph(folder, tmp_path, capsys):
    words = ["inspect", str(folder / "a.pb"), str(folder / "b.pb"), "--tensorboard", str(tmp_path / "graph")]
    assert cli.main(words) == 2
    assert "--tensorboard: takes one graph, not 2" in capsys.readouterr().err


def test_nothing_there_is_one_line(tmp_path, capsys):
    assert cli.main(["inspect", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
