"""The twins on the TensorFlows that they are for, on real photos: 1.15.5 (Python 3.7 and 3.6), 2.6.2 (Python 3.6)."""

import json
import os

import numpy as np
import pytest

from parity_tests.fixtures import tiny

pytestmark = [pytest.mark.tensorflow, pytest.mark.shared, pytest.mark.interpreters]
TOLERANCE = 2e-4  # of bottlenecks, text rounding of the golden ones included
STEPS = 300

FEATURES = """
import importlib
import os
import sys
import numpy as np
worker = importlib.import_module("poets." + sys.argv[1] + ".worker").make()
worker.look("flower_photos", 10, 10, "fail")
worker.open("mobilenet_0.25_128", "models")
paths = [os.path.relpath(photo.path, "flower_photos") for photo in worker.survey.lists.photos]
np.savez(sys.argv[2], paths=np.array(paths), features=worker.features(list(range(len(paths))))[1]["features"])
"""


@pytest.fixture(scope="module")
def interpreters(tf1_python, tx2_python, tx2_tf1_python):
    return {"1.15": tf1_python, "2.6": tx2_python, "1.15 on 3.6": tx2_tf1_python}


@pytest.fixture(autouse=True)
def beside_the_photos(shared_data, monkeypatch):
    monkeypatch.chdir(str(shared_data))


@pytest.fixture(scope="module")
def today(shared_data, tmp_path_factory):
    """What this interpreter's twins give: twin -> folder of outputs."""
    folder = tmp_path_factory.mktemp("today")
    return {twin: retrain(twin, folder / twin, shared_data) for twin in tiny.TWINS}


def retrain(twin, out, cwd, *flags, **options):
    """Run `retrain` on the flowers in a process of its own; the folder of its outputs."""
    code, _, err = tiny.run_command(
        twin,
        "retrain",
        "--image_dir=flower_photos",
        "--model_dir=models",
        "--architecture",
        tiny.ARCHITECTURE,
        "--how_many_training_steps",
        STEPS,
        "--quiet",
        *(tiny.output_flags(out) + list(flags)),
        cwd=str(cwd),
        **options,
    )
    assert code == 0, err
    return out


@pytest.mark.parametrize(
    "twin, version",
    [
        ("legacy", "1.15"),
        ("legacy", "1.15 on 3.6"),
        ("modern", "2.6"),
        pytest.param("legacy", "2.6", marks=pytest.mark.thorough),
    ],
)
def test_golden_bottlenecks(twin, version, interpreters, shared_data, tmp_path):
    tiny.run_python(FEATURES, twin, tmp_path / "features.npz", python=interpreters[version])
    with np.load(str(tmp_path / "features.npz")) as arrays:
        found = dict(zip(arrays["paths"].tolist(), arrays["features"]))
    with np.load(str(shared_data / "golden" / "golden.npz")) as golden:
        difference = max(
            np.abs(found[path] - row).max() for path, row in zip(golden["paths"].tolist(), golden["bottlenecks"])
        )
    print(f"{twin} on TF {version}: {difference:.3g}")
    assert len(found) == 600 and difference <= TOLERANCE


@pytest.mark.parametrize(
    "twin, version",
    [
        ("legacy", "1.15"),
        ("legacy", "1.15 on 3.6"),
        ("modern", "2.6"),
        pytest.param("legacy", "2.6", marks=pytest.mark.thorough),
    ],
)
def test_retrain_agrees_with_today(twin, version, interpreters, shared_data, today, tmp_path, capsys):
    python = interpreters[version]
    out = retrain(twin, tmp_path / "out", shared_data, "--intermediate_store_frequency", "200", python=python)
    record, expected = tiny.read_record(out), tiny.read_record(today[twin])
    assert record["versions"]["tensorflow"].startswith(version.split()[0])
    for key in ("labels", "photos", "kinds", "test_photos"):
        assert record[key] == expected[key], key
    assert abs(record["test_accuracy"] - expected["test_accuracy"]) <= 1.01 / 63  # one photo on the edge, at most
    for other in tiny.TWINS:
        differences = [
            np.abs(ours - theirs).max()
            for ours, theirs in zip(tiny.head_of(twin, out), tiny.head_of(other, today[other]))
        ]
        weights, biases = differences
        print(f"{twin} on TF {version}, {other} today: weights {weights:.3g}, biases {biases:.3g}")
        assert max(differences) <= 1e-5
    kept = os.listdir(os.path.join(str(out), "intermediate"))
    assert [os.path.splitext(name)[0] for name in kept] == ["intermediate_200"]
    graph = os.path.join(str(out), {"legacy": "graph.pb", "modern": "graph"}[twin])
    photo = os.path.join("flower_photos", "daisy", "10555826524_423eb8bf71_n.jpg")
    there, here = (
        tiny.run_command(
            twin, "label_image", "--graph", graph, "--labels", os.path.join(str(out), "labels.txt"), photo, **options
        )
        for options in ({"python": python}, {})
    )
    assert there[0] == here[0] == 0, there[2] + here[2]
    scores = [{line.split(" (")[0]: float(line[-8:-1]) for line in text.splitlines()} for _, text, _ in (there, here)]
    assert set(scores[0]) == set(scores[1]) == {"daisy", "dandelion", "roses", "sunflowers", "tulips"}
    for label in scores[0]:
        assert abs(scores[0][label] - scores[1][label]) <= 2e-5


@pytest.mark.parametrize("version", ["1.15", "2.6"])
def test_the_golden_graph_gives_its_probabilities_on_old_tensorflows(version, interpreters, shared_data):
    with np.load(str(shared_data / "golden" / "golden.npz")) as arrays:
        golden = dict(arrays)
    photos = [os.path.join("flower_photos", str(path)) for path in golden["test_paths"]]
    code, out, err = tiny.run_command(
        "legacy",
        "label_image",
        "--graph",
        os.path.join("golden", "retrained_graph.pb"),
        "--json",
        "-",
        *photos,
        python=interpreters[version],
    )
    assert code == 0, err
    labels = ["daisy", "dandelion", "roses", "sunflowers", "tulips"]
    answers = np.array(
        [
            [{guess["label"]: guess["score"] for guess in image["guesses"]}[label] for label in labels]
            for image in json.loads(out)["images"]
        ]
    )
    difference = np.abs(answers - golden["test_probabilities"]).max()
    print(f"TF {version}: {difference:.3g}")
    assert difference <= 1e-5
