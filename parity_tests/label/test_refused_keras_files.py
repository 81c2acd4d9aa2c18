"""A `.keras` file that Keras refuses or cannot read is one line of bad input, whatever Keras raises."""

import json
import zipfile

import pytest

from poets.migrate.cli import main

pytestmark = pytest.mark.tensorflow


def layer(module, kind, **config):
    return {"module": module, "class_name": kind, "config": config, "registered_name": kind, "build_config": None}


CODE = {"class_name": "__lambda__", "config": {"value": "4wEAAAA=", "defaults": None, "closure": None}}
MODELS = {
    "lambda": layer("keras.layers", "Lambda", name="l", function=CODE),
    "foreign module": layer("os", "system", command="false"),
    "foreign function": layer("subprocess", "run", args=["false"]),
    "utility of Keras": layer("keras.utils", "get_file", fname="a", origin="http://127.0.0.1:9/"),
    "unknown layer": layer("keras.layers", "NoSuchLayer", name="l"),
    "a number": 7,
    "nothing": None,
    "a layer, no model": layer("keras.layers", "Dense", name="d", units=2),
    "empty": layer("keras", "Sequential", name="s", layers=[]),
}


def keras_file(path, config):
    with zipfile.ZipFile(str(path), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0", "date_saved": ""}))
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", b"not HDF5")


def refusal(path, photo, capfd):
    code = main(["label", "--graph", str(path), "--image", str(photo)])
    out, err = capfd.readouterr()
    assert (code, out) == (2, "") and err.startswith("error: --graph: ") and err.count("\n") == 1, err
    assert str(path) in err
    return err


@pytest.fixture
def photo(tmp_path):
    from PIL import Image

    path = tmp_path / "photo.png"
    Image.new("RGB", (8, 8)).save(str(path))
    return path


@pytest.mark.parametrize("name", sorted(MODELS))
def test_what_keras_refuses_is_one_line(tmp_path, photo, capfd, name):
    keras_file(tmp_path / "model.keras", json.dumps(MODELS[name]))
    refusal(tmp_path / "model.keras", photo, capfd)


def test_text_that_is_no_json_is_one_line(tmp_path, photo, capfd):
    keras_file(tmp_path / "model.keras", "{")
    refusal(tmp_path / "model.keras", photo, capfd)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, photo, capfd):
    keras_file(tmp_path / "model.keras", " " * (101 << 20))
    refusal(tmp_path / "model.keras", photo, capfd)


def test_a_zip_file_that_is_cut_short_or_holds_no_model_is_one_line(tmp_path, photo, capfd):
    with zipfile.ZipFile(str(tmp_path / "other.keras"), "w") as archive:
        archive.writestr("a.txt", "text")
    refusal(tmp_path / "other.keras", photo, capfd)
    keras_file(tmp_path / "model.keras", "{}")
    data = (tmp_path / "model.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(b"PK" + data[len(data) // 2 :])
    refusal(tmp_path / "cut.keras", photo, capfd)
