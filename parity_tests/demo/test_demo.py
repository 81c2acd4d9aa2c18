"""The embedded default: the painted flowers, their contact sheet, and the network that poets ships."""

import os

import numpy as np
import pytest
from PIL import Image

from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.demo.contact_sheet import show_flowers, write_contact_sheet
from poets.migrate.demo.flowers import KINDS, paint_flower, paint_flowers
from poets.migrate.demo.things.objects import KINDS as OBJECT_KINDS
from poets.migrate.demo.things.objects import paint_object
from poets.migrate.task.errors import BadInput

FLOWERS = ["daisy", "dandelion", "roses", "sunflowers", "tulips"]
GRAPH = os.path.join(NETWORK_FOLDER, "frozen_graph.pb")


def read_folder(folder):
    """Every file below a folder: dict, path inside it to bytes."""
    contents = {}
    for base, _, names in os.walk(str(folder)):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as file:
                contents[os.path.relpath(path, str(folder)).replace(os.sep, "/")] = file.read()
    return contents


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """A folder with 12 photos of each kind, seed 0."""
    return paint_flowers(str(tmp_path_factory.mktemp("painted") / "flowers"), 12)


def test_same_seed_paints_same_bytes(painted, tmp_path):
    again = paint_flowers(str(tmp_path / "again"), 12, seed=0)
    assert read_folder(again) == read_folder(painted)


def test_another_seed_paints_other_photos(painted, tmp_path):
    first, other = read_folder(painted), read_folder(paint_flowers(str(tmp_path / "other"), 12, seed=1))
    assert sorted(first) == sorted(other)
    assert not [name for name in first if first[name] == other[name]]


def test_more_photos_keep_the_first_ones(painted, tmp_path):
    few = read_folder(paint_flowers(str(tmp_path / "few"), 2))
    assert few.items() <= read_folder(painted).items()


def test_five_kinds_named_as_the_codelab_names_them(painted):
    assert sorted(os.listdir(painted)) == FLOWERS == sorted(KINDS)
    for kind in FLOWERS:
        assert sorted(os.listdir(os.path.join(painted, kind))) == [f"{kind}_{k:04}.jpg" for k in range(1, 13)]


def test_photos_are_jpeg_of_varied_sizes(painted):
    sizes = set()
    for name in read_folder(painted):
        with Image.open(os.path.join(painted, name)) as photo:
            photo.load()
            assert (photo.format, photo.mode) == ("JPEG", "RGB")
            assert 120 <= min(photo.size) and max(photo.size) <= 200
            sizes.add(photo.size)
    assert len(sizes) > 40


def test_no_kind_is_told_by_its_mean_colour():
    """A nearest-mean-colour rule must not solve the task: it stays far below what a network reaches."""
    colours = np.array(
        [
            [np.asarray(paint_flower(kind, k).resize((16, 16))).mean(axis=(0, 1)) for k in range(1, 25)]
            for kind in FLOWERS
        ]
    )
    means = colours[:, :12].mean(axis=1)
    distances = np.linalg.norm(colours[:, 12:, None] - means, axis=-1)
    accuracy = np.mean(distances.argmin(axis=-1) == np.arange(5)[:, None])
    assert accuracy < 0.5


def test_show_flowers_writes_a_contact_sheet(tmp_path):
    folder = str(tmp_path / "shown")
    path = show_flowers(folder, photos_per_class=3)
    assert path == os.path.join(folder, "contact_sheet.png")
    with Image.open(path) as sheet:
        sheet.load()
        assert sheet.format == "PNG"
        assert sheet.width > 3 * 96 and sheet.height > 5 * 96
    assert sorted(os.listdir(folder)) == ["contact_sheet.png"] + FLOWERS
    assert show_flowers(folder, photos_per_class=3) == path  # painting over one's own flowers is no error


def test_contact_sheet_as_jpeg(painted, tmp_path):
    path = write_contact_sheet(painted, str(tmp_path / "sheet.jpg"), columns=4, rows=1)
    with Image.open(path) as sheet:
        assert sheet.format == "JPEG"


def test_flowers_never_replace_somebodys_files(tmp_path):
    (tmp_path / "holiday").mkdir()
    with pytest.raises(BadInput, match="holiday, which is not a painted flower"):
        paint_flowers(str(tmp_path), 1)
    assert os.listdir(str(tmp_path)) == ["holiday"]


def test_own_photos_in_a_class_folder_are_kept(tmp_path):
    (tmp_path / "roses").mkdir()
    (tmp_path / "roses" / "grandmother.jpg").write_bytes(b"mine")
    with pytest.raises(BadInput, match="grandmother.jpg"):
        paint_flowers(str(tmp_path), 1)
    assert (tmp_path / "roses" / "grandmother.jpg").read_bytes() == b"mine"


def test_bad_requests_are_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(BadInput, match="is a file"):
        paint_flowers(str(file), 1)
    with pytest.raises(BadInput, match="at least 1. Received: 0"):
        paint_flowers(str(tmp_path / "none"), 0)
    with pytest.raises(BadInput, match="nothing to show"):
        write_contact_sheet(str(tmp_path), str(tmp_path / "sheet.png"))
    with pytest.raises(BadInput, match="is not a folder"):
        write_contact_sheet(str(file), str(tmp_path / "sheet.png"))
    (tmp_path / "roses").mkdir()
    (tmp_path / "roses" / "a.jpg").write_text("no photo")
    with pytest.raises(BadInput, match="cannot read the photo"):
        write_contact_sheet(str(tmp_path), str(tmp_path / "sheet.png"))
    assert sorted(os.listdir(str(tmp_path))) == ["file", "roses"]


def test_every_object_can_be_painted_and_none_is_a_flower():
    assert not set(OBJECT_KINDS) & (set(FLOWERS) | {"rose", "sunflower", "tulip"})
    pictures = [np.asarray(paint_object(kind, 0, 32)) for kind in OBJECT_KINDS]
    assert {picture.shape for picture in pictures} == {(32, 32, 3)}
    assert len({picture.tobytes() for picture in pictures}) == len(OBJECT_KINDS)
    assert np.array_equal(pictures[0], np.asarray(paint_object(OBJECT_KINDS[0], 0, 32)))


def test_shipped_network_is_small_and_has_its_labels():
    assert 0.5e6 < os.path.getsize(GRAPH) < 2.5e6
    with open(os.path.join(NETWORK_FOLDER, "labels.txt")) as file:
        assert file.read().split() == OBJECT_KINDS


@pytest.mark.tensorflow
def test_shipped_network_has_slims_nodes():
    from poets.migrate.demo.network.feature_worth import read_graph
    from poets.migrate.demo.network.train_network import SIZE

    graph = read_graph(GRAPH)
    nodes = {node.name: node for node in graph.node}
    assert len(graph.node) == len(nodes) == 555  # as many as the official mobilenet_v1_0.25_128 has
    assert [dim.size for dim in nodes["input"].attr["shape"].shape.dim] == [1, SIZE, SIZE, 3]
    assert {node.op for node in graph.node} == {
        "Placeholder",
        "Const",
        "Identity",
        "Conv2D",
        "DepthwiseConv2dNative",
        "Add",
        "Rsqrt",
        "Mul",
        "Sub",
        "Relu6",
        "AvgPool",
        "BiasAdd",
        "Squeeze",
        "Reshape",
        "Softmax",
    }
    for name in (
        "MobilenetV1/Conv2d_0/weights/read",
        "MobilenetV1/Conv2d_13_pointwise/BatchNorm/moving_variance",
        "MobilenetV1/MobilenetV1/Conv2d_1_depthwise/depthwise",
        "MobilenetV1/Logits/AvgPool_1a/AvgPool",
        "MobilenetV1/MobilenetV1/Conv2d_13_pointwise/Relu6",
        "MobilenetV1/Logits/Conv2d_1c_1x1/BiasAdd",
        "MobilenetV1/Logits/SpatialSqueeze",
        "MobilenetV1/Predictions/Reshape",
        "MobilenetV1/Predictions/Reshape_1",
    ):
        assert name in nodes
    assert nodes["MobilenetV1/Predictions/Reshape_1"].input[0] == "MobilenetV1/Predictions/Softmax"


@pytest.mark.tensorflow
def test_shipped_features_are_worth_something(tmp_path):
    """Retraining on the shipped network beats the same network with random weights, raw or calibrated."""
    from poets.migrate.demo.network.feature_worth import (
        compute_features,
        head_accuracy,
        random_network,
        read_graph,
        read_photos,
    )

    photos, kinds = read_photos(paint_flowers(str(tmp_path / "flowers"), 40))
    accuracy = {}
    for name, graph in (
        ("shipped", read_graph(GRAPH)),
        ("calibrated", random_network(photos)),
        ("raw", random_network()),
    ):
        features = compute_features(graph, photos)
        accuracy[name] = np.mean([head_accuracy(features, kinds, seed, steps=1500) for seed in range(5)])
    assert accuracy["shipped"] > 0.55, accuracy
    assert accuracy["shipped"] > accuracy["calibrated"] + 0.20, accuracy
    assert accuracy["shipped"] > accuracy["raw"] + 0.30, accuracy
