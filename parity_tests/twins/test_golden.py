"""Both twins against what retrain.py did: on real TensorFlow 1.15.5, and in somebody's run of 2018."""

import importlib
import json
import os
import shutil

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from poets.migrate.task.photos.image_lists import read_image_lists

pytestmark = [pytest.mark.tensorflow, pytest.mark.shared]
TOLERANCE = 2e-4


@pytest.fixture()
def beside_the_photos(shared_data, monkeypatch):
    """The folder that retrain.py was run in: ``--image_dir=flower_photos`` is typed so."""
    monkeypatch.chdir(str(shared_data))
    return shared_data


@pytest.fixture(scope="module")
def golden(shared_data):
    with np.load(str(shared_data / "golden" / "golden.npz")) as arrays:
        return dict(arrays)


@pytest.fixture(params=tiny.TWINS)
def worker(request):
    module = importlib.import_module("poets." + request.param + ".worker")
    return module.make()


def features_of(worker, image_dir, models, testing=10, validation=10):
    """(paths below image_dir, float32 [N, 1001]) of every photo, by one twin."""
    worker.look(image_dir, testing, validation, "fail")
    worker.open(tiny.ARCHITECTURE, str(models))
    paths = [os.path.relpath(photo.path, image_dir) for photo in worker.survey.lists.photos]
    return paths, worker.features(list(range(len(paths))))[1]["features"]


def test_the_split_is_retrains(beside_the_photos):
    with open(os.path.join("golden", "split.json"), encoding="utf-8") as file:
        expected = json.load(file)["split"]
    lists = read_image_lists("flower_photos")
    found = {os.path.relpath(photo.path, "flower_photos"): photo.split for photo in lists.photos}
    assert len(found) == 600 and found == expected


def test_bottlenecks(worker, beside_the_photos, golden):
    paths, features = features_of(worker, "flower_photos", "models")
    order = {path: index for index, path in enumerate(paths)}
    assert len(order) == 600
    mine = features[[order[str(path)] for path in golden["paths"]]]
    difference = np.abs(mine - golden["bottlenecks"]).max()
    print(f"{worker.twin}: {difference:.3g}")
    assert difference <= TOLERANCE


@pytest.mark.parametrize(
    "key, flags",
    [
        ("test_probabilities", []),  # retrain.py's own 127.5 is what is found from the graph
        ("test_probabilities", ["--input_mean", "127.5", "--input_std", "127.5"]),
        ("label_image_probabilities", ["--input_mean", "128", "--input_std", "128"]),
    ],
)
def test_the_golden_graph_gives_its_probabilities(beside_the_photos, golden, key, flags):
    """In a process of its own: whether TensorFlow uses oneDNN, which TF1 did not have, is settled at its import."""
    photos = [os.path.join("flower_photos", str(path)) for path in golden["test_paths"]]
    code, out, err = tiny.run_command(
        "legacy",
        "label_image",
        "--graph",
        os.path.join("golden", "retrained_graph.pb"),
        "--json",
        "-",
        *(flags + photos),
    )
    assert code == 0, err
    with open(os.path.join("golden", "retrained_labels.txt"), encoding="utf-8") as file:
        labels = file.read().split("\n")[:5]
    answers = np.array(
        [
            [{guess["label"]: guess["score"] for guess in image["guesses"]}[label] for label in labels]
            for image in json.loads(out)["images"]
        ]
    )
    difference = np.abs(answers - golden[key]).max()
    print(f"{key} {flags}: {difference:.3g}")
    assert answers.shape == (63, 5) and difference <= 1e-5


def test_bottlenecks_of_2018(worker, shared_data, tmp_path):
    samples = shared_data / "graphs" / "fruits" / "samples"
    expected = {}
    for path in samples.glob("train__*.jpg"):
        _, kind, name = path.name.split("__")
        os.makedirs(str(tmp_path / kind), exist_ok=True)
        shutil.copy(str(path), str(tmp_path / kind / name))
        text = (samples / (path.name + ".bottleneck_0.25_128.txt")).read_text()
        expected[os.path.join(kind, name)] = np.array([float(part) for part in text.split(",")], np.float32)
    assert len(expected) == 44
    paths, features = features_of(worker, str(tmp_path), shared_data / "models", 0, 0)
    difference = max(np.abs(row - expected[path]).max() for path, row in zip(paths, features))
    print(f"{worker.twin}: {difference:.3g}")
    assert difference <= TOLERANCE


@pytest.fixture(scope="module")
def codelab_cache(golden, tmp_path_factory):
    """A --bottleneck_dir as retrain.py left it: ``<class>/<photo>_<architecture>.txt``."""
    folder = tmp_path_factory.mktemp("codelab")
    for path, row in zip(golden["paths"], golden["bottlenecks"]):
        text = folder / (str(path) + "_" + tiny.ARCHITECTURE + ".txt")
        os.makedirs(str(text.parent), exist_ok=True)
        text.write_text(",".join(str(value) for value in row))
    return folder


def retrain_on_flowers(twin, out, bottleneck_dir, capsys, *flags):
    capsys.readouterr()
    code = importlib.import_module("poets." + twin + ".retrain").main(
        ["--image_dir=flower_photos", "--model_dir=models", "--architecture", tiny.ARCHITECTURE]
        + tiny.output_flags(out)
        + ["--bottleneck_dir", str(bottleneck_dir)]
        + list(flags)
    )
    return code, tiny.read_record(out), capsys.readouterr().err


def test_old_text_caches_are_read(beside_the_photos, codelab_cache, tmp_path, capsys):
    heads = []
    for twin in tiny.TWINS:
        code, record, err = retrain_on_flowers(
            twin, tmp_path / twin, codelab_cache, capsys, "--how_many_training_steps", "400"
        )
        assert code == 0 and record["bottlenecks_computed"] == 0, err
        assert sum(record["photos"].values()) == 600 and record["test_photos"] == 63
        heads.append(tiny.head_of(twin, tmp_path / twin))
        print(twin, record["test_accuracy"])
        assert record["test_accuracy"] > 0.6  # retrain.py's 1000 steps gave 0.667
    print("heads: %.3g" % max(np.abs(ours - theirs).max() for ours, theirs in zip(*heads)))
    for ours, theirs in zip(*heads):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


@pytest.mark.parametrize("content", ["1.0,2.0,nan-sense", "1.0,2.0", "", "\x00\x01\xff"])
def test_a_broken_text_file_is_named_and_computed_anew(
    beside_the_photos, codelab_cache, golden, tmp_path, capsys, content
):
    shutil.copytree(str(codelab_cache), str(tmp_path / "codelab"))
    broken = tmp_path / "codelab" / (str(golden["paths"][3]) + "_" + tiny.ARCHITECTURE + ".txt")
    broken.write_bytes(content.encode("latin-1"))
    code, record, err = retrain_on_flowers(
        "legacy", tmp_path / "out", tmp_path / "codelab", capsys, "--quiet", "--how_many_training_steps", "1"
    )
    assert code == 0 and 1 <= record["bottlenecks_computed"] <= 32
    assert len([line for line in err.splitlines() if str(broken) in line and "computed again" in line]) == 1
