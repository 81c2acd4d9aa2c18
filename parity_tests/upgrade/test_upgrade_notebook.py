"""`poets upgrade` on notebooks: only source strings change; positions are those of cells."""

import json
from pathlib import Path

import pytest

from poets.migrate import cli
from poets.migrate.upgrade.rewriting.notebook import hidden, upgrade_notebook, values

LAB = Path(__file__).resolve().parent / "tf1_scripts" / "lab.ipynb"


def test_only_the_cell_with_the_import_changes(tmp_path, capsys):
    target = tmp_path / "lab.ipynb"
    target.write_bytes(LAB.read_bytes())
    assert cli.main(["upgrade", str(target), "--in-place"]) == 1  # its contrib and its print statement need a hand
    before, after = LAB.read_bytes().decode("utf-8"), target.read_bytes().decode("utf-8")
    assert after == before.replace(
        '    "import tensorflow as tf"\n',
        '    "import tensorflow.compat.v1 as tf\\n",\n    "tf.disable_v2_behavior()"\n',
    )
    book = json.loads(after)
    assert book["cells"][1]["source"] == [
        "%matplotlib inline\n",
        "!pip install -q numpy\n",
        "import numpy as np\n",
        "import tensorflow.compat.v1 as tf\n",
        "tf.disable_v2_behavior()",
    ]


def test_findings_say_the_cell_and_its_line():
    result = upgrade_notebook("lab.ipynb", LAB.read_text(encoding="utf-8"))
    assert [(one.cell, one.line, one.column, one.rule) for one in result.findings] == [
        (4, 1, 1, "unseen"),
        (6, 1, 7, "contrib"),
        (7, 1, 1, "python-2-syntax"),
    ]
    lines = {one.lesson.name: one.lines for one in result.modern}
    assert lines["placeholders"] == [(3, 3)] and lines["session"] == [(5, 2)]


@pytest.mark.parametrize(
    "dump",
    [
        {"indent": 1},
        {"indent": 4},
        {"indent": None},
        {"separators": (",", ":")},
        {"indent": 2, "ensure_ascii": False},
        {"indent": "\t"},
    ],
)
@pytest.mark.parametrize(
    "source",
    [
        "import tensorflow as tf\ntf.Session('ü')",
        ["import tensorflow as tf\n", "# ü \U0001f600\n"],
        ["import tensorflow as tf"],
    ],
)
def test_the_json_keeps_its_form(dump, source):
    cell = {"metadata": {"b": 1, "a": [1.50, None]}, "cell_type": "code", "source": source, "outputs": []}
    text = json.dumps({"nbformat": 4, "cells": [cell], "metadata": {}}, **dump) + "\n"
    result = upgrade_notebook("a.ipynb", text)
    book = json.loads(result.text)
    joined = book["cells"][0]["source"]
    assert "".join(joined) == "".join(source).replace(
        "tensorflow as tf", "tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()"
    )
    assert result.text == json.dumps(book, **dump) + "\n"
    assert upgrade_notebook("a.ipynb", result.text).text == result.text


@pytest.mark.parametrize(
    "source, expected",
    [
        ("%matplotlib inline\nx", "0                 \nx"),
        ("files = !ls *.py", "files = 0       "),
        ("help(x)", "help(x)"),
        ("x?\ny", "0 \ny"),
        ("x = (a\n % b)", "x = (a\n % b)"),
        ("if x:\n    %time f()", "if x:\n    0        "),
    ],
)
def test_magics_are_hidden_and_nothing_moves(source, expected):
    assert hidden(source) == expected


def test_cells_that_are_not_python_and_other_languages():
    cells = [
        {"cell_type": "code", "source": "%%javascript\nimport tensorflow as tf"},
        {"cell_type": "raw", "source": "import tensorflow as tf"},
        {"cell_type": "code", "source": ""},
    ]
    text = json.dumps({"cells": cells, "metadata": {}})
    assert upgrade_notebook("a.ipynb", text).text == text
    cells[0]["source"] = "library(tensorflow)"
    for metadata in ({"kernelspec": {"language": "R"}}, {"language_info": {"name": "R"}}):
        text = json.dumps({"cells": cells, "metadata": metadata})
        assert upgrade_notebook("a.ipynb", text).text == text and not upgrade_notebook("a.ipynb", text).findings


def test_places_in_json():
    text = ' {"a": [1, "x\\"y", {}], "b": null, "c": []}'
    found = values(text)
    assert text[found.value["a"].value[1].start : found.value["a"].value[1].end] == '"x\\"y"'
    assert found.value["b"].value is None and found.value["c"].value == [] and found.end == len(text)
