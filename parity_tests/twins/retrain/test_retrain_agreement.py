"""`retrain` in both twins: one task, the same flags, the same numbers."""

import os

import numpy as np
import pytest
from PIL import Image

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.retrained import copy_photos, first_photo, scalars
from poets.migrate.task.training.tensorboard_tags import scalar_tags

pytestmark = pytest.mark.tensorflow


def test_the_twins_agree(both_trained):
    legacy, modern = (both_trained[twin] for twin in tiny.TWINS)
    labels = [tiny.read_bytes(run.out, "labels.txt") for run in (legacy, modern)]
    assert labels[0] == labels[1] == b"blue flag\ndaisy\ndent\nkale\nmoss\n"
    for key in ("labels", "photos", "kinds", "bottlenecks_computed", "test_accuracy", "test_photos", "misclassified"):
        assert legacy.record[key] == modern.record[key], key
    assert legacy.record["bottlenecks_computed"] == 120
    for ours, theirs in zip(tiny.legacy_head(legacy.out), tiny.modern_head(modern.out)):
        assert ours.dtype == theirs.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_the_head_has_learned(both_trained):
    assert both_trained["legacy"].record["test_accuracy"] > 0.6  # chance is 0.2
    curve = both_trained["legacy"].record["curve"]
    assert curve[-1]["cross_entropy"] < curve[0]["cross_entropy"]


def test_steps_that_are_no_multiple_of_the_interval_end_in_an_evaluation(both_trained):
    for run in both_trained.values():
        assert [point["step"] for point in run.record["curve"]] == [0, 10, 20, 30, 32]


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_more_steps_between_evaluations_than_keras_runs_at_once(twin, tiny_task, both_trained, tmp_path):
    flags = ("--how_many_training_steps", "1300", "--eval_step_interval", "600", "--intermediate_store_frequency", "0")
    cache = ("--bottleneck_dir", both_trained[twin].out + "/bottlenecks", "--quiet")
    run = tiny.retrain(twin, tiny_task, tmp_path, *(flags + cache))
    assert [point["step"] for point in run.record["curve"]] == [0, 600, 1200, 1299]


@pytest.mark.parametrize("part", ["train", "validation"])
def test_curves_have_the_same_tags_steps_and_values(both_trained, part):
    (legacy, their_histograms), (modern, our_histograms) = (
        scalars(os.path.join(both_trained[twin].out, "logs", part)) for twin in tiny.TWINS
    )
    assert set(legacy) == set(modern) == set(scalar_tags())
    assert their_histograms == our_histograms and len(our_histograms) == 4
    for tag in legacy:
        assert sorted(legacy[tag]) == sorted(modern[tag]) == [0, 10, 20, 30, 32], tag
        for step in legacy[tag]:
            assert abs(legacy[tag][step] - modern[tag][step]) <= 1e-4, (tag, step)


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_no_steps_at_all(twin, tiny_task, tmp_path):
    run = tiny.retrain(twin, tiny_task, tmp_path, "--how_many_training_steps", "0", "--quiet")
    assert run.code == 0 and run.record["curve"] == [] and run.record["test_photos"] == 42
    weights, biases = tiny.head_of(twin, tmp_path)
    assert 0 < np.abs(weights).max() <= 0.002 and not biases.any()


def test_batch_sizes(tiny_task, tmp_path):
    sizes = (
        "--train_batch_size",
        "-1",
        "--validation_batch_size",
        "-1",
        "--test_batch_size",
        "9",
        "--quiet",
        "--how_many_training_steps",
        "12",
    )
    runs = {twin: tiny.retrain(twin, tiny_task, tmp_path / twin, *sizes) for twin in tiny.TWINS}
    for run in runs.values():
        assert run.code == 0 and run.record["test_photos"] == 9
    for ours, theirs in zip(tiny.legacy_head(tmp_path / "legacy"), tiny.modern_head(tmp_path / "modern")):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    accuracies = [[point["validation_accuracy"] for point in run.record["curve"]] for run in runs.values()]
    np.testing.assert_allclose(accuracies[0], accuracies[1], atol=1e-6)
    np.testing.assert_allclose(np.array(accuracies) * 27, np.round(np.array(accuracies) * 27), atol=1e-4)  # of all 27


def test_other_formats_are_taken_and_named(tiny_task, tmp_path, capsys):
    task = copy_photos(tiny_task, tmp_path)
    photo = Image.open(first_photo(task)).convert("RGB")
    folder = task / "photos" / "daisy"
    photo.save(str(folder / "a.png"))
    photo.save(str(folder / "b.bmp"))
    photo.convert("RGBA").save(str(folder / "c.bmp"))
    photo.save(str(folder / "d.gif"))
    heads = []
    for twin in tiny.TWINS:
        run = tiny.retrain(twin, task, tmp_path / twin, capsys=capsys)
        assert run.code == 0, run.message
        assert "124 photos (120 jpeg, 1 bmp, 1 bmp32, 1 gif, 1 png) of 5 classes" in run.message
        assert run.record["kinds"] == {"bmp": 1, "bmp32": 1, "gif": 1, "jpeg": 120, "png": 1}
        heads.append(tiny.head_of(twin, run.out))
    for ours, theirs in zip(*heads):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
