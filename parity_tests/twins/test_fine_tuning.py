"""Fine-tuning by either twin's command: alike in both, written as trained, and given up where it destroys."""

import os

import numpy as np
import pytest

from parity_tests.fixtures import small_memory, tiny
from parity_tests.fixtures.commands.fine_tuned import TUNE


@pytest.fixture(scope="module")
def tuned_runs(tiny_task, tmp_path_factory):
    """Both twins' fine-tuned runs, every option used."""
    out = tmp_path_factory.mktemp("tuned")
    flags = TUNE + (
        "--dropout",
        "0.3",
        "--label_smoothing",
        "0.1",
        "--l2",
        "1e-3",
        "--fine_tune_momentum",
        "0.5",
        "--fine_tune_rate",
        "1e-3",
        "--random_crop",
        "15",
        "--flip_left_right",
        "--how_many_training_steps",
        "3",
        "--train_batch_size",
        "6",
        "--validation_percentage",
        "0",
    )
    return {
        twin: tiny.retrain(twin, tiny_task, out / twin, *(flags + ("--show_distortions", out / (twin + ".png"))))
        for twin in tiny.TWINS
    }


@pytest.mark.tensorflow
def test_both_twins_fine_tune_alike(tuned_runs, tiny_task):
    records = [tuned_runs[twin].record["fine_tuning"] for twin in tiny.TWINS]
    for record in records:
        assert (record["layers"], record["all_layers"], record["weights"], record["collapse"]) == (3, 3, 5, "")
        assert record["moved"] > 1e-4 and len(record["losses"]) == 6 and record["validation_after"] is None
    np.testing.assert_allclose(records[0]["losses"], records[1]["losses"], rtol=0, atol=1e-4)
    assert records[0]["test_after"] == pytest.approx(records[1]["test_after"], abs=0.05)
    for ours, theirs in zip(tiny.legacy_head(tuned_runs["legacy"].out), tiny.modern_head(tuned_runs["modern"].out)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


@pytest.mark.tensorflow
def test_what_is_written_is_the_network_that_was_trained_on(tuned_runs, tiny_task):
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.tensorflow_library.version1 import tf as tf1
    from poets.migrate.tensorflow_library.version2 import tf

    before = read_graph(str(tiny_task / "models" / "mobilenet_v1_0.25_128" / "frozen_graph.pb"), tf1.GraphDef())
    graph = read_graph(tuned_runs["legacy"].out + "/graph.pb", tf1.GraphDef())
    constants = [
        {node.name: tf1.make_ndarray(node.attr["value"].tensor) for node in one.node if node.op == "Const"}
        for one in (before, graph)
    ]
    kernels = [name for name, value in constants[0].items() if value.ndim == 4]
    assert len(kernels) == 3 and all(name in constants[1] for name in kernels)  # under the very names they had
    assert not any(np.array_equal(constants[0][name], constants[1][name]) for name in kernels)
    assert not [
        node.name for node in graph.node if "Variable" in node.op or "Placeholder" == node.op and node.name != "input"
    ]
    with tf1.Graph().as_default(), tf1.Session() as session:
        images, answer = tf1.import_graph_def(graph, return_elements=["input:0", "final_result:0"], name="")
        pixels = np.random.RandomState(0).uniform(-1, 1, (3, 128, 128, 3)).astype(np.float32)
        theirs = session.run(answer, {images: pixels})
    model = tf.saved_model.load(tuned_runs["modern"].out + "/graph")
    ours = next(iter(model.signatures["raw"](tf.constant(pixels)).values())).numpy()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3)
    if os.path.exists(tuned_runs["modern"].out + "/graph.keras"):
        from poets.migrate.tensorflow_library.version2 import keras

        kept = keras.models.load_model(tuned_runs["modern"].out + "/graph.keras")
        np.testing.assert_allclose(np.asarray(kept(pixels)), ours, rtol=0, atol=1e-6)


@pytest.mark.tensorflow
def test_the_sheet_of_distortions(tuned_runs):
    from PIL import Image

    sheets = []
    for twin in tiny.TWINS:
        with Image.open(tuned_runs[twin].out + ".png") as sheet:
            assert sheet.size == (8 * 132 + 4, 5 * 132 + 4)
            sheets.append(np.asarray(sheet).astype(int))
    pixels = sheets[0]
    # where halves are rounded
    assert np.abs(sheets[0] - sheets[1]).max() <= 1 and (sheets[0] != sheets[1]).mean() < 0.01
    tiles = [pixels[4:132, 4 + 132 * place : 132 + 132 * place].astype(int) for place in range(8)]
    assert all(np.abs(tiles[0] - tile).mean() > 1 for tile in tiles[1:])


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_nothing_to_show_is_an_error_before_any_work(twin, tiny_task, tmp_path, capsys):
    run = tiny.retrain(twin, tiny_task, tmp_path, "--show_distortions", tmp_path / "sheet.png", capsys=capsys)
    assert run.code == 2 and "--show_distortions: there are no distortions; give" in run.message
    assert not os.listdir(str(tmp_path))


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_only_the_last_layers_move(twin, tiny_task, both_trained, tmp_path, capsys):
    run = tiny.retrain(
        twin,
        tiny_task,
        tmp_path,
        *(TUNE[:-1] + ("--fine_tune_layers", "1", "--bottleneck_dir", both_trained[twin].out + "/bottlenecks")),
        capsys=capsys,
    )
    assert run.code == 0, run.message
    assert "Are the layers frozen? 1 of 3 thawed; their weights moved by up to" in run.message
    assert "Test accuracy: frozen = " in run.message
    assert run.record["fine_tuning"]["weights"] == 3
    if twin == "legacy":
        from poets.migrate.graphs.graph_file import read_graph
        from poets.migrate.tensorflow_library.version1 import tf

        same = []
        paths = (str(tiny_task / "models" / "mobilenet_v1_0.25_128" / "frozen_graph.pb"), run.out + "/graph.pb")
        graphs = [{node.name: node for node in read_graph(path, tf.GraphDef()).node} for path in paths]
        for name, node in graphs[0].items():
            if node.op == "Const" and len(node.attr["value"].tensor.tensor_shape.dim) == 4:
                same.append(np.array_equal(*(tf.make_ndarray(graph[name].attr["value"].tensor) for graph in graphs)))
        assert same == [True, True, False]


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_a_destroyed_network_is_said_and_not_kept(twin, tiny_task, both_trained, tmp_path, capsys):
    flags = (
        "--bottleneck_dir",
        both_trained[twin].out + "/bottlenecks",
        "--fine_tune",
        "--fine_tune_steps",
        "4",
        "--fine_tune_rate",
        "50",
        "--fine_tune_batch_size",
        "4",
    )
    run = tiny.retrain(twin, tiny_task, tmp_path, *flags, capsys=capsys)
    assert run.code == 0 and run.record["fine_tuning"]["collapse"]
    assert "warning: fine-tuning destroyed the network: " in run.message
    assert run.message.count("try --fine_tune_rate 5\n") == 1
    for ours, theirs in zip(tiny.head_of(twin, run.out), tiny.head_of(twin, both_trained[twin].out)):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_where_memory_is_short_the_batch_halves_and_the_numbers_stay(twin, tiny_task, both_trained, tmp_path, capsys):
    flags = TUNE[:-1] + ("--bottleneck_dir", both_trained[twin].out + "/bottlenecks", "--l2", "1e-3")
    whole = tiny.retrain(twin, tiny_task, tmp_path / "whole", *flags)
    with small_memory.holds(twin, 5):
        parts = tiny.retrain(twin, tiny_task, tmp_path / "parts", *flags, capsys=capsys)
    assert [whole.code, parts.code] == [0, 0], parts.message
    assert whole.record["batches"]["fine-tuning"] == 8 and parts.record["batches"]["fine-tuning"] == 4
    assert "warning: memory ran out: a step of fine-tuning on 8 photos at once" in parts.message
    np.testing.assert_allclose(
        parts.record["fine_tuning"]["losses"], whole.record["fine_tuning"]["losses"], rtol=0, atol=1e-5
    )
