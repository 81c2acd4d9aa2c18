"""Models whose metadata were edited, and flags of the normalisation that are no numbers: one line, and no answer."""

import json
from typing import Any, Dict, List, Tuple

import pytest

from poets.migrate import cli
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.model_metadata import ModelMetadata, metadata_from
from poets.migrate.task.photos.preprocessing import numbers_in

GOOD: Dict[str, Any] = {
    "input_size": 8,
    "input_mean": 0.0,
    "input_std": 255.0,
    "resize": "tf1",
    "labels": ["ash", "elm", "oak"],
    "network": "",
    "input_name": "",
    "output_name": "",
}
ODD: List[Tuple[str, List[Any]]] = [
    ("input_size", [-1, 0, "8", None, 1.5, True]),
    ("input_width", ["8", 0]),
    ("resize", ["x", None, 7, []]),
    ("channels", ["xyz", None, []]),
    ("labels", ["abc", [1, 2, 3], [None], {"a": 1}]),
    ("network", [None, 7]),
    ("guessed", ["x", None]),
]
NO_NUMBERS: List[Any] = [
    "abc",
    None,
    {},
    float("nan"),
    float("inf"),
    1e39,
    10**400,
    [1, 2],
    [],
    [0, float("nan"), 0],
    ["a"] * 3,
]


def test_metadata_of_this_project_and_of_others():
    assert metadata_from(GOOD) == ModelMetadata(**GOOD)
    assert metadata_from(dict(GOOD, labels=None, input_width=9, channels="bgr")) is not None
    assert metadata_from(None) is None and metadata_from({"labels": "of another tool"}) is None


@pytest.mark.parametrize("name, value", [(name, value) for name, values in ODD for value in values])
def test_edited_metadata_are_refused_by_name(name, value):
    with pytest.raises(BadInput, match=f"the model's metadata were changed: {name} is "):
        metadata_from(dict(GOOD, **{name: value}))


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(BadInput, match="^--input_std: "):
        numbers_in(value, "--input_std")
    found = metadata_from(json.loads(json.dumps(dict(GOOD, input_std=value))))
    assert found is not None
    with pytest.raises(BadInput, match="^input_std: "):
        found.preprocessing("the file")


@pytest.mark.parametrize("words", [["--input_mean", "nan"], ["--input_std", "inf"], ["--input_std", "1e-50"]])
def test_flags_that_are_no_numbers_give_no_answer(words, tmp_path, capsys):
    pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed: no onnxruntime")
    from parity_tests.fixtures.models.onnx_bytes import model, tensor, weights

    (tmp_path / "model.onnx").write_bytes(model(tensor("matrix", weights())))
    (tmp_path / "labels.txt").write_text("ash\nelm\noak\n")
    (tmp_path / "photo.png").write_bytes(b"")
    argv = ["label", "--graph", str(tmp_path / "model.onnx"), *words, "--json", "-", str(tmp_path / "photo.png")]
    assert cli.main(argv) == 2
    said = capsys.readouterr()
    assert words[0] in said.err and said.err.count("\n") == 1 and not said.out
