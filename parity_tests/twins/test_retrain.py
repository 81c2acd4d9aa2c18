"""`retrain` in both twins: one task, the same flags, the same numbers, and outputs that can be used."""

import glob
import json
import os
import shutil
import tarfile

import numpy as np
import pytest
from PIL import Image

from parity_tests.fixtures import tiny
from poets.migrate.task.photos.distortions import Distortions, draw_distortions
from poets.migrate.task.training.tensorboard_tags import scalar_tags

pytestmark = pytest.mark.tensorflow


def scalars(folder):
    """Scalar curves of an event folder: tag -> {step: value}, and the tags of histograms."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util import tensor_util

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0, "histograms": 0})
    events.Reload()
    curves = {tag: {event.step: event.value for event in events.Scalars(tag)} for tag in events.Tags()["scalars"]}
    histograms = set(events.Tags()["histograms"])
    for tag in events.Tags()["tensors"]:
        values = {event.step: tensor_util.make_ndarray(event.tensor_proto) for event in events.Tensors(tag)}
        if all(value.ndim == 0 for value in values.values()):
            curves[tag] = {step: float(value) for step, value in values.items()}
        else:
            histograms.add(tag)
    return curves, histograms


def first_photo(task):
    return str(task / "photos" / "daisy" / "00.jpg")


def copy_photos(task, folder):
    """A copy of the tiny task that a test may change."""
    shutil.copytree(str(task / "photos"), str(folder / "photos"))
    os.symlink(str(task / "models"), str(folder / "models"))
    return folder


def test_the_twins_agree(both_trained):
    legacy, modern = (both_trained[twin] for twin in tiny.TWINS)
    labels = [tiny.read_bytes(run.out, "labels.txt") for run in (legacy, modern)]
    assert labels[0] == labels[1] == b"blue flag\ndaisy\ndent\nkale\nmoss\n"
    for key in ("labels", "photos", "kinds", "bottlenecks_computed", "test_accuracy", "test_photos", "misclassified"):
        assert legacy.record[key] == modern.record[key], key
    assert legacy.record["bottlenecks_computed"] == 120
    for ours, theirs in zip(tiny.legacy_head(legacy.out), tiny.modern_head(modern.out)):
        assert ours.dtype == theirs.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_the_head_has_learned(both_trained):
    assert both_trained["legacy"].record["test_accuracy"] > 0.6  # chance is 0.2
    curve = both_trained["legacy"].record["curve"]
    assert curve[-1]["cross_entropy"] < curve[0]["cross_entropy"]


def test_steps_that_are_no_multiple_of_the_interval_end_in_an_evaluation(both_trained):
    for run in both_trained.values():
        assert [point["step"] for point in run.record["curve"]] == [0, 10, 20, 30, 32]


@pytest.mark.parametrize("part", ["train", "validation"])
def test_curves_have_the_same_tags_steps_and_values(both_trained, part):
    (legacy, their_histograms), (modern, our_histograms) = (
        scalars(os.path.join(both_trained[twin].out, "logs", part)) for twin in tiny.TWINS
    )
    assert set(legacy) == set(modern) == set(scalar_tags())
    assert their_histograms == our_histograms and len(our_histograms) == 4
    for tag in legacy:
        assert sorted(legacy[tag]) == sorted(modern[tag]) == [0, 10, 20, 30, 32], tag
        for step in legacy[tag]:
            assert abs(legacy[tag][step] - modern[tag][step]) <= 1e-4, (tag, step)


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
def test_second_run_computes_nothing_and_ends_the_same(twin, tiny_task, both_trained, tmp_path, capsys):
    shutil.copytree(os.path.join(both_trained[twin].out, "bottlenecks"), str(tmp_path / "bottlenecks"))
    again = tiny.retrain(twin, tiny_task, tmp_path, "--verbose", "--print_misclassified_test_images", capsys=capsys)
    assert again.code == 0 and again.record["bottlenecks_computed"] == 0
    for ours, theirs in zip(tiny.head_of(twin, tmp_path), tiny.head_of(twin, both_trained[twin].out)):
        assert np.array_equal(ours, theirs)
    lines = again.message.splitlines()
    assert "=== MISCLASSIFIED TEST IMAGES ===" in lines
    below = lines[lines.index("=== MISCLASSIFIED TEST IMAGES ===") + 1 :]
    named = {line.split(".jpg")[0].strip() + ".jpg" for line in below if ".jpg" in line}
    assert named == {photo["path"] for photo in again.record["misclassified"]} and named
    assert [line for line in lines if line.startswith("Step 32: Train accuracy = ") and line.endswith("(N=15)")]


def test_same_seed_gives_the_same_bytes(tiny_task, both_trained, tmp_path):
    graph = tiny.read_bytes(both_trained["legacy"].out, "graph.pb")
    again = tiny.retrain("legacy", tiny_task, tmp_path / "same", "--quiet")
    assert tiny.read_bytes(again.out, "graph.pb") == graph
    other = tiny.retrain("legacy", tiny_task, tmp_path / "other", "--random_seed", "1", "--quiet")
    assert tiny.read_bytes(other.out, "graph.pb") != graph


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_a_photo_edited_in_place_is_computed_anew(twin, tiny_task, tmp_path):
    task = copy_photos(tiny_task, tmp_path)
    tiny.retrain(twin, task, tmp_path / "out", "--how_many_training_steps", "1", "--quiet")
    path = first_photo(task)
    status = os.stat(path)
    Image.open(path).rotate(180).save(path, quality=90)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    run = tiny.retrain(twin, task, tmp_path / "out", "--how_many_training_steps", "1", "--quiet")
    assert 1 <= run.record["bottlenecks_computed"] <= 32  # the chunk it belongs to
    run = tiny.retrain(twin, task, tmp_path / "out", "--how_many_training_steps", "1", "--quiet")
    assert run.record["bottlenecks_computed"] == 0


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_no_steps_at_all(twin, tiny_task, tmp_path):
    run = tiny.retrain(twin, tiny_task, tmp_path, "--how_many_training_steps", "0", "--quiet")
    assert run.code == 0 and run.record["curve"] == [] and run.record["test_photos"] == 42
    weights, biases = tiny.head_of(twin, tmp_path)
    assert 0 < np.abs(weights).max() <= 0.002 and not biases.any()


def test_batch_sizes(tiny_task, tmp_path):
    sizes = (
        "--train_batch_size",
        "-1",
        "--validation_batch_size",
        "-1",
        "--test_batch_size",
        "9",
        "--quiet",
        "--how_many_training_steps",
        "12",
    )
    runs = {twin: tiny.retrain(twin, tiny_task, tmp_path / twin, *sizes) for twin in tiny.TWINS}
    for run in runs.values():
        assert run.code == 0 and run.record["test_photos"] == 9
    for ours, theirs in zip(tiny.legacy_head(tmp_path / "legacy"), tiny.modern_head(tmp_path / "modern")):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    accuracies = [[point["validation_accuracy"] for point in run.record["curve"]] for run in runs.values()]
    np.testing.assert_allclose(accuracies[0], accuracies[1], atol=1e-6)
    np.testing.assert_allclose(np.array(accuracies) * 27, np.round(np.array(accuracies) * 27), atol=1e-4)  # of all 27


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_final_tensor_name_is_kept(twin, tiny_task, tmp_path):
    run = tiny.retrain(
        twin, tiny_task, tmp_path, "--final_tensor_name", "verdict", "--quiet", "--how_many_training_steps", "2"
    )
    assert run.code == 0
    if twin == "legacy":
        from poets.migrate.graphs.graph_file import read_graph
        from poets.migrate.tensorflow_library.version1 import tf

        graph = read_graph(os.path.join(run.out, "graph.pb"), tf.GraphDef())
        assert {node.name: node.op for node in graph.node}["verdict"] == "Softmax"
    else:
        from poets.migrate.tensorflow_library.version2 import tf

        outputs = tf.saved_model.load(os.path.join(run.out, "graph")).signatures["raw"].structured_outputs
        assert list(outputs) == ["verdict"]


DISTORTED = ("--flip_left_right", "--random_crop", "20", "--random_scale", "30", "--random_brightness", "25")


def test_distorted_training(tiny_task, both_trained, tmp_path):
    flags = DISTORTED + ("--how_many_training_steps", "12", "--train_batch_size", "8", "--quiet")
    for twin in tiny.TWINS:
        assert tiny.retrain(twin, tiny_task, tmp_path / twin, *flags).code == 0
    for ours, theirs in zip(tiny.legacy_head(tmp_path / "legacy"), tiny.modern_head(tmp_path / "modern")):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    legacy, modern = (scalars(tmp_path / twin / "logs" / "train")[0] for twin in tiny.TWINS)
    for tag in legacy:
        for step in legacy[tag]:
            assert abs(legacy[tag][step] - modern[tag][step]) <= 1e-4, (tag, step)


def test_distorted_pixels(tiny_task):
    from poets.legacy import images as legacy_images
    from poets.migrate.tensorflow_library.version1 import tf as tf1
    from poets.migrate.tensorflow_library.version2 import tf as tf2
    from poets.modern import images as modern_images

    data = tiny.read_bytes(first_photo(tiny_task))
    draws = draw_distortions(Distortions(True, 20, 30, 25), 4, 3, 128, 3).reshape(-1, 5).astype(np.float32)
    assert 0 < draws[:, 3].sum() < len(draws)  # some are mirrored
    with tf1.Graph().as_default(), tf1.Session() as session:
        draw = tf1.placeholder(tf1.float32, [5])
        distorted = legacy_images.distort(legacy_images.decode(tf1.constant(data), "jpeg"), draw, 128)
        theirs = [session.run(distorted, {draw: one}) for one in draws]
    for one, pixels in zip(draws, theirs):
        ours = modern_images.distort(modern_images.decode(tf2.constant(data)), tf2.constant(one), 128).numpy()
        assert ours.shape == (128, 128, 3)
        np.testing.assert_allclose(ours, pixels, rtol=0, atol=1e-3)


def test_no_distortion_is_the_plain_resize(tiny_task):
    from poets.migrate.tensorflow_library.version2 import tf
    from poets.modern import images

    pixels = images.decode(tf.io.read_file(first_photo(tiny_task)))
    draw = draw_distortions(Distortions(False, 0, 0, 0), 1, 1, 128, 3)[0, 0].astype(np.float32)
    np.testing.assert_array_equal(images.distort(pixels, tf.constant(draw), 128), images.resize(pixels, [128, 128]))


def test_other_formats_are_taken_and_named(tiny_task, tmp_path, capsys):
    task = copy_photos(tiny_task, tmp_path)
    photo = Image.open(first_photo(task)).convert("RGB")
    folder = task / "photos" / "daisy"
    photo.save(str(folder / "a.png"))
    photo.save(str(folder / "b.bmp"))
    photo.convert("RGBA").save(str(folder / "c.bmp"))
    photo.save(str(folder / "d.gif"))
    heads = []
    for twin in tiny.TWINS:
        run = tiny.retrain(twin, task, tmp_path / twin, capsys=capsys)
        assert run.code == 0, run.message
        assert "124 photos (120 jpeg, 1 bmp, 1 bmp32, 1 gif, 1 png) of 5 classes" in run.message
        assert run.record["kinds"] == {"bmp": 1, "bmp32": 1, "gif": 1, "jpeg": 120, "png": 1}
        heads.append(tiny.head_of(twin, run.out))
    for ours, theirs in zip(*heads):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_the_twins_may_share_one_folder_of_bottlenecks(tiny_task, tmp_path):
    shared = ("--bottleneck_dir", tmp_path / "bottlenecks", "--how_many_training_steps", "1", "--quiet")
    for twin in tiny.TWINS:
        assert tiny.retrain(twin, tiny_task, tmp_path / twin, *shared).record["bottlenecks_computed"] == 120
    for twin in tiny.TWINS:
        assert tiny.retrain(twin, tiny_task, tmp_path / twin, *shared).record["bottlenecks_computed"] == 0


def test_the_tf2_resize_is_another_network_input(tiny_task, both_trained, tmp_path):
    shutil.copytree(os.path.join(both_trained["modern"].out, "bottlenecks"), str(tmp_path / "bottlenecks"))
    run = tiny.retrain("modern", tiny_task, tmp_path, "--resize", "tf2", "--quiet")
    assert run.record["bottlenecks_computed"] == 120
    assert np.abs(tiny.modern_head(run.out)[0] - tiny.modern_head(both_trained["modern"].out)[0]).max() > 1e-5


def photos_of(task, count=7):
    return sorted(glob.glob(str(task / "photos" / "*" / "*.jpg")))[::17][:count]


def modern_answers(model, photos, capsys):
    """float64 [N, C] from `modern label_image`, in the order of the labels file."""
    code, out, err = tiny.label("modern", "--graph", model, "--json", "-", *photos, capsys=capsys)
    assert code == 0, err
    return answers_of(out, ["blue flag", "daisy", "dent", "kale", "moss"])


def answers_of(text, labels):
    return np.array(
        [
            [{guess["label"]: guess["score"] for guess in image["guesses"]}[label] for label in labels]
            for image in json.loads(text)["images"]
        ]
    )


def test_savedmodel_signatures_agree_with_label_image(tiny_task, both_trained, capsys):
    from poets.migrate.tensorflow_library.version2 import tf
    from poets.modern import images

    folder = os.path.join(both_trained["modern"].out, "graph")
    photos = photos_of(tiny_task)
    expected = modern_answers(folder, photos, capsys)
    loaded = tf.saved_model.load(folder)  # kept: on TF 2.6 its variables go with it, whoever holds the signatures
    signatures = loaded.signatures
    assert set(signatures) == {"serving_default", "raw", "classify_bytes", "features"}
    pixels = tf.stack([images.resize(images.decode(tf.io.read_file(path)), [128, 128]) for path in photos])
    served = signatures["serving_default"](images=pixels / 255.0)["probabilities"]
    np.testing.assert_allclose(served, expected, atol=2e-6)
    raw = signatures["raw"](input=images.normalize(pixels, 127.5, 127.5))["final_result"]
    np.testing.assert_allclose(raw, expected, atol=1e-6)
    classified = signatures["classify_bytes"](image_bytes=tf.stack([tf.io.read_file(path) for path in photos]))
    labels = np.array(["blue flag", "daisy", "dent", "kale", "moss"])
    order = np.argsort(-expected, axis=1)
    assert (np.char.decode(classified["labels"].numpy().astype("S")) == labels[order]).all()
    np.testing.assert_allclose(classified["scores"], np.take_along_axis(expected, order, 1), atol=1e-6)


def test_labels_travel_inside(both_trained):
    run = both_trained["modern"]
    assert tiny.read_bytes(run.out, "graph", "assets", "labels.txt") == tiny.read_bytes(run.out, "labels.txt")
    assert os.path.exists(os.path.join(run.out, "graph", "assets", "poets.json"))


def test_savedmodel_works_where_it_is_moved_to(tiny_task, both_trained, tmp_path, monkeypatch, capsys):
    """Nothing of it points back: not to the network's module in the cache, not to where it was written."""
    shutil.copytree(os.path.join(both_trained["modern"].out, "graph"), str(tmp_path / "moved"))
    photos = photos_of(tiny_task, 3)
    expected = modern_answers(os.path.join(both_trained["modern"].out, "graph"), photos, capsys)
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "no_cache"))
    code, out, err = tiny.run_command("modern", "label_image", "--graph", tmp_path / "moved", "--json", "-", *photos)
    assert code == 0 and err == ""
    np.testing.assert_allclose(answers_of(out, ["blue flag", "daisy", "dent", "kale", "moss"]), expected, atol=1e-6)


LOAD_KERAS = """
import sys
import numpy as np
from poets.migrate.tensorflow_library.hub_layer import HubLayer
from poets.migrate.tensorflow_library.version2 import keras
model = keras.models.load_model(sys.argv[1])
assert model.get_layer("final_result") is not None
np.save(sys.argv[3], np.asarray(model(np.load(sys.argv[2]))))
"""


def test_keras_file_loads_in_a_fresh_process(tiny_task, both_trained, tmp_path, capsys):
    from poets.migrate.tensorflow_library.version2 import KERAS_3, tf
    from poets.modern import images

    if not KERAS_3:
        pytest.skip(".keras files are Keras 3's")
    photos = photos_of(tiny_task)
    path = os.path.join(both_trained["modern"].out, "graph.keras")
    shutil.copy(path, str(tmp_path / "moved.keras"))
    expected = modern_answers(os.path.join(both_trained["modern"].out, "graph"), photos, capsys)
    np.testing.assert_allclose(modern_answers(path, photos, capsys), expected, atol=1e-6)
    pixels = tf.stack([images.resize(images.decode(tf.io.read_file(photo)), [128, 128]) for photo in photos])
    np.save(str(tmp_path / "pixels.npy"), images.normalize(pixels, 127.5, 127.5).numpy())
    tiny.run_python(LOAD_KERAS, tmp_path / "moved.keras", tmp_path / "pixels.npy", tmp_path / "answers.npy")
    np.testing.assert_allclose(np.load(str(tmp_path / "answers.npy")), expected, atol=1e-6)


WRITE_MODULE = """
import sys
from poets.migrate.tensorflow_library.version2 import tf
tf.random.set_seed(3)
module = tf.train.Checkpoint()
module.kernel = tf.Variable(tf.random.normal([6, 6, 3, 16], stddev=0.2), name="kernel")
module.offset = tf.Variable(tf.zeros([16]), name="offset")
module.calls = tf.Variable(0.0, trainable=False, name="calls")
@tf.function(input_signature=[tf.TensorSpec([None, 48, 48, 3], tf.float32)])
def features(images):
    return tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(images, module.kernel, 6, "VALID") + module.offset), [1, 2])
@tf.function(input_signature=[])
def penalty():
    return 0.01 * tf.reduce_sum(tf.square(module.kernel))
module.__call__ = features
module.variables = [module.kernel, module.offset, module.calls]
module.trainable_variables = [module.kernel, module.offset]
module.regularization_losses = [penalty]
tf.saved_model.save(module, sys.argv[1])
"""


@pytest.fixture(scope="module")
def hub_module(tmp_path_factory):
    """Folder of a TensorFlow Hub module: pixels 0..1 at 48 px -> 16 features."""
    folder = tmp_path_factory.mktemp("hub") / "stripes"
    tiny.run_python(WRITE_MODULE, folder)
    return folder


def test_a_hub_module_from_a_folder_and_from_an_archive(tiny_task, hub_module, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "hub_cache"))
    archive = tmp_path / "stripes.tar.gz"
    with tarfile.open(str(archive), "w:gz") as tar:
        tar.add(str(hub_module), arcname=".")
    heads = []
    for number, handle in enumerate((str(hub_module), f"file://{archive}", str(archive))):
        run = tiny.retrain(
            "modern",
            tiny_task,
            tmp_path / str(number),
            "--tfhub_module",
            handle,
            "--learning_rate",
            "0.5",
            capsys=capsys,
        )
        assert run.code == 0, run.message
        assert run.record["bottlenecks_computed"] == 120
        heads.append(tiny.modern_head(run.out))
        assert heads[-1][0].shape == (16, 5)
        np.testing.assert_array_equal(heads[-1][0], heads[0][0])
    answers = modern_answers(os.path.join(tmp_path, "0", "graph"), photos_of(tiny_task), capsys)
    np.testing.assert_allclose(answers.sum(1), 1, atol=1e-5)
    keras_file = os.path.join(str(tmp_path), "0", "graph.keras")
    if os.path.exists(keras_file):  # it knows that this module wants pixels in 0..1
        np.testing.assert_allclose(modern_answers(keras_file, photos_of(tiny_task), capsys), answers, atol=1e-6)


def test_a_hub_module_written_anew_in_its_place_is_another(tiny_task, hub_module, tmp_path):
    shutil.copytree(str(hub_module), str(tmp_path / "module"))
    flags = ("--tfhub_module", tmp_path / "module", "--how_many_training_steps", "1", "--quiet")
    computed = [tiny.retrain("modern", tiny_task, tmp_path, *flags).record["bottlenecks_computed"] for _ in range(2)]
    (tmp_path / "module" / "assets" / "note.txt").parent.mkdir(exist_ok=True)
    (tmp_path / "module" / "assets" / "note.txt").write_text("another module")
    computed.append(tiny.retrain("modern", tiny_task, tmp_path, *flags).record["bottlenecks_computed"])
    assert computed == [120, 0, 120]


def test_what_is_no_hub_module_is_refused(tiny_task, tmp_path, capsys):
    for handle in (tmp_path / "nothing", tiny_task / "photos"):
        run = tiny.retrain("modern", tiny_task, tmp_path / "out", "--tfhub_module", handle, capsys=capsys)
        assert run.code == 2 and run.message.startswith("error: --tfhub_module: ") and run.message.count("\n") == 1
        assert not (tmp_path / "out" / "graph").exists()


FINE_TUNE = """
import sys
import numpy as np
from poets.migrate.tensorflow_library.hub_layer import HubLayer
from poets.migrate.tensorflow_library.version2 import KERAS_3
from poets.migrate.tensorflow_library.version2 import keras
from poets.migrate.tensorflow_library.version2 import tf
frozen = HubLayer(sys.argv[1])
assert not frozen.trainable_variables and not frozen.trainable_weights
layer = HubLayer(sys.argv[1], trainable=True)
assert len(layer.trainable_weights) == 2 and len(layer.non_trainable_weights) == 1
images = np.random.RandomState(0).random_sample((8, 48, 48, 3)).astype(np.float32)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(layer(images))
gradients = tape.gradient(loss, layer._module.trainable_variables)
assert all(gradient is not None and np.abs(gradient.numpy()).max() > 0 for gradient in gradients)
entry = keras.Input([48, 48, 3])
model = keras.Model(entry, keras.layers.Dense(2)(layer(entry)))
assert len(model.trainable_weights) == 4
model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
before = [variable.numpy() for variable in layer._module.trainable_variables]
model(images)
assert len(model.losses) == 1
np.testing.assert_allclose(float(model.losses[0]), 0.01 * np.sum(before[0] ** 2), rtol=1e-5)
model.fit(images, np.arange(8) % 2, epochs=1, verbose=0)
after = [variable.numpy() for variable in layer._module.trainable_variables]
assert all(np.abs(new - old).max() > 1e-5 for new, old in zip(after, before))
if KERAS_3:
    model.save(sys.argv[2])
    again = keras.models.load_model(sys.argv[2])
    np.testing.assert_allclose(np.asarray(again(images)), np.asarray(model(images)), atol=1e-6)
    assert len(again.trainable_weights) == 4
print("tuned", keras.__version__)
"""


def test_hub_layer_can_be_fine_tuned(hub_module, tmp_path):
    assert "tuned" in tiny.run_python(FINE_TUNE, hub_module, tmp_path / "tuned.keras")


@pytest.mark.interpreters
def test_hub_layer_can_be_fine_tuned_under_keras_2(tmp_path, tx2_python):
    tiny.run_python(WRITE_MODULE, tmp_path / "stripes", python=tx2_python)
    assert "tuned 2." in tiny.run_python(FINE_TUNE, tmp_path / "stripes", tmp_path / "tuned.keras", python=tx2_python)
