"""TensorBoard itself is asked what it sees of both twins' runs: curves, graphs, and the projector's points."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from typing import List

import numpy as np
import pytest
from PIL import Image

from parity_tests.fixtures import tiny
from poets.migrate.task.photos.image_lists import ImageLists, Photo
from poets.migrate.task.training import tensorboard_tags
from poets.migrate.visuals import projector, tensorboard

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def runs(tiny_task, tmp_path_factory):
    out = tmp_path_factory.mktemp("curves")
    flags = (
        "--fine_tune",
        "--fine_tune_steps",
        "4",
        "--fine_tune_batch_size",
        "4",
        "--projector_photos",
        "50",
        "--quiet",
    )
    return {twin: tiny.retrain(twin, tiny_task, out / twin, *flags) for twin in tiny.TWINS}


@pytest.fixture(scope="module")
def ask(runs):
    """A real TensorBoard on both, over loopback: path and values -> bytes."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "poets.migrate.visuals.tensorboard",
            os.path.join(runs["legacy"].out, "record.json"),
            "new=" + os.path.join(runs["modern"].out, "logs"),
            "--port",
            "0",
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=tiny.environment(PYTHONUNBUFFERED="1"),
    )
    assert process.stderr is not None
    address = ""
    said: List[str] = []
    while not address:
        line = process.stderr.readline().decode("utf-8")
        assert line, "".join(said)
        said.append(line)
        found = re.search(r"http://\S+", line)
        address = found.group(0).rstrip("/") if found else ""

    def answer(path, **values):
        wanted = f"{address}/data/{path}?{urllib.parse.urlencode(values)}"
        with urllib.request.urlopen(wanted, timeout=60) as page:
            return page.read()

    for _ in range(100):  # it reads the events in the background
        if len(json.loads(answer("runs").decode("utf-8"))) >= 6 and json.loads(
            answer("plugin/projector/runs").decode("utf-8")
        ):
            break
        time.sleep(0.3)
    yield answer
    process.terminate()  # not SIGINT, which a shell's background jobs are started deaf to
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    process.stderr.close()
    with pytest.raises(OSError):  # TensorBoard itself is gone too
        answer("runs")


def read(ask, path, **values):
    return json.loads(ask(path, **values).decode("utf-8"))


def test_both_twins_runs_lie_side_by_side(ask):
    assert set(read(ask, "runs")) == {
        f"{name}/{part}" for name in ("legacy", "new") for part in ("train", "validation", "fine_tuning")
    }
    found = read(ask, "plugin/scalars/tags")
    for part in ("train", "validation"):
        assert set(found["legacy/" + part]) == set(found["new/" + part]) == set(tensorboard_tags.scalar_tags())
    assert set(found["legacy/fine_tuning"]) == set(found["new/fine_tuning"]) == {tensorboard_tags.FINE_TUNING_LOSS}


@pytest.mark.parametrize(
    "part, tag, points",
    [
        ("train", tensorboard_tags.CROSS_ENTROPY, 5),
        ("validation", tensorboard_tags.ACCURACY, 5),
        ("fine_tuning", tensorboard_tags.FINE_TUNING_LOSS, 4),
    ],
)
def test_the_curves_are_the_same(ask, part, tag, points):
    curves = [read(ask, "plugin/scalars/scalars", run=f"{name}/{part}", tag=tag) for name in ("legacy", "new")]
    ours, theirs = ([(step, value) for _, step, value in curve] for curve in curves)
    assert len(ours) == points and [step for step, _ in ours] == [step for step, _ in theirs]
    np.testing.assert_allclose([value for _, value in ours], [value for _, value in theirs], rtol=0, atol=1e-4)


def test_histograms_and_graphs_are_there(ask):
    found = read(ask, "plugin/histograms/tags")
    assert set(found["legacy/train"]) == set(found["new/train"]) and len(found["legacy/train"]) == 4
    graphs = read(ask, "plugin/graphs/info")
    for name in ("legacy/train", "new/train"):
        assert graphs[name]["run_graph"]
        text = ask("plugin/graphs/graph", run=name, conceptual="false").decode("utf-8")
        assert "Conv2D" in text and "MatMul" in text


@pytest.mark.parametrize("run", ["legacy/train", "new/train"])
def test_the_projector_shows_the_bottlenecks_with_thumbnails(ask, runs, run):
    assert {"legacy/train", "new/train"} <= set(read(ask, "plugin/projector/runs"))
    (info,) = read(ask, "plugin/projector/info", run=run)["embeddings"]
    assert info["tensorName"] == "bottlenecks" and info["tensorShape"] == [50, 1001]
    values = np.frombuffer(ask("plugin/projector/tensor", run=run, name="bottlenecks"), np.float32).reshape(50, 1001)
    assert np.isfinite(values).all() and values.std() > 0
    about = ask("plugin/projector/metadata", run=run, name="bottlenecks").decode("utf-8").splitlines()
    assert about[0] == "class\tsplit\tphoto" and len(about) == 51
    assert {line.split("\t")[0] for line in about[1:]} == set(runs["legacy"].record["labels"])
    with Image.open(io.BytesIO(ask("plugin/projector/sprite_image", run=run, name="bottlenecks"))) as sheet:
        assert sheet.size == (8 * projector.THUMBNAIL,) * 2
        tile = np.asarray(sheet)[: projector.THUMBNAIL, : projector.THUMBNAIL]
    assert tile.std() > 5


def test_both_twins_bottlenecks_are_the_same_points(ask):
    ours, theirs = (
        np.frombuffer(ask("plugin/projector/tensor", run=run, name="bottlenecks"), np.float32)
        for run in ("legacy/train", "new/train")
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-4)


def lists_of(tmp_path, names):
    photos = []
    for place, name in enumerate(names):
        Image.new("RGB", (5, 4), (place * 50, 0, 0)).save(str(tmp_path / name), format="PNG")
        photos.append(Photo(str(tmp_path / name), place % 2, "training"))
    return ImageLists(str(tmp_path), ["a", "b"], photos)


def test_the_same_view_is_not_written_again(tmp_path):
    lists = lists_of(tmp_path, ["one.png", "tab\there.png", "three.png"])
    features = np.arange(12, dtype=np.float32).reshape(3, 4)
    out = tmp_path / "train"
    out.mkdir()
    projector.write_projector(str(out), lists, features, 300)
    assert (out / projector.ABOUT).read_text().splitlines()[2] == "b\ttraining\ttab here.png"
    (out / projector.SPRITE).write_bytes(b"mine")
    projector.write_projector(str(out), lists, features, 300)
    assert (out / projector.SPRITE).read_bytes() == b"mine"
    other = lists._replace(photos=[photo._replace(split="testing") for photo in lists.photos])
    projector.write_projector(str(out), other, features, 300)
    assert (out / projector.ABOUT).read_text().splitlines()[1] == "a\ttesting\tone.png"
    projector.write_projector(str(out), lists, features + 1, 2)
    assert len((out / projector.VECTORS).read_text().splitlines()) == 2
    projector.write_projector(str(out), lists, features, 0)
    assert not (out / projector.CONFIG).exists()
    (tmp_path / "three.png").write_bytes(b"no picture")
    Image.new("1", (14000, 14000)).save(str(tmp_path / "one.png"))  # a decompression bomb to Pillow
    projector.write_projector(str(out), lists, features + 2, 300)
    with Image.open(str(out / projector.SPRITE)) as sheet:
        assert [sheet.getpixel((place, 5)) for place in (5, projector.THUMBNAIL + 5)] == [projector.GREY, (50, 0, 0)]


@pytest.mark.parametrize(
    "argv, words",
    [
        (["nowhere"], "RUN: there is no nowhere"),
        (["."], "RUN: no curves in .; give the --summaries_dir"),
        (["file.json"], "RUN: file.json is neither a folder of curves nor the record"),
        (["new=nowhere/lr=0.1"], "RUN: there is no nowhere/lr=0.1"),
        (["a/logs", "b/../a/logs"], "RUN: two are called 'a-logs'; name them: first=a/logs"),
    ],
)
def test_mistakes_are_one_line(argv, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.json").write_text("[]")
    os.makedirs("b")
    if argv != ["."]:
        os.makedirs("a/logs/train")
        (tmp_path / "a" / "logs" / "train" / "events.out.tfevents.1.x").write_bytes(b"")
    assert tensorboard.main(argv) == 2
    assert words in capsys.readouterr().err


def test_a_port_that_is_taken(tmp_path, capsys):
    import socket

    (tmp_path / "events.out.tfevents.1.x").write_bytes(b"")
    with socket.socket() as other:
        other.bind(("localhost", 0))
        other.listen(1)
        port = other.getsockname()[1]
        assert tensorboard.main([str(tmp_path), "--port", str(port)]) == 2
    assert f"--port {int(port)}: Address already in use; give another one" in capsys.readouterr().err
    assert tensorboard.main([str(tmp_path), "--host", "no.such.host.invalid"]) == 2
    assert "--host no.such.host.invalid: " in capsys.readouterr().err
