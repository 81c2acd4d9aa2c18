"""A second `retrain`: which bottlenecks are computed anew, and that it ends the same."""

import functools
import os
import shutil
from typing import Any

import numpy as np
import pytest
from PIL import Image

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.retrained import copy_photos, first_photo
from poets.migrate.retraining.run import Run
from poets.migrate.task.cpu_level import cpu_level
from poets.migrate.task.worker.kernels import kernels_of

pytestmark = pytest.mark.tensorflow
PRODUCER: Any = vars(Run)["producer"]


def tensorflow_version():
    from poets.migrate.tensorflow_library.version2 import tf

    return tf.__version__


def producer_of(gpu, twin, run):
    run.resources.gpu = gpu
    found = PRODUCER.fget(run)
    version = tensorflow_version()
    assert found == " ".join([twin, version, kernels_of(version), cpu_level()] + ([gpu] if gpu else []))
    return found


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_second_run_computes_nothing_and_ends_the_same(twin, tiny_task, both_trained, tmp_path, capsys):
    shutil.copytree(os.path.join(both_trained[twin].out, "bottlenecks"), str(tmp_path / "bottlenecks"))
    again = tiny.retrain(twin, tiny_task, tmp_path, "--verbose", "--print_misclassified_test_images", capsys=capsys)
    assert again.code == 0 and again.record["bottlenecks_computed"] == 0
    for ours, theirs in zip(tiny.head_of(twin, tmp_path), tiny.head_of(twin, both_trained[twin].out)):
        assert np.array_equal(ours, theirs)
    lines = again.message.splitlines()
    assert "=== MISCLASSIFIED TEST IMAGES ===" in lines
    below = lines[lines.index("=== MISCLASSIFIED TEST IMAGES ===") + 1 :]
    named = {line.split(".jpg")[0].strip() + ".jpg" for line in below if ".jpg" in line}
    assert named == {photo["path"] for photo in again.record["misclassified"]} and named
    assert [line for line in lines if line.startswith("Step 32: Train accuracy = ") and line.endswith("(N=15)")]


def test_same_seed_gives_the_same_bytes(tiny_task, both_trained, tmp_path):
    graph = tiny.read_bytes(both_trained["legacy"].out, "graph.pb")
    again = tiny.retrain("legacy", tiny_task, tmp_path / "same", "--quiet")
    assert tiny.read_bytes(again.out, "graph.pb") == graph
    other = tiny.retrain("legacy", tiny_task, tmp_path / "other", "--random_seed", "1", "--quiet")
    assert tiny.read_bytes(other.out, "graph.pb") != graph


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_a_photo_edited_in_place_is_computed_anew(twin, tiny_task, tmp_path):
    task = copy_photos(tiny_task, tmp_path)
    tiny.retrain(twin, task, tmp_path / "out", "--how_many_training_steps", "1", "--quiet")
    path = first_photo(task)
    status = os.stat(path)
    Image.open(path).rotate(180).save(path, quality=90)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    run = tiny.retrain(twin, task, tmp_path / "out", "--how_many_training_steps", "1", "--quiet")
    assert 1 <= run.record["bottlenecks_computed"] <= 32  # the chunk it belongs to
    run = tiny.retrain(twin, task, tmp_path / "out", "--how_many_training_steps", "1", "--quiet")
    assert run.record["bottlenecks_computed"] == 0


def test_the_twins_may_share_one_folder_of_bottlenecks(tiny_task, tmp_path):
    shared = ("--bottleneck_dir", tmp_path / "bottlenecks", "--how_many_training_steps", "1", "--quiet")
    for twin in tiny.TWINS:
        assert tiny.retrain(twin, tiny_task, tmp_path / twin, *shared).record["bottlenecks_computed"] == 120
    for twin in tiny.TWINS:
        assert tiny.retrain(twin, tiny_task, tmp_path / twin, *shared).record["bottlenecks_computed"] == 0


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_a_gpu_is_part_of_the_key_and_no_gpu_is_not(twin, tiny_task, both_trained, tmp_path, monkeypatch):
    """Without a GPU the keys are those of before; a GPU's numbers are kept apart, also from another GPU's."""
    shutil.copytree(os.path.join(both_trained[twin].out, "bottlenecks"), str(tmp_path / "bottlenecks"))
    computed = []
    for gpu in ("", "GPU A, compute capability 6.2", "GPU A, compute capability 6.2", "GPU B, compute capability 9.0"):
        monkeypatch.setattr(Run, "producer", property(functools.partial(producer_of, gpu, twin)))
        run = tiny.retrain(twin, tiny_task, tmp_path, "--how_many_training_steps", "1", "--quiet")
        computed.append(run.record["bottlenecks_computed"])
    assert computed == [0, 120, 0, 120]


def test_the_tf2_resize_is_another_network_input(tiny_task, both_trained, tmp_path):
    shutil.copytree(os.path.join(both_trained["modern"].out, "bottlenecks"), str(tmp_path / "bottlenecks"))
    run = tiny.retrain("modern", tiny_task, tmp_path, "--resize", "tf2", "--quiet")
    assert run.record["bottlenecks_computed"] == 120
    assert np.abs(tiny.modern_head(run.out)[0] - tiny.modern_head(both_trained["modern"].out)[0]).max() > 1e-5
