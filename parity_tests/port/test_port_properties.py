"""Properties of `poets port`: every idiom is ported and proven; no damage gives a traceback or a false success."""

import collections
import os
import shutil
import tempfile

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from parity_tests.fixtures import idioms, old_sources

pytestmark = pytest.mark.tensorflow

TARGETS = ("savedmodel", "hub", "keras", "tflite")
PROOF = {"path", "max_abs", "required_tolerance", "top1_agreement", "passed"}


def settings(examples):
    return hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def port(path, output, targets=("savedmodel",)):
    """What the processes of `poets port` do, one after the other in this one: the report, or ``error``."""
    from poets.migrate.port import one_graph
    from poets.migrate.port.reading.options import ReadingOptions

    job = one_graph.Job(str(path), str(output), list(targets), ReadingOptions(), None, [])
    written = one_graph.write(job)
    return written if "error" in written else one_graph.settle(job, written, one_graph.prove(job, written["targets"]))


@st.composite
def drawn_idioms(draw):
    """Idioms that are promised.

    Decoding is known by its names; without a shape the size must show in the pooling, and the name tell the images
    from another float placeholder.
    """
    entry, dropout = draw(st.sampled_from(idioms.ENTRIES)), draw(st.sampled_from(idioms.DROPOUTS))
    is_stripped = entry == "stripped"
    has_own_names = entry == "decoded" or (is_stripped and dropout == "keep_prob")
    count = 5 if is_stripped else draw(st.integers(1, 3))
    layers = st.sampled_from(idioms.HALVING if is_stripped else idioms.LAYERS)
    return idioms.Idiom(
        size=draw(st.sampled_from([64, 96])) if is_stripped else draw(st.integers(8, 17)),
        widths=tuple(draw(st.integers(1, 6)) for _ in range(count)),
        layers=tuple(draw(layers) for _ in range(count)),
        norm=draw(st.sampled_from(idioms.NORMS + idioms.OLD_NORMS)),
        activation=draw(st.sampled_from(idioms.ACTIVATIONS)),
        flatten="pool" if is_stripped else draw(st.sampled_from(idioms.FLATTENS)),
        classes=draw(st.integers(2, 6)),
        seed=draw(st.integers(0, 999)),
        entry=entry,
        batch=draw(st.sampled_from([None, 1])),
        scaling="none" if entry == "decoded" else draw(st.sampled_from(idioms.SCALINGS)),
        scope="" if has_own_names else draw(st.sampled_from(idioms.SCOPES)),
        weights=draw(st.sampled_from(idioms.WEIGHTS)),
        is_checked=draw(st.booleans()),
        dropout=dropout,
        phase=draw(st.sampled_from(idioms.PHASES)),
        has_bottleneck=draw(st.booleans()),
        beside=draw(st.sampled_from(idioms.BESIDE)),
    )


def provoked(idiom, graph_def, report):
    """Rewrite -> how often, as the idiom asks for it."""
    from poets.migrate.tensorflow_library.version1 import tf

    ops = collections.Counter(node.op for node in graph_def.node)
    unneeded = len(graph_def.node) - len(tf.graph_util.extract_sub_graph(graph_def, [report["output"]]).node)
    if idiom.entry == "decoded":
        unneeded += len(tf.graph_util.extract_sub_graph(graph_def, ["Mul"]).node) - 1
    is_open = idiom.batch is None or idiom.flatten == "keras"
    counts = {
        "cut": unneeded,
        "learning_phase": idiom.phase != "none",
        "dropout": idiom.dropout != "none",
        "check_numerics": len(idiom.layers) * idiom.is_checked,
        "bottleneck_placeholder": idiom.has_bottleneck,
        "batch_norm": ops["BatchNormWithGlobalNormalization"],
        "dequantize": ops["Dequantize"],
        "any_batch": (idiom.entry in ("decoded", "stripped") or not is_open) + (idiom.flatten == "constant"),
    }
    return {name: int(count) for name, count in counts.items() if count}


def check_idiom(idiom, targets):
    from poets.migrate.tensorflow_library.version1 import tf

    with tempfile.TemporaryDirectory() as folder:
        path = idioms.write_idiom(os.path.join(folder, "graph.pb"), idiom)
        report = port(path, os.path.join(folder, "out"), targets)
        assert report.get("verdict") == "equal", report
        assert sorted(os.listdir(os.path.join(folder, "out"))) == sorted(
            ["report.json"] + [os.path.basename(proof["path"]) for proof in report["targets"].values()]
        )
        with open(path, "rb") as file:
            graph_def = tf.GraphDef.FromString(file.read())
    assert {rewrite["name"]: rewrite["count"] for rewrite in report["rewrites"]} == provoked(idiom, graph_def, report)
    assert report["graph"] == path and report["classes"] == idiom.classes
    assert report["input"]["size"] == idiom.size and report["output"].split("/")[-1] == "final_result"
    assert set(report["targets"]) == set(targets)
    moved = max([0.0] + [rewrite["tolerance"] for rewrite in report["rewrites"]])
    for name, proof in report["targets"].items():
        assert PROOF <= set(proof) and proof["passed"] and proof["top1_agreement"] == 1.0
        assert proof["required_tolerance"] == proof["max_abs"] <= (moved if name == "savedmodel" else 1e-5)


@settings(20)
@hypothesis.given(idiom=drawn_idioms())
def test_every_idiom_is_ported_and_equal(idiom):
    check_idiom(idiom, ["savedmodel"])


@settings(8)
@hypothesis.given(idiom=drawn_idioms())
def test_every_idiom_is_ported_to_every_target(idiom):
    check_idiom(idiom, TARGETS)


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

    reading = readings.read(path)
    pixels = probes.natural_pictures(report["input"]["size"], 3, seed=7)
    images = (pixels - np.float32(report["input"]["mean"])) / np.float32(report["input"]["std"])
    if os.path.isfile(path) and "dropout" not in [rewrite["name"] for rewrite in report["rewrites"]]:
        expected = answers_of_file(path, report, images)
    else:
        expected = readings.original_answers(reading, images)
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
