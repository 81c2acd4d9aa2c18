"""Ports used where there is no TensorFlow: a `.keras` file by Keras on JAX, a `.tflite` file by `poets label`."""

import json
import os
import subprocess

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.port_checks import TOLERANCE, read, session_answers

pytestmark = [pytest.mark.tensorflow, pytest.mark.interpreters]

ACROSS_RUNTIMES = 2e-5  # of a score: TFLite sums in another order; 1.15e-5 is the most on 600 photos of flowers
SMALL = idioms.PLAIN._replace(layers=("branches", "explicit", "separable"), widths=(4, 5, 6), size=17)

# What somebody does who has Keras and the file: no import of ours.
LOAD = """
import sys
from importlib.util import find_spec
import keras
import numpy as np
model = keras.models.load_model(sys.argv[1], safe_mode=True)
np.save(sys.argv[3], np.asarray(model(np.load(sys.argv[2]), training=False)))
print(keras.backend.backend(), find_spec("tensorflow"), find_spec("poets"))
"""


def run(*command, **variables):
    """Run a command in a clean environment and give its stdout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment, **variables),
        universal_newlines=True,
        cwd=os.sep,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_keras_file(reading, folder, python):
    from poets.migrate.port.proof import probes
    from poets.migrate.port.targets import keras_lift

    keras_lift.save(reading, str(folder / "port.keras"))
    pixels = probes.natural_pictures(reading.roles.preprocessing)
    np.save(str(folder / "pictures.npy"), pixels / np.float32(255))
    said = run(
        python, "-c", LOAD, folder / "port.keras", folder / "pictures.npy", folder / "answers.npy", KERAS_BACKEND="jax"
    )
    assert said.split() == ["jax", "None", "None"]
    answers, expected = np.load(str(folder / "answers.npy")), session_answers(reading, pixels)
    print(f"{np.abs(answers - expected).max():.3g}")
    np.testing.assert_allclose(answers, expected, rtol=0, atol=TOLERANCE)
    assert (answers.argmax(1) == expected.argmax(1)).all()


def check_labels(reading, folder, python, photos):
    """`poets label` there answers as modern does here on the same graph's SavedModel."""
    from poets.migrate.port.targets import savedmodel, tflite

    (folder / "savedmodel").mkdir()
    savedmodel.save(reading, str(folder / "savedmodel"))
    tflite.save(reading, str(folder / "port.tflite"))
    there = json.loads(
        run(
            python,
            "-m",
            "poets",
            "label",
            "--graph",
            folder / "port.tflite",
            "--json",
            "-",
            *photos,
            PYTHONPATH=str(tiny.ROOT),
        )
    )
    code, out, err = tiny.run_command("modern", "label_image", "--graph", folder / "savedmodel", "--json", "-", *photos)
    assert code == 0, err
    here = json.loads(out)
    assert [image["image"] for image in there["images"]] == [image["image"] for image in here["images"]]
    for ours, theirs in zip(there["images"], here["images"]):
        assert ours["guesses"][0]["label"] == theirs["guesses"][0]["label"]
        scores = [{guess["label"]: guess["score"] for guess in one["guesses"]} for one in (ours, theirs)]
        assert set(scores[0]) == set(scores[1])
        for label, score in scores[0].items():
            assert abs(score - scores[1][label]) <= ACROSS_RUNTIMES


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return read(idioms.write_idiom(tmp_path_factory.mktemp("graph") / "graph.pb", SMALL))


@pytest.fixture(scope="module")
def golden(shared_data):
    return read(shared_data / "golden" / "retrained_graph.pb")


def test_no_tensorflow_is_there(plain_python):
    code = "from importlib.util import find_spec; print(find_spec('tensorflow'), find_spec('tensorflow_hub'))"
    assert run(plain_python, "-c", code).split() == ["None", "None"]


def test_keras_alone_on_jax_answers_as_the_session(small, tmp_path, plain_python):
    check_keras_file(small, tmp_path, plain_python)


@pytest.mark.shared
def test_keras_alone_on_jax_answers_as_the_golden_graph(golden, tmp_path, plain_python):
    check_keras_file(golden, tmp_path, plain_python)


def test_poets_label_answers_as_modern(small, tmp_path, plain_python):
    tiny.draw_photos(tmp_path / "photos", count=2)
    check_labels(small, tmp_path, plain_python, [tmp_path / "photos"])


@pytest.mark.shared
def test_poets_label_answers_as_modern_on_flowers(golden, shared_data, tmp_path, plain_python):
    photos = sorted((shared_data / "flower_photos").glob("*/*.jpg"))[::15]
    check_labels(golden, tmp_path, plain_python, photos)
