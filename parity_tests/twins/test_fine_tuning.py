"""Fine-tuning: which constants are weights, what the plan draws, and what either twin's command does with it."""

import json
import os

import numpy as np
import pytest

from parity_tests.fixtures import small_memory, tiny
from poets.migrate.demo.embedded import flowers_folder
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import parse_retrain, training_settings_of
from poets.migrate.task.networks.architectures import EMBEDDED, find_architecture
from poets.migrate.task.photos.survey import survey
from poets.migrate.task.training import fine_tuning
from poets.migrate.task.training.settings import FineTuning, fine_tuning_of

TUNE = (
    "--how_many_training_steps",
    "20",
    "--fine_tune",
    "--fine_tune_steps",
    "6",
    "--fine_tune_batch_size",
    "8",
    "--quiet",
)
NETWORK = os.path.join(str(tiny.ROOT), "migrate", "demo", "mobilenet_v1_0.25_96_painted", "frozen_graph.pb")
PLAIN = FineTuning(None, 5, 1e-4, 0.0, 8, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--fine_tune_batch_size", "0"], "--fine_tune_batch_size: '0' is neither auto nor 1 or more"),
        (["--fine_tune_batch_size", "all"], "--fine_tune_batch_size: 'all' is neither auto nor 1 or more"),
        (["--fine_tune_layers", "-1"], "--fine_tune_layers: -1 is below 0"),
        (["--fine_tune_steps", "0"], "--fine_tune_steps: 0 is below 1"),
        (["--fine_tune_rate", "nan"], "--fine_tune_rate: nan is not a number above 0"),
        (["--fine_tune_momentum", "1"], "--fine_tune_momentum: 1.0 is not 0 or more and below 1"),
        (["--dropout", "1.5"], "--dropout: 1.5 is not 0 or more and below 1"),
        (["--l2", "-1"], "--l2: -1.0 is not 0 or more"),
    ],
)
def test_values_that_cannot_be_used(flags, words):
    with pytest.raises(BadInput) as caught:
        fine_tuning_of(training_settings_of(parse_retrain("modern", ["--fine_tune"] + flags)))
    assert str(caught.value) == words
    with pytest.raises(BadInput) as caught:
        fine_tuning_of(training_settings_of(parse_retrain("modern", flags)))
    assert str(caught.value) == f"{flags[0]} requires --fine_tune"
    assert fine_tuning_of(training_settings_of(parse_retrain("modern", []))) is None


def test_the_plan_comes_from_the_seed_alone():
    known = survey(flowers_folder(), 10, 10, "fail", lambda message: None, "flowers")
    flags = parse_retrain("legacy", ["--fine_tune", "--random_seed", "3", "--random_crop", "10"])
    settings = training_settings_of(flags)
    plan, again = (fine_tuning.plan_of(PLAIN, settings, known.lists, 96) for _ in range(2))
    assert plan.train.shape == (5, 8) and plan.draws.shape == (5, 8, 5)
    assert {known.lists.photos[index].split for index in plan.train.ravel()} == {"training"}
    np.testing.assert_array_equal(plan.train, again.train)
    settings = settings._replace(random_seed=4)
    assert not np.array_equal(plan.train, fine_tuning.plan_of(PLAIN, settings, known.lists, 96).train)


def test_dropout_leaves_out_its_share_and_keeps_the_mean():
    plan = fine_tuning.FineTuningPlan(PLAIN._replace(dropout=0.25), np.zeros((2, 400), np.int32), None, 7)
    masks = [fine_tuning.dropout_mask(plan, step, (400, 100)) for step in (0, 0, 1)]
    assert set(np.unique(masks[0])) == {np.float32(0), np.float32(1) / np.float32(0.75)}
    assert abs(np.mean(masks[0] == 0) - 0.25) < 0.01 and abs(masks[0].mean() - 1) < 0.01
    assert np.array_equal(masks[0], masks[1]) and not np.array_equal(masks[0], masks[2])
    assert (fine_tuning.dropout_mask(plan._replace(settings=PLAIN), 0, (2, 3)) == 1).all()


def test_smoothed_labels():
    found = fine_tuning.smoothed(np.eye(4, dtype=np.float32), 0.1)
    np.testing.assert_allclose(found, np.eye(4) * 0.9 + 0.025, atol=1e-7)


@pytest.mark.parametrize(
    "after, losses, moved, words",
    [
        (0.75, [1.0, 0.5], 0.1, ""),
        (0.70, [1.0, 1.5], 0.1, ""),
        (0.75, [0.01, 0.2], 0.1, ""),
        (0.25, [1.0, 0.5], 0.1, "75.0 % of the validation photos were right before, 25.0 % are now"),
        (0.75, [1.0, float("nan")], 0.1, "the loss became NaN or infinite at step 1"),
        (0.75, [0.1, 0.1, 0.1, 0.1, 30.0], 0.1, "the loss rose from 0.1 to 30; guessing gives 1.6"),
        (0.75, [1.0], 7e28, "its weights moved by up to 7e+28 times their size"),
        (0.75, [1.0], float("nan"), "its weights moved by up to nan times their size"),
    ],
)
def test_a_collapse_is_noticed(after, losses, moved, words):
    known = survey(flowers_folder(), 10, 10, "fail", lambda message: None, "flowers")
    truth = {
        split: np.array([photo.label for photo in known.lists.photos if photo.split == split])
        for split in ("validation", "testing")
    }

    def answers(right):
        return {
            split: np.eye(6)[np.where(np.arange(len(classes)) < round(right * len(classes)), classes, 5)]
            for split, classes in truth.items()
        }

    tuned = fine_tuning.conclude(known.lists, answers(0.75), answers(after), np.array(losses), (1, 28, 5), moved)
    assert tuned.collapse == words
    assert json.loads(json.dumps(tuned._asdict(), allow_nan=False))["test_after"] == tuned.test_after


def test_one_photo_of_few_is_no_collapse():
    known = survey(flowers_folder(), 10, 10, "fail", lambda message: None, "flowers")
    some = [photo for photo in known.lists.photos if photo.split == "validation"][:9]
    lists = known.lists._replace(photos=some)
    right = np.eye(5)[[photo.label for photo in some]]
    for wrong, words in ((2, ""), (3, "100.0 % of the validation photos were right before, 66.7 % are now")):
        after = np.array(right)
        after[:wrong] = np.roll(after[:wrong], 1, axis=1)
        none = np.zeros((0, 5))
        tuned = fine_tuning.conclude(
            lists,
            {"validation": right, "testing": none},
            {"validation": after, "testing": none},
            np.ones(3),
            (1, 1, 3),
            0.0,
        )
        assert tuned.collapse == words and tuned.test_before is None


# With TensorFlow


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
    assert run.code == 2 and "--show_distortions: there are none; give" in run.message
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
    assert "warning: fine-tuning destroyed what the network knew: " in run.message
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


@pytest.mark.tensorflow
def test_a_hub_module_is_thawed(tiny_task, tmp_path, capsys):
    from poets.migrate.tensorflow_library.network_module import save_module

    (tmp_path / "module").mkdir()
    save_module(NETWORK, find_architecture(EMBEDDED), str(tmp_path / "module"))
    flags = TUNE[:-1] + (
        "--tfhub_module",
        str(tmp_path / "module"),
        "--fine_tune_layers",
        "2",
        "--how_many_training_steps",
        "3",
    )
    run = tiny.retrain("modern", tiny_task, tmp_path / "run", *flags, capsys=capsys)
    assert run.code == 0, run.message
    found = run.record["fine_tuning"]
    assert found["all_layers"] == 28 and found["layers"] == 2 and found["moved"] > 0
    assert "Are the layers frozen? 2 of 28 thawed" in run.message


@pytest.fixture(scope="module")
def odd_modules(tmp_path_factory):
    """Two Hub modules: one of TF1's format, and one whose variables have no names, one of them not in use."""
    from poets.migrate.tensorflow_library.version2 import tf

    folder = tmp_path_factory.mktemp("modules")
    random = np.random.RandomState(1)
    kernels = [random.normal(0, 0.2, shape).astype(np.float32) for shape in ((8, 8, 3, 6), (1, 1, 6, 9), (1, 1, 9, 9))]
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        images = v1.placeholder(tf.float32, [None, 128, 128, 3])
        weights = v1.get_variable("w", initializer=kernels[0])
        features = tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(images, weights, 8, "SAME")), [1, 2])
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(folder / "old"))
        builder.add_meta_graph_and_variables(
            session, [], {"default": v1.saved_model.predict_signature_def({"images": images}, {"default": features})}
        )
        builder.save()
    module = tf.train.Checkpoint()
    module.variables = module.trainable_variables = [tf.Variable(kernel) for kernel in kernels]
    module.regularization_losses = []

    @tf.function(input_signature=[tf.TensorSpec([None, 128, 128, 3])])
    def call(images):
        layer = tf.nn.relu(tf.nn.conv2d(images, module.variables[0], 8, "SAME"))
        return tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(layer, module.variables[1], 1, "SAME")), [1, 2])

    module.__call__ = call
    tf.saved_model.save(module, str(folder / "nameless"))
    return folder


@pytest.mark.tensorflow
def test_a_module_that_cannot_train_is_refused_before_any_work(tiny_task, odd_modules, tmp_path, capsys):
    flags = TUNE[:-1] + ("--tfhub_module", odd_modules / "old")
    run = tiny.retrain("modern", tiny_task, tmp_path / "run", *flags, capsys=capsys)
    assert (
        run.code == 2
        and "has no trainable weights (modules in TF1's format have none); --fine_tune_layers 0" in run.message
    )
    assert "bottlenecks computed" not in run.message
    run = tiny.retrain("modern", tiny_task, tmp_path / "run", *(flags + ("--fine_tune_layers", "0")), capsys=capsys)
    assert run.code == 0 and run.record["fine_tuning"]["weights"] == 2, run.message


@pytest.mark.tensorflow
def test_nameless_and_unused_weights(tiny_task, odd_modules, tmp_path, capsys):
    with small_memory.holds("modern", 5):
        run = tiny.retrain(
            "modern",
            tiny_task,
            tmp_path / "run",
            *(TUNE[:-1] + ("--tfhub_module", odd_modules / "nameless")),
            capsys=capsys,
        )
    assert run.code == 0 and "Traceback" not in run.message, run.message
    found = run.record["fine_tuning"]
    assert (found["layers"], found["all_layers"], found["weights"]) == (3, 3, 5) and found["moved"] > 0
