"""Legacy's `label_image` on graphs found in the wild."""

import json
import os
from typing import List

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.label_image import refused, scores
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.roles import find_roles

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="session")
def graphs(shared_data):
    return shared_data / "graphs"


@pytest.fixture(scope="session")
def flowers(shared_data):
    return [
        str(shared_data / "flower_photos" / name)
        for name in ("daisy/10555826524_423eb8bf71_n.jpg", "daisy/105806915_a9c13e2106_n.jpg")
    ]


def roles_of(path):
    from poets.migrate.tensorflow_library.version1 import tf

    return find_roles(read_graph(str(path), tf.GraphDef()))


@pytest.mark.shared
@pytest.mark.parametrize(
    "name, roles",
    [
        ("dents/retrained_graph.pb", ("input", "final_result", 6)),
        ("dents/optimized_graph.pb", ("input", "final_result", 6)),
        ("fruits/retrained_graph.pb", ("input", "final_result", 22)),
        ("caltech256_160px/retrained_graph.pb", ("input", "final_result", 256)),
        ("frozen_dropout/retrained_graph.pb", ("input", "final_result", None)),
        ("quantized_base/output_graph.pb", ("input", "final_result", 3)),
        ("inception_2015_idiom/inception_like_retrained.pb", ("Mul", "final_result", 5)),
        ("keras_cnn/tensorflow_inception_graph.pb", (None, None, 2)),
    ],
)
def test_roles_of_wild_graphs(graphs, name, roles):
    found = roles_of(graphs / name)
    print(name, found)
    for expected, value in zip(roles, (found.input_layer, found.output_layer, found.classes)):
        assert expected is None or value == expected


@pytest.mark.shared
def test_the_size_without_a_shape(graphs, flowers, capsys):
    """optimize_for_inference took the placeholder's shape; both files are one network, and answer alike."""
    assert (
        roles_of(graphs / "dents" / "optimized_graph.pb").preprocessing.height
        == roles_of(graphs / "dents" / "retrained_graph.pb").preprocessing.height
    )
    assert roles_of(graphs / "caltech256_160px" / "retrained_graph.pb").preprocessing.height == 160
    found = []
    for name in ("retrained_graph.pb", "optimized_graph.pb"):
        code, out, err = tiny.label(
            "legacy", "--graph", graphs / "dents" / name, "--json", "-", "--top_k", "6", *flowers, capsys=capsys
        )
        assert code == 0, err
        found.append({guess["label"]: guess["score"] for guess in json.loads(out)["images"][1]["guesses"]})
    assert set(found[0]) == set(found[1])
    for label in found[0]:
        assert abs(found[0][label] - found[1][label]) < 1e-5


@pytest.mark.shared
def test_fruits_are_recognised(graphs, capsys):
    samples = graphs / "fruits" / "samples"
    code, out, err = tiny.label(
        "legacy", "--graph", graphs / "fruits" / "retrained_graph.pb", "--json", "-", samples, capsys=capsys
    )
    assert code == 0, err
    right: List[bool] = []
    unseen: List[bool] = []
    for image in json.loads(out)["images"]:
        name = os.path.basename(image["image"])
        kind = name.replace("train__", "").split("__")[0].replace("_", " ").lower()
        (right if name.startswith("train__") else unseen).append(image["guesses"][0]["label"] == kind)
    print(sum(right), len(right), sum(unseen), len(unseen))
    assert len(right) == len(unseen) == 44 and sum(right) >= 40 and sum(unseen) >= 38


@pytest.mark.shared
def test_labels_that_are_off_by_one_are_refused(graphs, flowers, capsys):
    folder = graphs / "caltech256_160px"
    message = refused(
        "legacy",
        capsys,
        "--graph",
        folder / "retrained_graph.pb",
        "--labels",
        folder / "labels_257_wrong.txt",
        flowers[0],
    )
    assert "the graph has 256 classes but" in message and "257 labels" in message
    code, _, err = tiny.label(
        "legacy",
        "--graph",
        folder / "retrained_graph.pb",
        "--labels",
        folder / "labels_256.txt",
        flowers[0],
        capsys=capsys,
    )
    assert code == 0, err


@pytest.mark.shared
@pytest.mark.parametrize(
    "name, labels",
    [
        ("quantized_base/output_graph.pb", ["licenseplate", "mirror", "rectangle"]),
        ("frozen_dropout/retrained_graph.pb", None),
        ("keras_cnn/tensorflow_inception_graph.pb", ["cat", "dog"]),
    ],
)
def test_wild_graphs_answer(graphs, flowers, name, labels, capsys):
    code, out, err = tiny.label("legacy", "--graph", graphs / name, "--json", "-", *flowers, capsys=capsys)
    assert code == 0, err
    for image in json.loads(out)["images"]:
        guesses = image["guesses"]
        assert labels is None or sorted(guess["label"] for guess in guesses) == labels
        assert abs(sum(guess["score"] for guess in guesses) - 1) < 1e-4


@pytest.mark.shared
def test_the_2015_inception_idiom(graphs, shared_data, tmp_path, capsys):
    """Fed at `Mul`, with the normalisation read out of the graph, it answers as when TF 1.15.5 fed it the JPEG."""
    folder = graphs / "inception_2015_idiom"
    with np.load(str(folder / "inception_like_golden.npz")) as arrays:
        golden = dict(arrays)
    labels = tmp_path / "labels.txt"
    labels.write_text("a\nb\nc\nd\ne\n")
    photos = [str(shared_data / "flower_photos" / str(path)) for path in golden["paths"]]
    code, out, err = tiny.label(
        "legacy",
        "--graph",
        folder / "inception_like_retrained.pb",
        "--labels",
        labels,
        "--json",
        "-",
        *photos,
        capsys=capsys,
    )
    assert code == 0, err
    difference = np.abs(scores(out, list("abcde")) - golden["probabilities"]).max()
    print(f"{difference:.3g}")
    assert json.loads(out)["input_layer"] == "Mul" and difference <= 1e-5


@pytest.mark.shared
@pytest.mark.parametrize(
    "name, words",
    [
        ("truncated_graph.pb", "cut short"),
        ("lfs_pointer.pb", "Git LFS pointer"),
        ("empty.pb", "an empty file"),
        ("a_photo.pb", "a picture"),
    ],
)
def test_broken_graphs(graphs, flowers, name, words, capsys):
    assert words in refused("legacy", capsys, "--graph", graphs / "broken" / name, flowers[0])
