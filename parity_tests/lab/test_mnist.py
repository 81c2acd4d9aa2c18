"""The beginner lab: its data, its schedule, both twins' commands, and their judge."""

import gzip
import importlib
import json
import os
import struct
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parity_tests.fixtures import tiny
from poets.migrate import cli
from poets.migrate.judge.compare import difference
from poets.migrate.judge.lab import command, page
from poets.migrate.judge.lab.records import LabPart, LabSetup, LabVerdict, lab_verdict_as_json
from poets.migrate.judge.lab.run import apart, first_step, judge, part, train
from poets.migrate.judge.lab.tolerances import LIMITS
from poets.migrate.judge.report import screen
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.lab import digits as digits_module
from poets.migrate.lab.digits import ARRAYS, IDX_FILES, Digits, read_digits
from poets.migrate.lab.drawn_digits import draw_digits, write_npz
from poets.migrate.lab.idx import read_idx
from poets.migrate.lab.record import score
from poets.migrate.lab.schedule import Lab, draw_mask, make_lab_schedule, parameters, steps_of
from poets.migrate.task.errors import BadInput

FASHION = "/usr/share/datasets/fashion-mnist"  # where Debian's dataset-fashion-mnist puts its files
LAB = Lab("dense", 128, 0.2, 0.001, 32, 5, "float32")
FEW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def idx_bytes(array):
    """An array as IDX."""
    return struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{int(array.ndim)}I", *array.shape) + array.tobytes()


def write_idx(folder, found, packed=True):
    """Write Digits as the four files."""
    for name, array in zip(IDX_FILES, found):
        data = idx_bytes(array.astype(np.uint8))
        with open(os.path.join(str(folder), name + (".gz" if packed else "")), "wb") as file:
            file.write(gzip.compress(data) if packed else data)


def same(one, other):
    return all(np.array_equal(ours, theirs) for ours, theirs in zip(one, other))


@pytest.fixture(scope="module")
def drawn():
    """Digits: 400 to train on, 100 to test."""
    return draw_digits(400, 100)


@pytest.fixture(scope="module")
def data(drawn, tmp_path_factory):
    """Those as an .npz file's path."""
    path = str(tmp_path_factory.mktemp("digits") / "digits.npz")
    write_npz(path, drawn)
    return path


@pytest.fixture(scope="module")
def fashion():
    """The folder of Fashion-MNIST's IDX files."""
    if not os.path.isdir(FASHION):
        say = pytest.fail if os.environ.get("POETS_REQUIRE_FASHION") == "1" else pytest.skip
        say("Debian's package dataset-fashion-mnist is not installed here")
    return FASHION


# The data


@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.booleans(), st.integers(0, 2**32 - 1))
@FEW
def test_idx_comes_back_as_it_was_written(tmp_path_factory, sizes, packed, seed):
    array = np.random.RandomState(seed).randint(256, size=sizes).astype(np.uint8)
    path = str(tmp_path_factory.getbasetemp() / "round-trip-idx")
    with open(path, "wb") as file:
        file.write(gzip.compress(idx_bytes(array)) if packed else idx_bytes(array))
    found = read_idx(path, len(sizes))
    assert found.dtype == np.uint8 and found.shape == tuple(sizes) and np.array_equal(found, array)


def damaged(data, draw):
    """Bytes with a piece cut off, changed or put in."""
    place = draw.draw(st.integers(0, len(data) - 1))
    piece = draw.draw(st.binary(max_size=8))
    return data[:place] + piece + data[place + draw.draw(st.integers(0, len(data))) :]


@given(st.data())
@FEW
def test_a_damaged_idx_file_is_one_clear_line(tmp_path_factory, draw):
    whole = idx_bytes(np.arange(60, dtype=np.uint8).reshape(3, 4, 5))
    packed = draw.draw(st.booleans())
    path = str(tmp_path_factory.getbasetemp() / "damaged-idx")
    with open(path, "wb") as file:
        file.write(damaged(gzip.compress(whole) if packed else whole, draw))
    try:
        assert read_idx(path, 3).ndim == 3  # some damage leaves a good file
    except BadInput as error:
        assert path in str(error) and len(str(error).splitlines()) == 1


@given(st.data())
@FEW
def test_a_damaged_npz_file_is_one_clear_line(data, tmp_path_factory, draw):
    path = str(tmp_path_factory.getbasetemp() / "damaged.npz")
    with open(path, "wb") as file:
        file.write(damaged(tiny.read_bytes(data), draw))
    try:
        assert read_digits(path).images.shape[1:] == (28, 28)
    except BadInput as error:
        assert path in str(error) and len(str(error).splitlines()) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_and_npz_say_the_same(drawn, data, tmp_path, packed):
    write_idx(tmp_path, drawn, packed)
    assert same(read_digits(str(tmp_path)), drawn) and same(read_digits(data), drawn)


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda whole: whole[:-1], "cut short: its sizes 3 x 4 x 5 mean 76 bytes, it has 75"),
        (lambda whole: whole + b"x", "too long: its sizes"),
        (lambda whole: whole[:9], "cut short: it ends after 9 bytes, within its sizes"),
        (lambda whole: b"\0\0\x0d" + whole[3:], "magic number 0x00000d03; an IDX file of 3 dimensions"),
        (lambda whole: b"<html><body>404</body></html>", "is no IDX file: it is an HTML page"),
        (lambda whole: b"", "is no IDX file: it is an empty file"),
        (lambda whole: gzip.compress(whole)[:-9], "its gzip archive is broken or cut short"),
        (lambda whole: whole[:4] + b"\0" * 4 + b"\xff" * 8, "is empty: its sizes are 0 x 4294967295"),
        (lambda whole: whole[:4] + b"\xff" * 12 + whole[16:], "cut short: its sizes 4294967295 x"),
    ],
)
def test_what_is_wrong_with_an_idx_file_is_said(tmp_path, change, words):
    path = tmp_path / "images"
    path.write_bytes(change(idx_bytes(np.zeros((3, 4, 5), np.uint8))))
    with pytest.raises(BadInput) as caught:
        read_idx(str(path), 3)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"x_train": np.zeros((5, 28, 27), np.uint8)}, "train images are 5 x 28 x 27; the lab takes N x 28 x 28"),
        ({"y_test": np.zeros(3, np.uint8)}, "2 test images, but labels [3]"),
        ({"y_train": np.full(5, 10)}, "train labels must be whole numbers 0 to 9; they are 10 to 10"),
        ({"x_test": np.zeros((2, 28, 28))}, "test images must be whole numbers 0 to 255; they are float64"),
        ({"y_test": None}, "has no array y_test; it has x_train"),
        ({"x_train": np.array([{}])}, "broken .npz file"),  # a pickle, which is never opened
    ],
)
def test_what_is_wrong_with_an_npz_file_is_said(tmp_path, changed, words):
    arrays = dict(
        zip(
            ARRAYS,
            (
                np.zeros((5, 28, 28), np.uint8),
                np.zeros(5, np.uint8),
                np.zeros((2, 28, 28), np.uint8),
                np.zeros(2, np.uint8),
            ),
        )
    )
    arrays.update(changed)
    path = str(tmp_path / "mnist.npz")
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(BadInput) as caught:
        read_digits(path)
    assert words in str(caught.value)


def test_keras_own_file_is_fetched_once_with_its_checksum(tmp_path, monkeypatch):
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path))
    asked = []

    def fetch(url, path, sha256, size, progress):
        asked.append((url, sha256, size))
        with open(path, "wb"):
            pass

    monkeypatch.setattr(digits_module, "fetch", fetch)
    assert digits_module.download() == digits_module.download() == str(tmp_path / "mnist.npz")
    assert len(asked) == 1 and asked[0][0].startswith("https://storage.googleapis.com/") and len(asked[0][1]) == 64


def test_digits_are_drawn_the_same_from_the_same_seed(drawn):
    assert same(draw_digits(20, 5, 3), draw_digits(20, 5, 3))
    assert not np.array_equal(draw_digits(20, 5, 3).images, draw_digits(20, 5, 4).images)
    assert np.bincount(np.concatenate([drawn.labels, drawn.test_labels])).tolist() == [50] * 10


# The schedule


@pytest.mark.parametrize(
    "lab, count",
    [
        (LAB, 101770),
        (LAB._replace(hidden=512), 784 * 512 + 512 + 5130),
        (LAB._replace(layers="conv"), 160 + 4640 + 800 * 128 + 128 + 1290),
    ],
)
def test_parameters(lab, count):
    assert parameters(lab) == count


def test_every_epoch_takes_every_image_once_and_the_last_batch_is_smaller():
    lab = LAB._replace(epochs=2, hidden=4)
    schedule = make_lab_schedule(lab, 70, 1)
    steps = list(steps_of(schedule, lab))
    assert [len(rows) for rows, _ in steps] == [32, 32, 6] * 2 == [len(mask) for _, mask in steps]
    assert sorted(np.concatenate([rows for rows, _ in steps[:3]])) == list(range(70))
    assert not np.array_equal(steps[0][0], steps[3][0]) and not np.array_equal(steps[0][1], steps[1][1])


def test_masks_keep_the_mean_and_initial_weights_keep_to_glorots_limits():
    mask = draw_mask(7, 4000, LAB)
    assert set(np.unique(mask)) == {np.float32(0), np.float32(1.25)} and abs(mask.mean() - 1) < 0.005
    assert (draw_mask(7, 3, LAB._replace(dropout=0.0)) == 1).all()
    kernel = make_lab_schedule(LAB, 10, 0).weights[0]
    limit = np.sqrt(6 / (784 + 128))
    assert kernel.dtype == np.float32 and limit * 0.99 < np.abs(kernel).max() <= limit


def test_score():
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]], np.float32))
    loss, accuracy = score(logits, np.array([0, 2]))
    assert loss == pytest.approx(-(np.log(0.7) + np.log(0.3)) / 2, abs=1e-6) and accuracy == 0.5


# The commands


@pytest.mark.parametrize(
    "argv, words",
    [
        (["mnist"], "usage: poets mnist {legacy,modern}"),
        (["parity", "--task", "mnist", "--data", "nowhere"], "error: --data: no file or folder 'nowhere' here"),
        (["parity", "--task", "mnist", "--data", "x", "--download"], "--data and --download: give one"),
        (["parity", "--task=mnist", "--epochs", "0"], "--epochs 0 leaves nothing to compare"),
        (["parity", "--task", "mnist", "--dropout", "1"], "--dropout must be 0 or more and below 1"),
        (["parity", "--task", "mnist", "--timeout", "0"], "--timeout must be above 0"),
        (["parity", "--task", "mnist", "--junit", "/proc/none/x.xml"], "--junit: cannot write"),
        (["parity", "--task", "mnist", "--layers", "deep"], "--task mnist: argument --layers"),
        (["parity", "--task", "golf"], "argument --task"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(argv, words, capsys):
    try:
        code = cli.main(argv)
    except SystemExit as ending:
        code = ending.code
    err = capsys.readouterr().err
    assert code == 2 and words in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_numpy_does_not_take_is_refused(seed):
    with pytest.raises(BadInput):
        make_lab_schedule(LAB, 10, seed)


def lab_run(twin, data, folder, *flags):
    """Run a twin's command in this process: its record."""
    out = os.path.join(str(folder), twin)
    argv = [
        "--data",
        data,
        "--epochs",
        "2",
        "--output",
        os.path.join(out, "model"),
        "--json",
        os.path.join(out, "record.json"),
        "--quiet",
    ]
    assert importlib.import_module("poets." + twin + ".mnist").main(argv + list(flags)) == 0
    return tiny.read_record(out)


@pytest.fixture(scope="module", params=["dense", "conv"])
def runs(request, data, tmp_path_factory):
    """The folder of both twins' outputs, and their records by name."""
    folder = tmp_path_factory.mktemp(request.param)
    return folder, {twin: lab_run(twin, data, folder, "--layers", request.param) for twin in tiny.TWINS}


@pytest.mark.tensorflow
def test_both_commands_train_on_the_same_numbers(runs):
    legacy, modern = (runs[1][twin] for twin in tiny.TWINS)
    for key in ("data", "random_seed", "settings", "parameters", "train_images", "test_images", "steps"):
        assert legacy[key] == modern[key], key
    assert legacy["steps"] == 26 and legacy["parameters"] in (101770, 108618)
    for ours, theirs in zip(legacy["epochs"], modern["epochs"]):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=1e-4)
        assert ours["test_loss"] == pytest.approx(theirs["test_loss"], abs=1e-3)
    assert legacy["epochs"][1]["loss"] < legacy["epochs"][0]["loss"]
    assert legacy["test_accuracy"] > 0.3  # chance is 0.1
    assert modern["versions"]["keras"] and "training" in modern["used"]["devices"]


@pytest.mark.tensorflow
def test_what_the_commands_leave_behind_answers_as_they_did(runs, drawn):
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.tensorflow_library.version1 import tf as tf1
    from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf

    folder, records = runs
    with tf1.Graph().as_default():
        answers = tf1.import_graph_def(
            read_graph(str(folder / "legacy" / "model"), tf1.GraphDef()), return_elements=["final_result:0"], name=""
        )[0]
        with tf1.Session() as session:
            legacy = session.run(answers, {"images:0": drawn.test_images})
    loaded = tf.saved_model.load(str(folder / "modern" / "model"))
    modern = loaded.signatures["serving_default"](images=tf.constant(drawn.test_images))["probabilities"].numpy()
    np.testing.assert_allclose(legacy, modern, rtol=0, atol=1e-3)
    for twin, found in (("legacy", legacy), ("modern", modern)):
        assert np.mean(found.argmax(1) == drawn.test_labels) == pytest.approx(records[twin]["test_accuracy"])
    if KERAS_3:
        kept = keras.models.load_model(str(folder / "modern" / "model.keras"), safe_mode=True)
        np.testing.assert_allclose(kept(drawn.test_images[..., np.newaxis]).numpy(), modern, rtol=0, atol=1e-6)


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_no_epochs_leave_the_network_as_drawn_and_epochs_are_told(twin, data, capsys):
    main = importlib.import_module("poets." + twin + ".mnist").main
    assert main(["--data", data, "--epochs", "0", "--json", "-"]) == 0
    seen = capsys.readouterr()
    assert json.loads(seen.out)["epochs"] == [] and "101770 parameters, 400 images" in seen.err
    assert main(["--data", data, "--epochs", "1", "--hidden", "16", "--batch_size", "150", "-v"]) == 0
    assert "Epoch 1/1: loss " in capsys.readouterr().err


# The judge


def judged(*flags, **options):
    """`poets parity --task mnist` in a process of its own: (exit code, verdict or None, stdout, stderr)."""
    folder = options["folder"]
    report = os.path.join(str(folder), "verdict.json")
    code, out, err = tiny.run_command(
        "poets",
        "parity",
        "--task",
        "mnist",
        "--json",
        report,
        *flags,
        python=options.get("python", sys.executable),
        cwd=str(folder),
    )
    verdict = None
    if os.path.exists(report):
        with open(report, encoding="utf-8") as file:
            verdict = json.load(file)
    return code, verdict, out, err


@pytest.mark.tensorflow
def test_the_command(data, tmp_path):
    code, verdict, out, err = judged(
        "--data", data, "--epochs", "2", "--markdown", "v.md", "--junit", "v.xml", folder=tmp_path
    )
    assert code == 0, out + err
    assert verdict["verdict"] == "parity" and verdict["steps"] == 26 and verdict["first_step"] is None
    losses = verdict["parts"]["losses of all steps"]
    assert 0 < losses["max_abs"] <= 1e-13 and losses["elements"] == 26
    assert verdict["parts"]["final weights"]["elements"] == verdict["parameters"]
    assert verdict["top1_agreement"] == 1.0 and len(verdict["curve"]["legacy"]) == 2
    lines = out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 80 and "PARITY" in out
    assert "**PARITY**" in (tmp_path / "v.md").read_text() and "Epochs" in (tmp_path / "v.md").read_text()
    suite = ElementTree.parse(str(tmp_path / "v.xml")).getroot()
    assert suite.get("tests") == "5" and suite.get("failures") == "0"


@pytest.fixture(scope="module")
def workers():
    """A worker of legacy, and one of modern that can be broken."""
    broken = f"{sys.executable} -m parity_tests.fixtures.broken_mnist_worker"
    with WorkerProcess("legacy", None, 120) as legacy:
        with WorkerProcess("modern", broken, 120) as modern:
            yield legacy, modern


def compared(workers, found, lab, fault="none"):
    """The verdict on a training in these two workers."""
    setup = LabSetup("digits", found, lab, 0, list(tiny.TWINS), {}, {}, 120)
    schedule = make_lab_schedule(lab, len(found.images), 0)
    if fault != "none":
        workers[1].call("inject", fault=fault)
    ran = {side: train(worker, setup, schedule, "auto") for side, worker in zip(tiny.TWINS, workers)}
    if fault != "none":
        workers[1].call("inject", fault="none")
    return judge(setup, ran)


SHORT = LAB._replace(epochs=1, precision="float64")


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "lab",
    [
        SHORT._replace(layers="conv", epochs=2),
        SHORT._replace(hidden=512, dropout=0.0),
        SHORT._replace(batch_size=150, learning_rate=0.01),
    ],
)
def test_the_twins_in_lockstep(workers, drawn, lab):
    verdict = compared(workers, drawn, lab)
    assert verdict.parity, page.reason(verdict)
    assert all(one.difference.max_abs <= 1e-12 for one in verdict.parts)
    assert verdict.top1_agreement == 1.0 and verdict.first_step is None


@pytest.mark.tensorflow
def test_in_float32_the_first_steps_differ_by_rounding(workers, drawn):
    verdict = compared(workers, drawn, SHORT._replace(precision="float32"))
    assert verdict.parity, page.reason(verdict)
    assert 1e-9 < verdict.parts[0].difference.max_abs <= 2e-5
    assert [one.judged for one in verdict.parts] == ["max", "mean", "mean", "mean"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("place", [0, 1])
def test_identical_sides_are_exactly_alike(workers, drawn, precision, place):
    verdict = compared([workers[place]] * 2, drawn, SHORT._replace(precision=precision))
    assert [one.difference.max_abs for one in verdict.parts] == [0.0] * 4


@pytest.mark.tensorflow
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(
    "fault, latest", [("epsilon", 2), ("no_dropout_scaling", 0), ("shuffled_labels", 0), ("order", 0), ("nan", 7)]
)
def test_a_fault_is_found_and_where_it_begins(workers, drawn, fault, latest, precision):
    verdict = compared(workers, drawn, SHORT._replace(precision=precision), fault)
    assert not verdict.parity and verdict.first_step <= latest
    assert page.reason(verdict).startswith("losses of the first 10 steps: ")
    assert "NO PARITY: losses of the first 10 steps" in " ".join(screen.as_text(page.page_of(verdict)).split())
    assert page.cases(verdict)[0].why


@pytest.mark.tensorflow
def test_a_worker_that_dies_ends_with_4(data, tmp_path):
    python = f"{sys.executable} -m parity_tests.fixtures.broken_mnist_worker dies"
    code, verdict, _, err = judged(
        "--data", data, "--epochs", "1", "--twins", "modern,modern", "--legacy-python", python, folder=tmp_path
    )
    assert code == 4 and verdict is None
    assert "the modern worker died during 'train_mnist'" in err and "the last words of the worker" in err


def test_a_python_without_tensorflow_ends_with_3(data, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "tensorflow.py").write_text("raise ImportError('no TensorFlow in this test')\n")
    python = f"env PYTHONPATH={tmp_path / 'broken'} {sys.executable}"
    code, _, _, err = judged("--data", data, "--legacy-python", python, folder=tmp_path)
    assert code == 3 and "no TensorFlow in this test" in err and "Traceback" not in err


def verdict_of(parts, accuracy=(0.9, 0.9), agreement=1.0, first=None):
    from poets.migrate.lab.record import Epoch

    sides = dict(zip(("legacy", "modern"), accuracy))
    problem = apart(sides, agreement, LIMITS["float32"])
    who = {"twin": "legacy", "python": "3.7.16", "tensorflow": "1.15.5", "keras": None}
    found = {"legacy": who, "modern": dict(who, twin="modern", tensorflow="2.21.0", keras="3.15.0")}
    curve = {side: [Epoch(0.5, 0.8, 0.4, right)] * 30 for side, right in sides.items()}
    return LabVerdict(
        not problem and all(one.difference.passed for one in parts),
        "digits",
        LAB,
        101770,
        400,
        100,
        390,
        parts,
        first,
        sides,
        agreement,
        problem,
        curve,
        found,
        {"legacy": 1.0, "modern": 2.0},
        3.0,
    )


def test_means_are_judged_where_training_itself_makes_differences_grow():
    ours, theirs = np.zeros(1000), np.zeros(1000)
    theirs[3] = 1.0
    found = part("losses", [[ours], [theirs]], 0.01, "mean").difference
    assert found.passed and found.max_abs == 1.0
    assert not part("losses", [[ours], [theirs]], 0.01, "max").difference.passed
    assert part("losses", [[ours], [theirs]], 1e-4, "mean").difference.why == "0.001 apart on average, 0.0001 allowed"
    for broken in ([np.full(1000, np.nan)], [np.zeros(999)]):
        assert not part("losses", [[ours], broken], 1.0, "mean").difference.passed
    assert first_step(ours, theirs, 1e-9) == 3 and first_step(ours, theirs, 1.0) is first_step(ours, ours, 0.0) is None
    assert first_step(ours, np.full(1000, np.nan), 1e-9) == 0


def test_answers_too_far_apart_are_no_parity_and_every_report_says_why():
    same_all = LabPart("final weights", difference.measure([np.zeros(3)], [np.zeros(3)], 0.1), "mean")
    verdict = verdict_of([same_all], accuracy=(0.9, 0.8))
    assert not verdict.parity and page.reason(verdict) == "accuracies are 10.0 points apart, 2.0 allowed"
    text = screen.as_text(page.page_of(verdict), verbose=True)
    assert "accuracies are 10.0 points apart" in text and max(map(len, text.splitlines())) <= 80
    assert len(screen.as_text(page.page_of(verdict)).splitlines()) <= screen.LINES  # of 30 epochs
    assert page.cases(verdict)[-1].why == verdict.answers
    assert "both predict the same digit on only 50.0 %" in verdict_of([same_all], agreement=0.5).answers
    assert json.loads(json.dumps(lab_verdict_as_json(verdict), allow_nan=False))["answers"] == verdict.answers
    assert verdict_of([same_all]).parity


def test_the_judges_flags_are_the_labs():
    flags = command.make_parser().parse_args([])
    assert (flags.hidden, flags.epochs, flags.batch_size, flags.dropout, flags.layers) == (128, 5, 32, 0.2, "dense")


# Fashion-MNIST


def test_real_idx_files_are_read(fashion):
    found = read_digits(fashion)
    assert isinstance(found, Digits) and found.images.shape == (60000, 28, 28)
    assert np.bincount(found.test_labels).tolist() == [1000] * 10


@pytest.mark.tensorflow
def test_fashion_mnist_in_lockstep(fashion, workers):
    found = read_digits(fashion)
    verdict = compared(workers, found._replace(images=found.images[:10000], labels=found.labels[:10000]), SHORT)
    assert verdict.parity, page.reason(verdict)
    assert verdict.steps == 313 and verdict.test_images == 10000
    assert 0.75 < verdict.accuracy["legacy"] == verdict.accuracy["modern"]
    assert all(0 < one.difference.max_abs <= 1e-12 for one in verdict.parts)


# Old interpreters


@pytest.mark.interpreters
@pytest.mark.parametrize("layers", ["dense", "conv"])
def test_tensorflow_1_15_against_this_keras(data, tmp_path, tf1_python, layers):
    code, verdict, out, err = judged(
        "--data", data, "--epochs", "2", "--layers", layers, "--legacy-python", str(tf1_python), folder=tmp_path
    )
    assert code == 0, out + err
    assert verdict["interpreters"]["legacy"]["tensorflow"] == "1.15.5"
    assert 0 < verdict["parts"]["losses of all steps"]["max_abs"] <= 1e-13


@pytest.mark.interpreters
def test_the_judge_and_both_twins_on_python_3_6(data, tmp_path, tx2_python):
    code, verdict, out, err = judged("--data", data, "--epochs", "2", folder=tmp_path, python=str(tx2_python))
    assert code == 0, out + err
    assert verdict["interpreters"]["modern"]["keras"] == "2.6.0"
    assert verdict["parts"]["losses of all steps"]["max_abs"] <= 1e-13


@pytest.mark.interpreters
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_the_commands_on_python_3_6(data, tmp_path, tx2_python, twin):
    code, out, err = tiny.run_command(
        twin,
        "mnist",
        "--data",
        data,
        "--epochs",
        "1",
        "--json",
        "-",
        "--output",
        str(tmp_path / "model"),
        python=str(tx2_python),
    )
    assert code == 0, err
    assert json.loads(out)["steps"] == 13 and (tmp_path / "model").exists()
