"""What stops `retrain`: one line that says what to do, exit code 2, and nothing half-written."""

import importlib
import os
import shutil
import struct

import numpy as np
import pytest
from PIL import Image

from parity_tests.fixtures import tiny

pytestmark = pytest.mark.tensorflow


@pytest.fixture(params=tiny.TWINS)
def twin(request):
    return request.param


@pytest.fixture()
def task(tiny_task, tmp_path):
    """A copy of the tiny task that the test may spoil."""
    shutil.copytree(str(tiny_task / "photos"), str(tmp_path / "photos"))
    os.symlink(str(tiny_task / "models"), str(tmp_path / "models"))
    return tmp_path


def refused(twin, task, capsys, *flags):
    """Run a `retrain` that must fail: its message, after the checks that hold for every failure."""
    before = snapshot(task)
    run = tiny.retrain(twin, task, task / "out", "--how_many_training_steps", "3", *flags, capsys=capsys)
    assert run.code == 2, run.message
    errors = [line for line in run.message.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "Traceback" not in run.message, run.message
    for name in ("graph.pb", "graph", "graph.keras", "labels.txt", "record.json"):
        assert not (task / "out" / name).exists(), name
    assert snapshot(task) == before
    return errors[0]


def snapshot(task):
    """Every file of the photos."""
    return sorted(str(path) for path in (task / "photos").rglob("*"))


def test_missing_folder(twin, task, capsys):
    for given in ("nowhere", ""):
        message = refused(twin, task, capsys, "--image_dir", given)
        assert "--image_dir" in message and "name a folder that holds one folder of photos per class" in message


def test_empty_folder(twin, task, capsys):
    (task / "empty").mkdir()
    assert "no folders of photos in 'empty'" in refused(twin, task, capsys, "--image_dir", "empty")


def test_one_class(twin, task, capsys):
    (task / "one").mkdir()
    shutil.copytree(str(task / "photos" / "kale"), str(task / "one" / "kale"))
    assert "only one class, 'kale'" in refused(twin, task, capsys, "--image_dir", "one")


def test_two_folders_of_one_label(twin, task, capsys):
    shutil.copytree(str(task / "photos" / "kale"), str(task / "photos" / "Kale"))
    assert "'Kale' and 'kale' both give the label 'kale'" in refused(twin, task, capsys)


def test_few_photos_are_warned_of(twin, task, capsys):
    for number in range(10, 19):
        os.remove(str(task / "photos" / "moss" / (f"{number:02}.jpg")))
    run = tiny.retrain(twin, task, task / "out", "--how_many_training_steps", "1", capsys=capsys)
    assert run.code == 0
    assert "warning: class 'moss' has only 15 photos; fewer than 20 may train badly" in run.message.splitlines()


def test_a_class_without_test_photo(twin, task, capsys):
    message = refused(twin, task, capsys, "--testing_percentage", "1")
    assert "has no testing photo; add photos or change --testing_percentage" in message


def test_no_photos_to_train_on(twin, task, capsys):
    shares = ("--testing_percentage", "60", "--validation_percentage", "40")
    assert "must be below 100" in refused(twin, task, capsys, *shares)


def truncated(task):
    return tiny.read_bytes(task, "photos", "moss", "03.jpg")[:-200]


def damaged(task):
    """A JPEG whole by its headers whose Huffman table is nonsense: only the decoder sees it."""
    data = tiny.read_bytes(task, "photos", "moss", "03.jpg")
    at = data.index(b"\xff\xc4") + 5
    return data[:at] + b"\xff" * 16 + data[at + 16 :]


def saved(picture, **options):
    def write(task):
        path = str(task / ("made." + options["format"].lower()))
        picture.save(path, **options)
        return tiny.read_bytes(path)

    return write


def huge(task):
    data = tiny.read_bytes(task, "photos", "moss", "03.jpg")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", 65500, 65500) + data[at + 4 :]


COLOUR = Image.fromarray(np.random.RandomState(0).randint(0, 255, (40, 50, 3)).astype(np.uint8))
BAD = {
    "empty.jpg": (lambda task: b"", "is empty"),
    "truncated.jpg": (truncated, "cut short"),
    "damaged.jpg": (damaged, "cannot be decoded"),
    "page.jpg": (lambda task: b"<!DOCTYPE html><html><body>404</body></html>", "HTML page"),
    "cmyk.jpg": (saved(COLOUR.convert("CMYK"), format="JPEG"), "CMYK"),
    "deep.png": (saved(Image.fromarray(np.full((9, 9), 40000, np.uint16)), format="PNG"), "16 bits"),
    "moving.gif": (
        saved(COLOUR.convert("P"), format="GIF", save_all=True, append_images=[COLOUR.rotate(90).convert("P")]),
        "animation",
    ),
    "huge.jpg": (huge, "65500 x 65500"),
    "mislabelled.jpg": (saved(COLOUR, format="PNG"), "mislabelled"),
}


def spoil(task, names):
    for name in names:
        (task / "photos" / "daisy" / name).write_bytes(BAD[name][0](task))


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_photo_is_refused_by_name(name, task, capsys):
    """By legacy, one at a time; the two twins share this check, except for what only the decoder sees."""
    spoil(task, [name])
    for twin in tiny.TWINS if name == "damaged.jpg" else ["legacy"]:
        message = refused(twin, task, capsys, "--on_bad_image", "fail")
        assert os.path.join("photos", "daisy", name) in message and BAD[name][1] in message
        assert "--on_bad_image skip" in message


def test_all_bad_photos_are_named_or_passed_over(twin, task, capsys):
    spoil(task, BAD)
    run = tiny.retrain(twin, task, task / "out", "--on_bad_image", "fail", capsys=capsys)
    headers = sorted(name for name in BAD if name != "damaged.jpg")
    assert run.code == 2 and f"and {len(headers) - 1} more:" in run.message.splitlines()[0]
    for name in headers:
        assert len([line for line in run.message.splitlines() if os.path.join("daisy", name) + ":" in line]) == 1, name
    run = tiny.retrain(twin, task, task / "out", "--on_bad_image", "skip", capsys=capsys)
    assert run.code == 0, run.message
    assert "120 photos (120 jpeg) of 5 classes" in run.message
    assert sorted(os.path.basename(path) for path in run.record["bad_photos"]) == sorted(BAD)
    for name, (_, reason) in BAD.items():
        lines = [line for line in run.message.splitlines() if os.path.join("daisy", name) + ":" in line]
        assert len(lines) == 1 and lines[0].startswith("warning: ") and reason in lines[0], (name, lines)
        assert lines[0].endswith("skipped")


def test_bad_photos_change_nothing_for_the_others(twin, task, both_trained):
    spoil(task, BAD)
    assert tiny.retrain(twin, task, task / "out", "--on_bad_image", "skip", "--quiet").code == 0
    for ours, theirs in zip(tiny.head_of(twin, task / "out"), tiny.head_of(twin, both_trained[twin].out)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_a_class_that_loses_its_last_photo(twin, task, capsys):
    for path in (task / "photos" / "kale").iterdir():
        path.write_bytes(b"")
    assert "class 'kale' has no training photo" in refused(twin, task, capsys, "--on_bad_image", "skip")


@pytest.mark.parametrize(
    "flag",
    [
        "--output_graph",
        "--output_labels",
        "--summaries_dir",
        "--bottleneck_dir",
        "--json",
        "--intermediate_output_graphs_dir",
    ],
)
def test_unwritable_output(flag, twin, task, capsys):
    (task / "a_file").write_bytes(b"mine")
    for given in ("a_file/below", "/proc/nowhere/below") + (("a_file",) if flag.endswith("_dir") else ("photos",)):
        message = refused(twin, task, capsys, flag, given, "--intermediate_store_frequency", "2")
        assert message.startswith(f"error: {flag}: ") and "choose another" in message
        assert not (task / "out" / "bottlenecks").exists()  # said before any work
    assert (task / "a_file").read_bytes() == b"mine"


def test_modern_never_replaces_somebodys_folder(task, capsys):
    """`--output_graph photos` must not cost the photos; an earlier SavedModel is what may be replaced."""
    assert "is not a SavedModel" in refused("modern", task, capsys, "--output_graph", "photos")
    for _ in range(2):
        assert tiny.retrain("modern", task, task / "out", "--how_many_training_steps", "1", "--quiet").code == 0


def test_unknown_architecture(twin, task, capsys):
    message = refused(twin, task, capsys, "--architecture", "mobilenet_0.25_129")
    assert "unknown architecture 'mobilenet_0.25_129'; did you mean " in message and "mobilenet_0.25_128" in message


def test_the_wrong_network(twin, task, tiny_task, capsys):
    os.remove(str(task / "models"))
    network = task / "models" / "mobilenet_v1_0.25_128" / "frozen_graph.pb"
    os.makedirs(str(network.parent))
    network.write_bytes(tiny.read_bytes(tiny_task, "models", "mobilenet_v1_0.25_128", "frozen_graph.pb")[:-1000])
    assert "cut short" in refused(twin, task, capsys)
    from poets.migrate.tensorflow_library.version1 import tf

    with tf.Graph().as_default() as graph:
        tf.placeholder(tf.float32, [1, 8, 8, 3], name="entry")
    network.write_bytes(graph.as_graph_def().SerializeToString())
    assert "has no node 'input', so it is not mobilenet_0.25_128" in refused(twin, task, capsys)


@pytest.mark.parametrize(
    "flags, words",
    [
        (("--how_many_training_steps", "-1"), "--how_many_training_steps: -1 is below 0"),
        (("--eval_step_interval", "0"), "--eval_step_interval: 0 is below 1"),
        (("--learning_rate", "nan"), "--learning_rate: nan is not a number above 0"),
        (("--train_batch_size", "0"), "--train_batch_size: 0 is not a batch"),
        (("--random_crop", "101"), "--random_crop: 101 is not a percentage"),
    ],
)
def test_numbers_out_of_range(flags, words, twin, task, capsys):
    assert words in refused(twin, task, capsys, *flags)


def test_usage_errors_are_one_line_and_code_2(twin, capsys):
    for argv in (["--no_such_flag"], ["--how_many_training_steps", "many"], ["--archi", "inception_v3"]):
        with pytest.raises(SystemExit) as stop:
            importlib.import_module("poets." + twin + ".retrain").main(argv)
        assert stop.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_no_traceback_from_a_process_of_its_own(twin, tmp_path):
    code, out, err = tiny.run_command(twin, "retrain", "--image_dir", "nowhere", *tiny.output_flags(tmp_path))
    assert (code, out) == (2, "") and err.startswith("error: --image_dir: ") and err.count("\n") == 1
