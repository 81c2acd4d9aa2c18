"""Damaged graphs and sources: `poets port` gives no traceback and no false success."""

import os
import shutil
import tempfile

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from parity_tests.fixtures.models import idioms, old_sources
from parity_tests.fixtures.models.pictures import square
from parity_tests.fixtures.networks.port_in_process import port, settings

pytestmark = pytest.mark.tensorflow

# Small, so that a random byte is rarely one of a weight, which may be any number.
SMALL = idioms.Idiom(8, (2,), ("conv",), "slim", "Relu6", "constant", 2, 1, beside="loss")
DAMAGED = (
    SMALL,
    SMALL._replace(norm="global", entry="decoded", flatten="pool", is_checked=True),
    SMALL._replace(entry="conv2d_1_input", flatten="keras", phase="default", weights="MIN_FIRST"),
    SMALL._replace(flatten="mean", dropout="floor", scaling="pixels", has_bottleneck=False),
)


@st.composite
def damages(draw, size):
    """What happens to a file of ``size`` bytes: it is cut short, or 1 to 4 bytes change, or both."""
    hits = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, 255)), max_size=4))
    return hits, draw(st.integers(0, size - 1)) if not hits or draw(st.integers(0, 3)) == 0 else size


def damage(path, hits, kept):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    for place, value in hits:
        data[place] = value
    with open(path, "wb") as file:
        file.write(bytes(data[:kept]))


def check_outcome(path, folder):
    """Port what may be damaged: refused in one line, or a report whose "equal" is true."""
    output = os.path.join(folder, "out")
    outcome = port(path, output)
    if "error" in outcome:
        assert len(outcome["error"].splitlines()) == 1 and "Traceback" not in outcome["error"]
        assert not os.path.exists(output) or os.listdir(output) == []
        return "refused"
    assert not [name for name in os.listdir(output) if name.startswith(".")]
    proof = outcome["targets"]["savedmodel"]
    if outcome["verdict"] == "equal":
        check_truly_equal(path, outcome, proof["path"])
    else:
        assert len(proof["why"].splitlines()) == 1 and sorted(os.listdir(output)) in (
            ["rejected", "report.json"],
            ["report.json"],
        )
    return outcome["verdict"]


def check_truly_equal(path, report, where):
    """On other pictures than the proof's, in a Session of our own."""
    import tensorflow as tf

    from poets.migrate.port.proof import probes
    from poets.migrate.port.reading import graph_reading as readings
    from poets.migrate.port.reading import original

    reading = readings.read(path)
    pixels = probes.natural_pictures(square(report["input"]["size"]), 3, seed=7)
    images = (pixels - np.float32(report["input"]["mean"])) / np.float32(report["input"]["std"])
    if os.path.isfile(path) and "dropout" not in [rewrite["name"] for rewrite in report["rewrites"]]:
        expected = answers_of_file(path, report, images)
    else:
        expected = original.original_answers(reading, images)
    run = tf.saved_model.load(where).signatures["raw"]
    given = list(run(tf.constant(images)).values())[0].numpy()
    assert np.isfinite(expected).all() and given.shape == expected.shape
    assert np.abs(given - expected).max() <= 1e-5


def answers_of_file(path, report, images):
    from poets.migrate.tensorflow_library.version1 import tf

    with open(path, "rb") as file:
        graph_def = tf.GraphDef.FromString(file.read())
    with tf.Graph().as_default():
        tf.import_graph_def(graph_def, name="")
        with tf.Session() as session:
            return np.concatenate(
                [
                    session.run(report["output"] + ":0", {report["input"]["layer"] + ":0": image[None]})
                    for image in images
                ]
            )


@pytest.fixture(scope="module")
def small_graphs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    return [idioms.write_idiom(folder / (f"{number}.pb"), idiom) for number, idiom in enumerate(DAMAGED)]


@settings(150)
@hypothesis.given(data=st.data())
def test_a_damaged_graph_gives_no_traceback_and_no_false_success(small_graphs, data):
    graph = data.draw(st.sampled_from(small_graphs))
    hits, kept = data.draw(damages(os.path.getsize(graph)))
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(graph, folder)
        damage(path, hits, kept)
        check_outcome(path, folder)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

    folder = tmp_path_factory.mktemp("kept")
    os.makedirs(str(folder / "checkpoint"))
    old_sources.write_saved_model_and_checkpoint(str(folder))
    for file, message in (
        ("saved_model/saved_model.pb", saved_model_pb2.SavedModel()),
        ("checkpoint/_retrain_checkpoint.meta", meta_graph_pb2.MetaGraphDef()),
    ):
        message.ParseFromString((folder / file).read_bytes())
        (folder / file).write_bytes(message.SerializeToString(deterministic=True))
    return folder


@settings(80)
@hypothesis.given(data=st.data())
@pytest.mark.parametrize(
    "name, files",
    [
        ("saved_model", ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]),
        (
            "checkpoint",
            ["_retrain_checkpoint.meta", "_retrain_checkpoint.index", "_retrain_checkpoint.data-00000-of-00001"],
        ),
    ],
)
def test_a_damaged_source_gives_no_traceback_and_no_false_success(kept, name, files, data):
    file = data.draw(st.sampled_from(files))
    hits, left = data.draw(damages(os.path.getsize(str(kept / name / file))))
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copytree(str(kept / name), os.path.join(folder, name))
        damage(os.path.join(path, file), hits, left)
        check_outcome(os.path.join(path, "_retrain_checkpoint") if name == "checkpoint" else path, folder)


def test_an_undamaged_source_is_equal(kept, small_graphs, tmp_path):
    for number, path in enumerate(small_graphs + [str(kept / "saved_model"), str(kept / "checkpoint")]):
        assert check_outcome(path, str(tmp_path / str(number))) == "equal"


def lose_type(node):
    node.attr["value"].tensor.dtype = 65  # TensorFlow ends the process on it, in grappler


def name_on_two_lines(node):
    node.op = "Con\nst\x1e"


def take_from_nowhere(node):
    node.name = "elsewhere"


@pytest.mark.parametrize("edit", [lose_type, name_on_two_lines, take_from_nowhere])
@pytest.mark.parametrize("name", ["Net/Layer_0.conv/weights", "Net/Layer_0.conv/batchnorm/add/y", "sub/y"])
def test_damage_that_was_found_by_search_is_refused_by_name(tmp_path, edit, name):
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.task.errors import BadInput
    from poets.migrate.tensorflow_library.version1 import tf

    path = idioms.write_idiom(tmp_path / "graph.pb", SMALL._replace(scaling="pixels"))
    graph_def = tf.GraphDef.FromString((tmp_path / "graph.pb").read_bytes())
    edit(next(node for node in graph_def.node if node.name == name))
    (tmp_path / "graph.pb").write_bytes(graph_def.SerializeToString())
    if edit is lose_type:  # first without running it
        with pytest.raises(BadInput):
            read_graph(path, tf.GraphDef())
    assert check_outcome(path, str(tmp_path)) == "refused"


def test_nothing_is_left_of_a_port_that_broke_off(tmp_path):
    from poets.migrate.tensorflow_library.version1 import tf

    path = idioms.write_idiom(tmp_path / "graph.pb", SMALL)
    graph_def = tf.GraphDef.FromString((tmp_path / "graph.pb").read_bytes())
    node = next(node for node in graph_def.node if node.op == "Conv2D")
    node.attr["use_cudnn_on_gpu"].placeholder = "argument"  # TensorFlow imports it, but saves no function of it
    (tmp_path / "graph.pb").write_bytes(graph_def.SerializeToString())
    assert check_outcome(path, str(tmp_path)) == "refused"
