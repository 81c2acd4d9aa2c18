"""Inception v3 in its idiom of 2015: JPEG decoding in the graph, `Mul:0`, 299 pixels, batch 1, the old batch norm."""

import json
import os
import shutil

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from poets.migrate import cli

pytestmark = [pytest.mark.tensorflow, pytest.mark.shared]
FLAGS = [
    "--architecture",
    "inception_v3",
    "--how_many_training_steps",
    "40",
    "--testing_percentage",
    "25",
    "--validation_percentage",
    "25",
]


@pytest.fixture(scope="module")
def task(shared_data, tmp_path_factory):
    """A folder with `photos` of three classes and `models`, where the network lies as the real download would."""
    folder = tmp_path_factory.mktemp("inception")
    (folder / "models").mkdir()
    shutil.copy(
        str(shared_data / "graphs" / "inception_2015_idiom" / "inception_like_base.pb"),
        str(folder / "models" / "classify_image_graph_def.pb"),
    )
    for name in ("daisy", "roses", "tulips"):
        (folder / "photos" / name).mkdir(parents=True)
        for photo in sorted(os.listdir(str(shared_data / "flower_photos" / name)))[:24]:
            shutil.copy(str(shared_data / "flower_photos" / name / photo), str(folder / "photos" / name))
    return folder


def test_both_twins_do_the_whole_task_and_agree(task, tmp_path, monkeypatch):
    monkeypatch.chdir(str(task))
    out = tmp_path / "report.json"
    tune = ["--fine_tune", "--fine_tune_steps", "3", "--fine_tune_batch_size", "4"]
    assert (
        cli.main(
            ["parity", "--image_dir", "photos", "--model_dir", "models", "--rounds", "0", "--quiet", "--json", str(out)]
            + FLAGS
            + tune
        )
        == 0
    )
    found = json.loads(out.read_text())
    assert found["fine_tuning"]["layers"] == [11, 11] and found["fine_tuning"]["early_losses"]["max_abs"] < 1e-5
    assert found["stages"]["resize"]["max_abs"] == 0 and found["stages"]["bottleneck"]["max_abs"] < 1e-5
    assert found["accuracy"]["top1_agreement"] == 1.0 and found["training"]["max_weight_diff"] <= 1e-6


def test_what_both_twins_write_labels_photos_alike(task, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(str(task))
    tune = ["--fine_tune", "--fine_tune_steps", "2", "--fine_tune_batch_size", "4"]
    for twin in tiny.TWINS:
        out = tmp_path / twin
        assert (
            cli.main(
                ["retrain", twin, "--image_dir", "photos", "--model_dir", "models", "--quiet"]
                + FLAGS
                + tune
                + tiny.output_flags(out)
            )
            == 0
        )
    heads = [tiny.head_of(twin, tmp_path / twin) for twin in tiny.TWINS]
    assert max(np.abs(ours - theirs).max() for ours, theirs in zip(*heads)) < 1e-6
    answers = []
    for graph in (tmp_path / "legacy" / "graph.pb", tmp_path / "modern" / "graph"):
        capsys.readouterr()
        assert (
            cli.main(
                [
                    "label",
                    "--graph",
                    str(graph),
                    "--labels",
                    str(tmp_path / "legacy" / "labels.txt"),
                    "photos/roses",
                    "--json",
                    "-",
                ]
            )
            == 0
        )
        answers.append(
            [
                {guess["label"]: guess["score"] for guess in image["guesses"]}
                for image in json.loads(capsys.readouterr().out)["images"]
            ]
        )
    assert len(answers[0]) == 24
    for ours, theirs in zip(*answers):
        assert set(ours) == set(theirs) == {"daisy", "roses", "tulips"}
        assert max(abs(ours[label] - theirs[label]) for label in ours) < 1e-5
