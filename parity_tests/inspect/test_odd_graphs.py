"""Graphs that TensorFlow never wrote, with a cycle or thousands of nodes in a chain: one clear line, or an answer."""

import pytest

from poets.migrate.cli import main

pytestmark = pytest.mark.tensorflow


def chain(count):
    """A GraphDef: an image, ``count`` ReLUs one after the other, and a classifier."""
    from poets.migrate.tensorflow_library.version2 import tf

    with tf.Graph().as_default() as graph:
        images = tf.compat.v1.placeholder(tf.float32, [1, 8, 8, 3], name="input")
        rows = tf.reduce_mean(images, [1, 2])
        tf.nn.softmax(tf.matmul(tf.identity(rows, name="last"), tf.constant([[1.0, 2], [3, 4], [5, 6]])), name="scores")
    graph_def = graph.as_graph_def()
    source = next(node for node in graph_def.node if node.name == "last").input[0]
    for place in range(count):
        node = graph_def.node.add(name=f"relu_{place}", op="Relu", input=[source])
        node.attr["T"].type = 1
        source = node.name
    next(node for node in graph_def.node if node.name == "last").input[0] = source
    return graph_def


def words(command, path, folder):
    more = {
        "bisect": [path],
        "optimize": ["--output", str(folder / "out.pb")],
        "round": ["--output", str(folder / "out.pb")],
    }
    return [command, path] + more.get(command, [])


@pytest.mark.parametrize("command", ["inspect", "optimize", "round", "bisect"])
def test_a_cycle_is_one_line(tmp_path, capsys, command):
    graph_def = chain(5)
    next(node for node in graph_def.node if node.name == "relu_0").input.append("^scores")
    path = tmp_path / "cycle.pb"
    path.write_bytes(graph_def.SerializeToString())
    assert main(words(command, str(path), tmp_path)) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1 and "cycle" in err


@pytest.mark.parametrize("command, count", [("inspect", 30000), ("optimize", 3000), ("round", 3000), ("bisect", 10000)])
def test_a_long_chain_is_no_fault(tmp_path, command, count):
    path = tmp_path / "chain.pb"
    path.write_bytes(chain(count).SerializeToString())
    assert main(words(command, str(path), tmp_path) + ["--quiet"]) == 0
