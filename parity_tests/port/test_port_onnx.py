"""The target onnx and the onnx_runner: frozen graphs as ONNX files that answer alike, TensorFlow or none."""

import importlib.util
import json
import os
import sys

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.port_checks import GRAPHS, check_alike, read
from poets.migrate import cli

NEEDED = ("tf2onnx", "onnxruntime")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
needs_onnx = pytest.mark.skipif(bool(MISSING), reason=f"the extra `onnx` is not installed: no {', '.join(MISSING)}")
pytestmark = pytest.mark.tensorflow

NETWORK = idioms.PLAIN._replace(layers=("conv", "separable", "residual"), widths=(8, 16, 32), size=24)

# What the graphs need; TensorRT 8.2 has them all (docs/operators.md of onnx/onnx-tensorrt).
OPERATORS = {
    "Add",
    "AveragePool",
    "Cast",
    "Clip",
    "Concat",
    "Conv",
    "Gather",
    "MatMul",
    "MaxPool",
    "Mul",
    "ReduceProd",
    "Relu",
    "Reshape",
    "Shape",
    "Slice",
    "Softmax",
    "Squeeze",
    "Sub",
    "Transpose",
    "Unsqueeze",
}

RUN = """
import sys
import numpy as np
from poets.migrate.runners import onnx_runner, portable_models
answers = portable_models.load(sys.argv[1])(np.zeros([2, 24, 24, 3], np.float32))
print(onnx_runner.read_metadata(sys.argv[1])["labels"][0], list(answers.shape), "tensorflow" in sys.modules)
"""


def port(*argv):
    return cli.main(["port"] + [str(word) for word in argv])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(reading, path) of a small network's port."""
    from poets.migrate.port.targets import onnx as onnx_export

    folder = tmp_path_factory.mktemp("onnx")
    reading, path = read(idioms.write_idiom(folder / "graph.pb", NETWORK)), str(folder / "model.onnx")
    onnx_export.save(reading, path)
    return reading, path


@needs_onnx
@pytest.mark.shared
@pytest.mark.parametrize("graph", GRAPHS)
def test_found_graph_answers_as_its_session_with_operators_that_tensorrt_8_2_has(shared_data, tmp_path, graph):
    import onnx

    from poets.migrate.port.targets import onnx as onnx_export
    from poets.migrate.runners import portable_models

    found, path = read(shared_data / graph), str(tmp_path / "model.onnx")
    onnx_export.save(found, path)
    check_alike(found, portable_models.load(path))
    model = onnx.load(path)
    assert {node.op_type for node in model.graph.node} <= OPERATORS
    assert {node.domain for node in model.graph.node} == {""}


@needs_onnx
@pytest.mark.shared
def test_command_ports_to_onnx_beside_the_others_and_proves_them(shared_data, tmp_path):
    graph = shared_data / "graphs" / "quantized_base" / "output_graph.pb"
    assert port(graph, "--to", "onnx,savedmodel,tflite", "--output", tmp_path, "--quiet") == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert set(report["targets"]) == {"onnx", "savedmodel", "tflite"}
    proof = report["targets"]["onnx"]
    assert proof["passed"] and not proof["lossy"] and proof["max_abs"] <= 2e-5 and proof["top1_agreement"] == 1.0
    assert proof["path"] == str(tmp_path / "model.onnx")


@needs_onnx
@pytest.mark.parametrize("flatten", idioms.FLATTENS)
@pytest.mark.parametrize(
    "layers, activation",
    [
        (("explicit", "branches", "max_pool"), "Relu6"),
        (("dilated", "pad_valid", "separable"), "Elu"),
        (("residual", "conv", "max_pool"), "Tanh"),
    ],
)
def test_small_network_answers_as_its_session_at_any_batch(tmp_path, flatten, layers, activation):
    from poets.migrate.port.targets import onnx as onnx_export
    from poets.migrate.runners import portable_models

    small = read(
        idioms.write_idiom(
            tmp_path / "graph.pb",
            idioms.PLAIN._replace(flatten=flatten, activation=activation, layers=layers, widths=(3, 4, 5), size=17),
        )
    )
    path = str(tmp_path / "model.onnx")
    onnx_export.save(small, path)
    check_alike(small, portable_models.load(path))


@needs_onnx
def test_ends_opset_labels_and_metadata_are_as_told(made):
    import onnx

    from poets.migrate.runners import onnx_runner

    reading, path = made
    session = onnx_runner.make_session(path)
    ends = [(end.name, end.shape, end.type) for end in session.get_inputs() + session.get_outputs()]
    assert ends == [("images", ["N", 24, 24, 3], "tensor(float)"), ("probabilities", ["N", 3], "tensor(float)")]
    model = onnx.load(path)
    assert {entry.domain: entry.version for entry in model.opset_import}[""] == 13 and model.ir_version <= 7
    assert {entry.key: entry.value for entry in model.metadata_props}["labels"] == "class 0\nclass 1\nclass 2"
    metadata = onnx_runner.read_metadata(path)
    assert metadata is not None
    assert metadata["labels"] == reading.labels and metadata["input_size"] == 24 and metadata["resize"] == "tf1"
    assert sorted(os.listdir(os.path.dirname(path))) == ["graph.pb", "model.onnx"]


@needs_onnx
def test_running_and_reading_the_metadata_need_no_tensorflow(made):
    assert tiny.run_python(RUN, made[1]).split("\n")[0] == "class 0 [2, 3] False"


@needs_onnx
def test_poets_label_names_photos_as_it_does_with_the_frozen_graph(tmp_path):
    graph = idioms.write_idiom(tmp_path / "graph.pb", NETWORK)
    tiny.draw_photos(tmp_path / "photos", count=2)
    assert port(graph, "--to", "onnx", "--output", tmp_path / "out", "--quiet") == 0
    (tmp_path / "labels.txt").write_text("ash\nelm\noak\n")
    scores = []
    for path in (graph, str(tmp_path / "out" / "model.onnx")):
        out = str(tmp_path / "answers.json")
        assert (
            cli.main(
                [
                    "label",
                    "--graph",
                    path,
                    "--labels",
                    str(tmp_path / "labels.txt"),
                    "--quiet",
                    "--json",
                    out,
                    str(tmp_path / "photos"),
                ]
            )
            == 0
        )
        with open(out, encoding="utf-8") as file:
            scores.append(
                [
                    [guess["score"] for guess in sorted(photo["guesses"], key=lambda guess: guess["label"])]
                    for photo in json.load(file)["images"]
                ]
            )
    assert len(scores[0]) > 2
    np.testing.assert_allclose(scores[0], scores[1], rtol=0, atol=1e-5)


@needs_onnx
def test_model_of_somebody_else_has_no_metadata(made, tmp_path):
    import onnx

    from poets.migrate.runners import onnx_runner

    model = onnx.load(made[1])
    del model.metadata_props[:]
    onnx.save(model, str(tmp_path / "plain.onnx"))
    assert onnx_runner.read_metadata(str(tmp_path / "plain.onnx")) is None
    model.metadata_props.add(key="poets", value="lines of verse")
    onnx.save(model, str(tmp_path / "verse.onnx"))
    assert onnx_runner.read_metadata(str(tmp_path / "verse.onnx")) is None


@needs_onnx
@pytest.mark.parametrize(
    "content, words",
    [
        (None, "there is no ONNX model at"),
        (b"", "cannot be run as an ONNX model"),
        (b"no model" * 9, "cannot be run as an ONNX model"),
    ],
)
def test_file_that_is_no_model_is_refused_in_one_line(tmp_path, capfd, content, words):
    from poets.migrate.runners import onnx_runner, portable_models
    from poets.migrate.task.errors import BadInput

    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    for use in (portable_models.load, onnx_runner.read_metadata):
        with pytest.raises(BadInput, match=words) as raised:
            use(str(path))
        assert "\n" not in str(raised.value) and not capfd.readouterr().err


@needs_onnx
def test_op_that_onnx_lacks_is_refused_in_one_line(tmp_path, capfd):
    from poets.migrate.port.targets import onnx as onnx_export
    from poets.migrate.task.errors import BadInput
    from poets.migrate.tensorflow_library.version1 import tf

    def network(images):
        return idioms.head(tf.reshape(tf.raw_ops.Zeta(x=images + 3, q=images + 2), [-1, 192]), 2)

    found = read(idioms.write_graph(tmp_path / "graph.pb", network))
    capfd.readouterr()
    with pytest.raises(BadInput) as raised:
        onnx_export.save(found, str(tmp_path / "model.onnx"))
    assert "Zeta" in str(raised.value) and "\n" not in str(raised.value)
    assert not capfd.readouterr().err and os.listdir(str(tmp_path)) == ["graph.pb"]


@needs_onnx
def test_no_log_lines_on_stderr(tmp_path):
    graph = idioms.write_idiom(tmp_path / "graph.pb", idioms.PLAIN)
    code = (
        "import subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'poets', 'port'] + sys.argv[1:], stderr=subprocess.PIPE)\n"
        "print(done.returncode, done.stderr.decode())"
    )
    words = tiny.run_python(code, graph, "--to", "onnx", "--output", tmp_path / "out", "--quiet").split()
    assert words == ["0"] and (tmp_path / "out" / "model.onnx").exists()


@pytest.mark.parametrize("missing", NEEDED)
def test_missing_extra_is_named_before_any_work(tmp_path, capsys, monkeypatch, missing):
    for name in NEEDED:
        monkeypatch.setitem(sys.modules, name, np)  # stands for an installed one
    monkeypatch.setitem(sys.modules, missing, None)
    assert port(__file__, "--to", "onnx", "--output", tmp_path / "out") == 3
    err = capsys.readouterr().err.strip()
    assert err == f"error: {missing} is not installed; install poets-migrate[onnx]"
    assert not (tmp_path / "out").exists()
