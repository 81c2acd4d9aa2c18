"""`poets inspect` and `poets bisect`: what a found graph is, and where two graphs part."""

import json
import os

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from poets.migrate import cli
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.task.errors import BadInput

EMBEDDED = os.path.join(NETWORK_FOLDER, "frozen_graph.pb")
PERTURBED = "MobilenetV1/Conv2d_7_depthwise/depthwise_weights"

# graph -> family, size, classes, bottleneck width, millions of multiply-adds (slim's mobilenet_v1.md for MobileNets)
WILD = {
    "dents/optimized_graph.pb": ("MobileNet v1 0.25 at 128 px", 128, 6, 1001, 14),
    "caltech256_160px/retrained_graph.pb": ("MobileNet v1 0.25 at 160 px", 160, 256, 1001, 21),
    "frozen_dropout/retrained_graph.pb": ("MobileNet v1 0.25 at 224 px", 224, 3, 1001, 41),
    "quantized_base/output_graph.pb": ("MobileNet v1 0.25 at 128 px", 128, 3, 1001, 14),
    "keras_cnn/tensorflow_inception_graph.pb": (
        "a plain network of 2 convolutions and 2 dense layers",
        128,
        2,
        100,
        20,
    ),
    "inception_2015_idiom/inception_like_retrained.pb": ("in the style of the 2015 Inception export", 299, 5, 256, 77),
}


def inspected(graph, tmp_path, *flags):
    out = str(tmp_path / "facts.json")
    assert cli.main(["inspect", str(graph), "--quiet", "--json", out] + list(flags)) == 0
    with open(out, encoding="utf-8") as file:
        return json.load(file)


@pytest.mark.shared
@pytest.mark.parametrize("graph", sorted(WILD))
def test_what_a_wild_graph_is(shared_data, tmp_path, graph):
    family, size, classes, width, multiply_adds = WILD[graph]
    found = inspected(shared_data / "graphs" / graph, tmp_path)
    assert found["family"]["name"] == family
    assert (found["roles"]["input_size"], found["classes"], found["bottleneck_width"]) == (size, classes, width)
    assert abs(found["multiply_adds"] / 1e6 - multiply_adds) < 1


@pytest.mark.shared
def test_what_is_left_from_training_and_what_is_quantized(shared_data, tmp_path):
    graphs = shared_data / "graphs"
    assert "frozen dropout" in inspected(graphs / "frozen_dropout" / "retrained_graph.pb", tmp_path)["leftovers"][0]
    assert inspected(graphs / "quantized_base" / "output_graph.pb", tmp_path)["quantized_weights"] == 2
    inception = inspected(graphs / "inception_2015_idiom" / "inception_like_retrained.pb", tmp_path)
    assert inception["roles"]["input_mean"] == 128 and "own Sub and Mul" in inception["roles"]["normalization_from"]
    assert inception["batch"] == 1


@pytest.mark.tensorflow
def test_the_tree_fits_80_columns_and_names_what_matters(capsys):
    assert cli.main(["inspect", EMBEDDED]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for words in (
        "MobileNet v1 0.25 at 96 px",
        "input, float32, 96 x 96 pixels",
        "(pixel - 127.5) / 127.5",
        "110 classes",
    ):
        assert words in text


@pytest.mark.tensorflow
def test_a_wrong_input_layer_gets_an_offer(capsys):
    assert cli.main(["inspect", EMBEDDED, "--input_layer", "Mul"]) == 2
    assert "did you mean 'input'?" in capsys.readouterr().err


@pytest.mark.tensorflow
def test_the_graph_is_written_for_tensorboard(tmp_path, capsys):
    from tensorboard.backend.event_processing import event_accumulator

    assert cli.main(["inspect", EMBEDDED, "--quiet", "--tensorboard", str(tmp_path / "graph")]) == 0
    events = event_accumulator.EventAccumulator(str(tmp_path / "graph")).Reload()
    assert len(events.Graph().node) == 555


@pytest.mark.tensorflow
def test_bisect_names_the_node_behind_a_changed_weight(tmp_path, capsys):
    from poets.migrate.tensorflow_library.version1 import tf

    graph_def = tf.GraphDef()
    with open(EMBEDDED, "rb") as file:
        graph_def.ParseFromString(file.read())
    node = next(node for node in graph_def.node if node.name == PERTURBED)
    weights = np.array(tf.make_ndarray(node.attr["value"].tensor))
    weights.flat[weights.size // 2] += 0.5
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(weights))
    (tmp_path / "changed.pb").write_bytes(graph_def.SerializeToString())
    out = str(tmp_path / "finding.json")
    assert cli.main(["bisect", EMBEDDED, str(tmp_path / "changed.pb"), "--json", out]) == 1
    with open(out, encoding="utf-8") as file:
        finding = json.load(file)["finding"]
    assert finding["node"] == "MobilenetV1/MobilenetV1/Conv2d_7_depthwise/depthwise"
    assert set(finding["inputs"].values()) == {0.0}
    assert finding["looked_at"] <= 2 + np.ceil(np.log2(finding["compared"]))
    assert "first difference: MobilenetV1/MobilenetV1/Conv2d_7_depthwise/depthwise" in capsys.readouterr().out


@pytest.mark.tensorflow
def test_bisect_of_equal_graphs_finds_nothing(capsys):
    assert cli.main(["bisect", EMBEDDED, EMBEDDED]) == 0
    assert "no node differs" in capsys.readouterr().out


@pytest.mark.tensorflow
@hypothesis.settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
@hypothesis.given(
    hits=strategies.lists(
        strategies.tuples(strategies.floats(0, 1), strategies.integers(0, 255)), min_size=1, max_size=4
    ),
    kept=strategies.one_of(strategies.just(1.0), strategies.floats(0, 1)),
)
def test_a_damaged_graph_is_refused_or_read_but_never_a_crash(tmp_path_factory, hits, kept):
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.inspect import facts
    from poets.migrate.tensorflow_library.version2 import tf

    with open(EMBEDDED, "rb") as file:
        data = bytearray(file.read())
    for place, value in hits:
        data[int(place * (len(data) - 1))] = value
    path = tmp_path_factory.mktemp("damaged") / "graph.pb"
    path.write_bytes(bytes(data[: int(kept * len(data))]))
    try:
        found = facts.gather(read_graph(str(path), tf.compat.v1.GraphDef()))
    except BadInput as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert found.nodes > 0
