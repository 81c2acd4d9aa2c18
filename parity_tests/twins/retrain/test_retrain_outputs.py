"""What `retrain` writes: names of nodes and tensors, and graphs of steps in between."""

import os

import numpy as np
import pytest

from parity_tests.fixtures import tiny

pytestmark = pytest.mark.tensorflow


def test_legacys_nodes_have_retrains_names(both_trained):
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.tensorflow_library.version1 import tf

    graph = read_graph(os.path.join(both_trained["legacy"].out, "graph.pb"), tf.GraphDef())
    names = {node.name: node.op for node in graph.node}
    assert names["input"] == "Placeholder" and names["final_result"] == "Softmax"
    assert names["input_1/BottleneckInputPlaceholder"] == "PlaceholderWithDefault"
    assert {
        "MobilenetV1/Predictions/Reshape",
        "final_training_ops/Wx_plus_b/add",
        "final_training_ops/weights/final_weights",
        "final_training_ops/biases/final_biases",
    } <= set(names)
    assert not [name for name in names if "gradients" in name or "DecodeJPGInput" in name]


def test_intermediate_graphs(both_trained):
    names = {twin: sorted(os.listdir(os.path.join(run.out, "intermediate"))) for twin, run in both_trained.items()}
    assert names == {
        "legacy": ["intermediate_10.pb", "intermediate_20.pb", "intermediate_30.pb"],
        "modern": ["intermediate_10", "intermediate_20", "intermediate_30"],
    }
    from poets.migrate.tensorflow_library.version2 import tf

    last = None
    for step in (10, 20, 30):
        folder = [os.path.join(both_trained[twin].out, "intermediate", f"intermediate_{step}") for twin in tiny.TWINS]
        ours = tiny.read_constant(folder[0] + ".pb", "final_training_ops/weights/final_weights")
        theirs = tf.saved_model.load(folder[1]).head[0].numpy()
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
        assert last is None or np.abs(ours - last).max() > 1e-4
        last = ours


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_intermediate_steps_need_not_meet_the_evaluations(twin, tiny_task, tmp_path):
    run = tiny.retrain(
        twin,
        tiny_task,
        tmp_path,
        "--how_many_training_steps",
        "15",
        "--eval_step_interval",
        "7",
        "--intermediate_store_frequency",
        "4",
        "--quiet",
    )
    kept = sorted(os.listdir(str(tmp_path / "intermediate")))
    assert [name.split(".")[0] for name in kept] == ["intermediate_12", "intermediate_4", "intermediate_8"]
    assert [point["step"] for point in run.record["curve"]] == [0, 7, 14]


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_final_tensor_name_is_kept_with_its_scope(twin, tiny_task, tmp_path):
    run = tiny.retrain(
        twin, tiny_task, tmp_path, "--final_tensor_name", "scope/verdict", "--quiet", "--how_many_training_steps", "2"
    )
    assert run.code == 0
    if twin == "legacy":
        from poets.migrate.graphs.graph_file import read_graph
        from poets.migrate.tensorflow_library.version1 import tf

        graph = read_graph(os.path.join(run.out, "graph.pb"), tf.GraphDef())
        assert {node.name: node.op for node in graph.node}["scope/verdict"] == "Softmax"
    else:
        from poets.migrate.tensorflow_library.version2 import tf

        outputs = tf.saved_model.load(os.path.join(run.out, "graph")).signatures["raw"].structured_outputs
        assert list(outputs) == ["scope/verdict"]
