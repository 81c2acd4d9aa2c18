"""`poets label` with TFLite models: it answers as modern does on the SavedModel, without TensorFlow."""

import csv
import io
import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.pictures import encoded, picture
from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.port_checks import read
from poets.migrate import cli
from poets.migrate.runners.pillow_photos import decode
from poets.migrate.task.photos.tf1_resize import resize_tf1

pytestmark = pytest.mark.tensorflow

NETWORK = idioms.PLAIN._replace(size=24, widths=(6, 8))
LABELS = ["class 0", "class 1", "class 2"]


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    """Folder with the ports of one small graph, `savedmodel` and `model.tflite`."""
    from poets.migrate.port.targets import savedmodel, tflite

    folder = tmp_path_factory.mktemp("ports")
    reading = read(idioms.write_idiom(folder / "graph.pb", NETWORK))
    (folder / "savedmodel").mkdir()
    savedmodel.save(reading, str(folder / "savedmodel"))
    tflite.save(reading, str(folder / "model.tflite"))
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Folder of one photo of every format."""
    folder = tmp_path_factory.mktemp("photos")
    tiny.draw_photos(folder, ("stripes",), 3)
    for name, kind, mode, options in (
        ("halved.jpg", "JPEG", "RGB", {"subsampling": 2}),
        ("grey.jpg", "JPEG", "L", {}),
        ("alpha.png", "PNG", "RGBA", {}),
        ("still.gif", "GIF", "P", {}),
        ("plain.bmp", "BMP", "RGB", {}),
        ("alpha.bmp", "BMP", "RGBA", {}),
    ):
        (folder / name).write_bytes(encoded(kind, picture(mode), **options))
    return folder


def convert(path, network, shape=(None, 24, 24, 3), uint8=False):
    """Write a TFLite model of ``network`` as somebody else would, without metadata; with 8-bit ends if ``uint8``."""
    from poets.migrate.tensorflow_library.version2 import tf

    function = tf.function(network, input_signature=[tf.TensorSpec(shape, tf.float32)])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()])
    if uint8:
        random = np.random.RandomState(1)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: (
            [random.uniform(0, 1, (1,) + shape[1:]).astype(np.float32)] for _ in range(20)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.uint8
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the converter's own, about statistics of another quantisation
        path.write_bytes(converter.convert())
    path.with_name("labels.txt").write_text("\n".join(LABELS) + "\n")
    return path


def shares(images):
    """Softmax of the pictures' mean red, green and blue: [N, H, W, 3] -> [N, 3]."""
    from poets.migrate.tensorflow_library.version2 import tf

    return tf.nn.softmax(8 * tf.reduce_mean(images, [1, 2]))


def label(capsys, *flags):
    """Run `poets label` in this process: (exit code, stdout, stderr)."""
    capsys.readouterr()
    code = cli.main(["label"] + [str(flag) for flag in flags])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answers(capsys, graph, *flags):
    """(float64 [N, 3] in the order of LABELS, the record, stderr)."""
    code, out, err = label(capsys, "--graph", graph, "--json", "-", *flags)
    assert code == 0, err
    record = json.loads(out)
    found = [{guess["label"]: guess["score"] for guess in image["guesses"]} for image in record["images"]]
    return np.array([[one[name] for name in LABELS] for one in found]), record, err


def resized_photos(record):
    """float32 [N, 24, 24, 3], 0..255: the photos that a record has answers for."""
    paths = [Path(image["image"]) for image in record["images"]]
    return np.stack([resize_tf1(decode(path.read_bytes(), str(path)), 24, 24) for path in paths])


def refusal(capsys, *flags):
    """The one line that is said where the command must fail with exit code 2."""
    code, out, err = label(capsys, *flags)
    assert (code, out) == (2, "") and err.startswith("error: ") and err.count("\n") == 1, err
    return err


@pytest.mark.parametrize("flags", [(), ("--input_mean", 100), ("--input_mean", 0, "--input_std", 255)])
def test_a_port_answers_as_modern_does_on_the_savedmodel(ports, photos, capsys, flags):
    small, record, err = answers(capsys, ports / "model.tflite", photos, *flags)
    large, expected, _ = answers(capsys, ports / "savedmodel", photos, *flags)
    assert err == "" and len(small) == 9
    np.testing.assert_allclose(small, large, rtol=0, atol=1e-5)
    assert [image["guesses"][0]["label"] for image in record["images"]] == [
        image["guesses"][0]["label"] for image in expected["images"]
    ]
    for key in ("height", "width", "mean", "std"):
        assert record["preprocessing"][key] == expected["preprocessing"][key]


def test_text_csv_and_verbose(ports, photos, capsys):
    photo = photos / "alpha.png"
    code, out, err = label(capsys, "--graph", ports / "model.tflite", "--image", photo, "--top_k", 2, "-v")
    assert code == 0 and len(out.splitlines()) == 2 and out.startswith("class ") and "(score=0." in out
    assert "input 24x24, mean 128, std 128 (guessed: the file's metadata (label_image.py's default)), 3 labels" in err
    code, out, _ = label(capsys, "--graph", ports / "model.tflite", "--csv", "-", photos)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and len(rows) == 9 * 3 and set(rows[0]) == {"image", "rank", "label", "score"}


def test_a_tflite_model_is_known_by_its_bytes_too(ports, photos, tmp_path, capsys):
    (tmp_path / "model").write_bytes((ports / "model.tflite").read_bytes())
    code, out, _ = label(capsys, "--graph", tmp_path / "model", photos / "alpha.png")
    assert (code, len(out.splitlines())) == (0, 3)


def test_labels_given_win_over_those_inside(ports, photos, tmp_path, capsys):
    (tmp_path / "three.txt").write_text("a\nb\nc\n")
    (tmp_path / "two.txt").write_text("a\nb\n")
    flags = ("--graph", ports / "model.tflite", photos / "alpha.png", "--labels")
    _, out, _ = label(capsys, *(flags + (tmp_path / "three.txt",)))
    assert sorted(line[0] for line in out.splitlines()) == ["a", "b", "c"]
    assert "the graph has 3 classes but" in refusal(capsys, *(flags + (tmp_path / "two.txt",)))


@pytest.mark.parametrize("batch", [None, 1])
def test_float_model_of_others_says_what_is_assumed(photos, tmp_path, capsys, batch):
    graph = convert(tmp_path / "other.tflite", shares, (batch, 24, 24, 3))
    assumed, record, err = answers(capsys, graph, photos)
    assert err.startswith("warning: ") and "assuming mean 0, std 255" in err and err.count("\n") == 1
    given, _, quiet = answers(capsys, graph, photos, "--input_std", 255)
    assert quiet == ""
    np.testing.assert_array_equal(assumed, given)
    resized = resized_photos(record)
    np.testing.assert_allclose(assumed, shares(resized / 255).numpy(), rtol=0, atol=1e-5)
    twice, _, _ = answers(capsys, graph, photos, "--input_mean", 51, "--input_std", 127.5)
    np.testing.assert_allclose(twice, shares((resized - 51) / 127.5).numpy(), rtol=0, atol=1e-5)


def test_quantised_model_of_others_is_given_pixels_and_its_scores_are_dequantised(photos, tmp_path, capsys):
    from poets.migrate.runners import tflite_runner

    graph = convert(tmp_path / "other.tflite", shares, uint8=True)
    found, record, err = answers(capsys, graph, photos)
    assert err == "" and record["preprocessing"]["source"] == "the input's quantisation"
    interpreter = tflite_runner.make_interpreter(str(graph))
    output = interpreter.get_output_details()[0]
    pixels = resized_photos(record)
    stored = tflite_runner.runner(interpreter)(np.rint(pixels).astype(np.uint8))
    scale, zero = output["quantization"]
    np.testing.assert_allclose(found, (stored.astype(float) - zero) * scale, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found, shares(pixels / 255).numpy(), rtol=0, atol=0.03)
    given, _, _ = answers(capsys, graph, photos, "--input_mean", 0, "--input_std", 255)
    np.testing.assert_allclose(given, found, rtol=0, atol=2 * scale)


def test_pictures_of_any_size_need_one(photos, tmp_path, capsys):
    graph = convert(tmp_path / "other.tflite", shares, (None, None, None, 3))
    assert "takes pictures of any size; give both" in refusal(
        capsys, "--graph", graph, "--input_std", 255, "--input_width", 9, photos
    )
    found, record, _ = answers(capsys, graph, photos, "--input_height", 8, "--input_width", 9)
    assert len(found) == 9 and (record["preprocessing"]["height"], record["preprocessing"]["width"]) == (8, 9)


@pytest.mark.parametrize(
    "flags, message",
    [
        (("--input_height", 12), "--input_height 12, --input_width 24: "),
        (("--input_width", 0), "a picture has at least one pixel"),
        (("--input_std", 0), "pixels cannot be divided by 0"),
        (("--image", "none.jpg"), "no file or folder 'none.jpg' here"),
        (("--labels", "none.txt"), "--labels: cannot read none.txt"),
    ],
)
def test_flags_that_cannot_be_used_are_refused_in_one_line(ports, photos, capsys, flags, message):
    assert message in refusal(capsys, "--graph", ports / "model.tflite", photos / "alpha.png", *flags)


@pytest.mark.parametrize(
    "network, shape, message",
    [
        (lambda images: images, (1, 24, 24, 3), "returns float32 [1, 24, 24, 3], not a score per class"),
        (lambda images: (images + 1, images + 2), (1, 24, 24, 3), "and float32 [1, 24, 24, 3], not a score"),
        (lambda images: images, (1, 24, 24, 2), "takes float32 [1, 24, 24, 2], not pictures"),
        (lambda images: images, (1, 24), "takes float32 [1, 24], not pictures"),
    ],
)
def test_what_is_no_classifier_of_pictures_is_refused(photos, tmp_path, capsys, network, shape, message):
    from poets.migrate.tensorflow_library.version2 import tf

    graph = convert(tmp_path / "other.tflite", lambda images: network(tf.nn.relu(images)), shape)
    assert message in refusal(capsys, "--graph", graph, photos)


def test_models_that_are_none_are_refused(ports, photos, tmp_path, capsys):
    (tmp_path / "page.tflite").write_text("<!DOCTYPE html><html>")
    (tmp_path / "cut.tflite").write_bytes((ports / "model.tflite").read_bytes()[:40])
    for name in ("page.tflite", "cut.tflite"):
        assert "cannot be run as a TFLite model" in refusal(capsys, "--graph", tmp_path / name, photos)
    assert "no file 'none.tflite' here" in refusal(capsys, "--graph", "none.tflite", photos)


def test_labels_that_are_nowhere_are_asked_for(photos, tmp_path, capsys):
    graph = convert(tmp_path / "other.tflite", shares)
    (tmp_path / "labels.txt").unlink()
    assert "no labels file given" in refusal(capsys, "--graph", graph, "--input_std", 255, photos)


def test_a_photo_whose_pixels_do_not_decode_is_named(ports, photos, tmp_path, capsys):
    (tmp_path / "good.png").write_bytes((photos / "alpha.png").read_bytes())
    damaged = bytearray((photos / "still.gif").read_bytes())
    damaged[-40:-30] = b"\xff" * 10
    (tmp_path / "bad.gif").write_bytes(bytes(damaged))
    assert "bad.gif: " in refusal(capsys, "--graph", ports / "model.tflite", tmp_path)
    code, out, err = label(capsys, "--graph", ports / "model.tflite", "--on_bad_image", "skip", tmp_path)
    assert code == 0 and len(out.splitlines()) == 3 and "bad.gif: " in err and err.count("\n") == 1


def test_jpegs_that_come_out_otherwise_are_announced(ports, photos, capsys, monkeypatch):
    monkeypatch.setattr("poets.migrate.runners.portable_classifier.EXACT_JPEGS", False)
    assert "no libjpeg-turbo" in label(capsys, "--graph", ports / "model.tflite", photos)[2]
    assert label(capsys, "--graph", ports / "model.tflite", photos / "alpha.png")[2] == ""


def test_without_an_interpreter_one_line_says_what_to_install(ports, photos, capsys, monkeypatch):
    monkeypatch.setattr("poets.migrate.runners.tflite_runner.INTERPRETERS", ("no_such_interpreter",))
    code, out, err = label(capsys, "--graph", ports / "model.tflite", photos)
    assert (code, out) == (3, "") and err == "error: no TFLite interpreter is installed; install ai-edge-litert\n"


def test_nothing_heavy_is_imported_before_the_model_is_read():
    code = (
        "import sys; from poets.migrate import cli; code = cli.main(['label', '--graph', 'none.tflite', 'photo.jpg']); "
        "print(code, {'tensorflow', 'keras', 'rich', 'legacy', 'modern'} & set(sys.modules))"
    )
    assert tiny.run_python(code).split() == ["2", "set()"]
