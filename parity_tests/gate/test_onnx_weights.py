"""ONNX models that take weights from files: from their own folder they may, from elsewhere nothing opens them."""

import importlib.util
import os
import sys

import pytest
from PIL import Image

from parity_tests.fixtures.models.onnx_bytes import field, float_attribute, model, node, tensor, weights
from poets.migrate import cli
from poets.migrate.gate.onnx_files import Weights, weights_of

has_runtime = importlib.util.find_spec("onnxruntime") is not None
needs_runtime = pytest.mark.skipif(not has_runtime, reason="the extra `onnx` is not installed: no onnxruntime")
LABELS = ["ash", "elm", "oak"]


class NoRuntime:
    """Stands for onnxruntime, and must not be used."""

    __spec__ = importlib.util.spec_from_loader("onnxruntime", None)

    def __getattr__(self, name):
        raise AssertionError(f"onnxruntime.{name} was reached")


@pytest.fixture()
def place(tmp_path):
    """A folder `model` with labels and photos, and a secret file of just the right size beside it."""
    (tmp_path / "model" / "sub").mkdir(parents=True)
    (tmp_path / "model" / "labels.txt").write_text("\n".join(LABELS) + "\n")
    for label in LABELS:
        (tmp_path / "photos" / label).mkdir(parents=True)
        Image.new("RGB", (9, 9), (200, 30, 90)).save(str(tmp_path / "photos" / label / "photo.png"))
    (tmp_path / "secret").write_bytes(weights().tobytes())
    (tmp_path / "model" / "beside").write_bytes(weights().tobytes())
    (tmp_path / "model" / "sub" / "below").write_bytes(weights().tobytes())
    (tmp_path / "model" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "model" / "away").symlink_to(tmp_path)
    (tmp_path / "model" / "near").symlink_to("beside")
    return tmp_path


def written(place, content):
    path = place / "model" / "model.onnx"
    path.write_bytes(content)
    return str(path)


def commands(place, path):
    photos = str(place / "photos")
    return {
        "label": ["label", "--graph", path, photos],
        "evaluate": ["evaluate", path, "--image_dir", photos],
        "parity": ["parity", path, path, "--image_dir", photos, "--rounds", "0"],
    }


OUTSIDE = ["../secret", "sub/../../secret", "link", "away/secret", "{place}/secret", "/dev/zero", "", "a\0b"]


@pytest.mark.parametrize("location", OUTSIDE)
def test_weights_outside_the_folder_are_refused_before_a_runtime_opens_them(place, location, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", NoRuntime())
    location = location.format(place=place)
    path = written(place, model(tensor("matrix", weights(), location)))
    assert cli.main(commands(place, path)["label"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "not run, as external_data reads" in said and "(node 'matrix')" in said
    assert "--allow_ops external_data" in said
    assert cli.main(["inspect", path]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "an ONNX model" in shown and "reaches outside" in shown and "external_data reads" in shown


@pytest.mark.parametrize("command", ["evaluate", "parity"])
def test_every_command_that_runs_onnx_refuses_them(place, command, capsys):
    path = written(place, model(tensor("matrix", weights(), "../secret")))
    assert cli.main(commands(place, path)[command]) == 2
    said = capsys.readouterr().err
    assert "external_data reads '../secret', outside the model's folder" in said and "Traceback" not in said


@pytest.mark.tensorflow
def test_bisect_takes_no_onnx(place, capsys):
    from poets.migrate.demo import NETWORK_FOLDER

    path = written(place, model(tensor("matrix", weights(), "../secret")))
    assert cli.main(["bisect", os.path.join(NETWORK_FOLDER, "frozen_graph.pb"), path]) == 2
    assert "model.onnx" in capsys.readouterr().err


def attribute(**fields):
    numbers = {"t": 5, "g": 6, "tensors": 10, "graphs": 11, "sparse": 22}
    return field(1, "value") + b"".join(field(numbers[name], content) for name, content in fields.items())


OUT = tensor("hidden", weights(), "../secret")
FINE = tensor("matrix", weights())
BRANCH = field(1, node("Constant", [], ["x"], attribute(t=OUT)))
HIDDEN = {
    "a constant": model(FINE, [node("Constant", [], ["x"], attribute(t=OUT))]),
    "a list of tensors": model(FINE, [node("Any", [], ["x"], attribute(tensors=OUT))]),
    "sparse values": model(FINE, [node("Constant", [], ["x"], attribute(sparse=field(1, OUT)))]),
    "sparse indices": model(FINE, [node("Constant", [], ["x"], attribute(sparse=field(2, OUT)))]),
    "a branch": model(FINE, [node("If", ["c"], ["x"], attribute(g=BRANCH))]),
    "a branch's weights": model(FINE, [node("If", ["c"], ["x"], attribute(graphs=field(5, OUT)))]),
    "sparse weights of a branch": model(FINE, [node("If", ["c"], ["x"], attribute(g=field(15, field(1, OUT))))]),
    "a function": model(FINE, functions=[field(7, node("Constant", [], ["x"], attribute(t=OUT)))]),
    "a function's default": model(FINE, functions=[field(11, attribute(t=OUT))]),
    "training": model(FINE) + field(20, field(1, BRANCH)),
    "a second graph, which is merged": model(FINE) + field(7, field(5, OUT)),
    "behind other fields": model(FINE, [node("Elu", ["flat"], ["x"], float_attribute("alpha", 0.5), attribute(t=OUT))]),
}


@pytest.mark.parametrize("where", sorted(HIDDEN))
def test_weights_are_found_wherever_they_are(place, where):
    assert Weights("hidden", "../secret") in weights_of(written(place, HIDDEN[where]))


def test_deep_nesting_ends(place):
    graph = BRANCH
    for _ in range(3000):
        graph = field(1, node("If", ["c"], ["x"], attribute(g=graph)))
    assert weights_of(written(place, field(7, graph))) == [Weights("hidden", "../secret")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html>",
        model(FINE)[:-5],
        model(FINE) + b"\x00",
        model(FINE) + b"\x3b\x3c",  # a group
        model(FINE) + b"\xba\x80\x80\x80\x10\x00",  # field 7 to whom drops what is beyond 32 bits
        model(FINE) + b"\xff" * 12,
        bytes((number * 167 + 13) % 256 for number in range(500)),
    ],
    ids=["empty", "page", "cut", "zero", "group", "wide_tag", "long_number", "noise"],
)
def test_what_protobuf_may_read_otherwise_is_refused(place, content, capsys, monkeypatch):
    path = written(place, content)
    assert cli.main(commands(place, path)["label"]) == (2 if content or has_runtime else 3)
    assert "cannot be run as an ONNX model" in capsys.readouterr().err or not content


@needs_runtime
@pytest.mark.parametrize("location", ["beside", "./beside", "sub/below", "sub/../beside", "near"])
def test_weights_in_the_folder_are_used_and_named(place, location, capsys):
    answers = []
    for matrix in (FINE, tensor("matrix", weights(), location)):
        path = written(place, model(matrix))
        assert cli.main(commands(place, path)["label"] + ["--json", "-"]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1] and "score" in answers[0]
    assert cli.main(["inspect", path]) == 0
    shown = capsys.readouterr().out
    assert f"weights in: {location}" in shown and "reaches outside: nothing" in shown


@needs_runtime
def test_weights_that_are_not_there_are_named(place, capsys):
    for location in ("gone", "sub", "*/_ORT_MEM_ADDR_/*"):  # the last is how the runtime calls an address in memory
        path = written(place, model(tensor("matrix", weights(), location)))
        assert cli.main(commands(place, path)["label"] + ["--allow_ops", "external_data"]) == 2
        assert f"the weights of 'matrix' lie in {location!r}, which is no file" in capsys.readouterr().err


@needs_runtime
def test_a_user_may_allow_it(place, capsys):
    path = written(place, model(tensor("matrix", weights(), "link")))
    code = cli.main(commands(place, path)["label"] + ["--allow_ops", "external_data"])
    said = capsys.readouterr().err
    assert code == 0 or "cannot be run as an ONNX model" in said  # newer runtimes have a rule of their own
