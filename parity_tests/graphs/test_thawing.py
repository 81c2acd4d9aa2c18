"""Thawing a frozen graph: which of its constants are weights, by layers, and which are statistics."""

import numpy as np
import pytest

from parity_tests.fixtures.commands.fine_tuned import NETWORK


@pytest.mark.tensorflow
def test_the_layers_of_real_networks():
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.graphs.rewrites.thawing import last_layers, statistics, thawable, weight_layers
    from poets.migrate.tensorflow_library.version1 import tf

    graph = read_graph(NETWORK, tf.GraphDef())
    layers = weight_layers(graph, "MobilenetV1/Predictions/Reshape:0", statistics(graph))
    # slim's MobileNet v1: 27 convolutions with gamma and beta each, and the last with a bias
    assert [len(layer) for layer in layers] == [3] * 27 + [2]
    assert layers[0][0] == "MobilenetV1/Conv2d_0/weights"
    assert [name.split("/")[1] for name, *_ in layers[1:3]] == ["Conv2d_1_depthwise", "Conv2d_1_pointwise"]
    assert last_layers(layers, 1) == layers[-1] and last_layers(layers, 0) == []
    assert last_layers(layers, None) == last_layers(layers, 99) == sum(layers, [])
    still = statistics(graph)
    assert len(still) == 54 and all("moving_" in name for name in still)
    assert still | set(sum(layers, [])) <= {node.name for node in thawable(graph)}
    # in whatever order the nodes lie
    shuffled = tf.GraphDef()
    shuffled.node.extend(reversed(list(graph.node)))
    assert weight_layers(shuffled, "MobilenetV1/Predictions/Reshape", still) == layers


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "op, order",
    [
        ("FusedBatchNorm", ["gamma", "beta", "a", "b"]),
        ("BatchNormWithGlobalNormalization", ["a", "b", "beta", "gamma"]),
    ],
)
def test_statistics_are_known_by_their_places_whatever_their_names(op, order):
    from poets.migrate.graphs.rewrites.thawing import thawable_network
    from poets.migrate.tensorflow_library.version1 import tf

    graph = tf.GraphDef()
    graph.node.add(name="input", op="Placeholder").attr["dtype"].type = 1
    for name in ["kernel"] + sorted(order):
        node = graph.node.add(name=name, op="Const")
        node.attr["dtype"].type = 1
        value = np.ones((1, 1, 3, 3) if name == "kernel" else 3, np.float32)
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
    graph.node.add(name="conv", op="Conv2D", input=["input", "kernel"])
    norm = graph.node.add(name="norm", op=op, input=["conv"] + order)
    norm.attr["variance_epsilon"].f = norm.attr["epsilon"].f = 1e-3
    norm.attr["scale_after_normalization"].b = False
    found = thawable_network(graph, "input", "norm:0")
    assert found.still == {"a", "b"}
    # the 2015 norm without its scale does not use gamma
    assert found.layers == [["kernel"] + (["gamma", "beta"] if op == "FusedBatchNorm" else ["beta"])]
