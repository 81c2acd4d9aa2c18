"""`poets inspect` reads what can be read without TensorFlow, and imports it only where reading is not enough."""

import json
import os
import subprocess
import sys

import pytest

from parity_tests.fixtures.models import idioms
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.task.worker.start import project_root

pytestmark = pytest.mark.tensorflow

EMBEDDED = os.path.join(NETWORK_FOLDER, "frozen_graph.pb")
INSPECT = """
import sys
from poets.migrate import cli
code = cli.main(["inspect"] + sys.argv[1:])
sys.stderr.write("imported: " + " ".join(name for name in ("tensorflow", "keras") if name in sys.modules))
sys.exit(code)
"""
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, *rest):
        if name.split(".")[0] == "tensorflow":
            raise ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow")
sys.meta_path.insert(0, Missing())
"""
LATER = """
import sys
from poets.migrate.gate import messages
graph, saved, meta = messages.graph_def(), messages.saved_model(), messages.meta_graph_def()
assert "tensorflow" not in sys.modules
from poets.migrate.tensorflow_library.version1 import tf
assert type(graph) is tf.GraphDef and type(meta) is tf.MetaGraphDef
assert [messages.dtype_name(kind) for kind in NUMBERS] == [tf.as_dtype(kind).name for kind in NUMBERS]
graph.node.add(name="a", op="NoOp")
with tf.Graph().as_default() as made:
    tf.import_graph_def(graph, name="")
assert made.as_graph_def().node[0].name == "a"
from tensorflow.core.protobuf import saved_model_pb2
assert type(saved) is saved_model_pb2.SavedModel
"""


def python(code, *arguments, **environment):
    """(exit code, stdout, stderr) of a program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code] + [str(word) for word in arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env=dict(os.environ, **environment),
        cwd=project_root(),
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A network as a frozen graph, as text, and as SavedModels of TensorFlow 1 and 2 without variables."""
    from google.protobuf import text_format

    from poets.migrate.tensorflow_library.version1 import tf
    from poets.migrate.tensorflow_library.version2 import tf as tf2

    folder = tmp_path_factory.mktemp("kept")
    path = idioms.write_idiom(folder / "graph.pb", idioms.PLAIN)
    with open(path, "rb") as file:
        graph_def = tf.GraphDef.FromString(file.read())
    (folder / "text.pb").write_text(text_format.MessageToString(graph_def))
    (folder / "pbtxt").mkdir()
    (folder / "pbtxt" / "graph.pbtxt").write_text(text_format.MessageToString(graph_def))
    with tf.Graph().as_default(), tf.Session() as session:
        entry, output = tf.import_graph_def(graph_def, return_elements=["input:0", "final_result:0"], name="")
        tf.saved_model.simple_save(session, str(folder / "tf1"), inputs={"image": entry}, outputs={"scores": output})
    module = tf2.Module()
    module.f = tf2.function(tf2.nn.relu, input_signature=[tf2.TensorSpec([2])])
    tf2.saved_model.save(module, str(folder / "tf2"))
    return folder


@pytest.mark.parametrize("name", ["graph.pb", "text.pb", "pbtxt/graph.pbtxt", "tf1", "tf2"])
def test_tensorflow_is_not_imported(kept, name):
    code, out, err = python(INSPECT, kept / name)
    assert (code, err) == (0, "imported: ")
    assert "kept as" in out


def test_a_keras_file_is_read_without_keras(tmp_path):
    pytest.importorskip("keras", minversion="3")
    from parity_tests.fixtures.models.hostile_keras import keras_file

    keras_file(str(tmp_path / "model.keras"))
    assert python(INSPECT, tmp_path / "model.keras", "--quiet") == (0, "", "imported: ")


@pytest.mark.parametrize("name", ["graph.pb", "tf1"])
def test_a_process_that_has_tensorflow_says_the_same(kept, tmp_path, name):
    from poets.migrate import cli

    records = []
    for run in (lambda words: python(INSPECT, *words)[0], cli.main):
        assert (
            run(["inspect"][run is not cli.main :] + [str(kept / name), "-q", "--json", str(tmp_path / "a.json")]) == 0
        )
        records.append(json.loads((tmp_path / "a.json").read_text()))
    assert records[0] == records[1]
    assert records[0]["classes"] == 3 and records[0]["multiply_adds"] > 0


def test_an_op_without_a_rule_is_left_to_tensorflow(tmp_path):
    from poets.migrate.tensorflow_library.version1 import tf

    def network(images):
        return idioms.head(tf.cumsum(tf.reduce_mean(images, [1, 2]), axis=1), 5)

    path = idioms.write_graph(tmp_path / "graph.pb", network)
    code, _, err = python(INSPECT, path, "--quiet", "--json", tmp_path / "facts.json")
    assert (code, err.split("imported: ")[1].split()[:1]) == (0, ["tensorflow"])
    found = json.loads((tmp_path / "facts.json").read_text())
    assert (found["classes"], found["bottleneck_width"], found["multiply_adds"]) == (5, 3, 15)


def test_tensorflow_finds_its_own_messages_later():
    numbers = "NUMBERS = (1, 2, 3, 4, 7, 9, 10, 11, 14, 19, 20, 101)\n"
    assert python(numbers + LATER) == (0, "", "")


def test_no_tensorflow_at_all_is_one_line():
    code, out, err = python(WITHOUT + INSPECT, EMBEDDED)
    assert (code, out) == (3, "")
    assert err.startswith("error: tensorflow is not installed in") and err.count("\n") == 1


def test_a_broken_tensorflow_is_one_line(tmp_path):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise ImportError('no libcublas here')\n")
    code, out, err = python(INSPECT, EMBEDDED, PYTHONPATH=f"{tmp_path}{os.pathsep}{project_root()}")
    assert (code, out) == (3, "")
    assert "no libcublas here" in err and err.count("\n") == 1
