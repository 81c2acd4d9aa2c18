"""Real TensorFlow 1.15 and the TX2's stand-in, judged: `poets parity` across interpreters, and training in lockstep."""

import json
import os
import subprocess
import sys
from typing import Any, Dict

import numpy as np
import pytest

from poets.migrate.judge.compare import lockstep, tolerances
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.training.schedule import truncated_normal
from poets.migrate.task.worker.start import project_root

pytestmark = pytest.mark.interpreters


def parity(python, *flags, **options):
    """Run `poets parity` as a user would: (exit code, verdict, everything it printed)."""
    out = str(options["folder"] / "verdict.json")
    command = [python, "-m", "poets", "parity", "--json", out, "--rounds", "1"] + list(flags)
    environment = dict(os.environ, PYTHONPATH=project_root())
    run = subprocess.run(
        command,
        cwd=str(options["folder"]),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
    )
    text = run.stdout.decode("utf-8")
    if not os.path.exists(out):
        return run.returncode, None, text
    with open(out, encoding="utf-8") as file:
        return run.returncode, json.load(file), text


@pytest.fixture
def real_flags(shared_data):
    return [
        "--image_dir",
        str(shared_data / "flower_photos"),
        "--architecture",
        "mobilenet_0.25_128",
        "--model_dir",
        str(shared_data / "models"),
    ]


@pytest.mark.shared
def test_tensorflow_1_15_and_2_21_agree_on_the_real_flowers(real_flags, tf1_python, tmp_path):
    tune = ["--fine_tune", "--fine_tune_steps", "15", "--flip_left_right", "--random_crop", "10"]
    code, verdict, text = parity(
        sys.executable, "--legacy-python", str(tf1_python), *(real_flags + tune), folder=tmp_path
    )
    assert code == 0, text
    assert verdict["stages"]["distort"]["max_abs"] <= 1e-6
    tuned = verdict["fine_tuning"]
    assert tuned["layers"] == [28, 28] and tuned["early_losses"]["max_abs"] <= 2e-4
    assert tuned["weights"]["elements"] > 210000 and tuned["weights"]["mean_abs"] <= 5e-6
    assert verdict["verdict"] == "parity"
    assert verdict["interpreters"]["legacy"]["tensorflow"] == "1.15.5"
    assert verdict["interpreters"]["modern"]["keras"].startswith("3.")
    assert verdict["stages"]["decode"]["max_abs"] == 0.0
    assert 0 < verdict["stages"]["bottleneck"]["max_abs"] <= 2e-4
    assert verdict["training"]["steps"] == 4000
    assert verdict["training"]["max_weight_diff"] <= 1e-6
    assert verdict["training"]["max_loss_diff"] <= tolerances.LARGEST_LOSS  # 99 % within 1e-4, or no parity
    assert verdict["training"]["max_probability_diff"] <= 1e-5
    assert verdict["accuracy"]["top1_agreement"] == 1.0


@pytest.mark.shared
def test_the_judge_and_both_twins_on_python_3_6(real_flags, tx2_python, tmp_path):
    code, verdict, text = parity(str(tx2_python), *real_flags, folder=tmp_path)
    assert code == 0, text
    assert {twin: found["python"] for twin, found in verdict["interpreters"].items()} == {
        "legacy": "3.6.15",
        "modern": "3.6.15",
    }
    assert verdict["interpreters"]["modern"]["keras"] == "2.6.0"
    assert verdict["training"]["max_weight_diff"] <= 1e-6


def test_the_embedded_default_on_python_3_6(tx2_python, tmp_path):
    code, verdict, text = parity(
        str(tx2_python), "--how_many_training_steps", "200", "--fine_tune", "--fine_tune_steps", "5", folder=tmp_path
    )
    assert code == 0, text
    assert verdict["photos"] == 400 and verdict["fine_tuning"]["passed"]
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("resize, found_at", [("tf2", "resize")])
def test_a_difference_across_interpreters_ends_with_1(tf1_python, tmp_path, resize, found_at):
    code, verdict, text = parity(
        sys.executable,
        "--legacy-python",
        str(tf1_python),
        "--resize",
        resize,
        "--how_many_training_steps",
        "50",
        folder=tmp_path,
    )
    assert code == 1, text
    assert verdict["first_difference"] == found_at


@pytest.mark.shared
def test_4000_steps_in_lockstep_on_the_golden_bottlenecks(shared_data, tf1_python):
    with np.load(str(shared_data / "golden" / "golden.npz")) as golden:
        features = golden["bottlenecks"]
        classes = [path.split("/")[0] for path in golden["paths"]]
    targets = np.unique(classes, return_inverse=True)[1]
    random = np.random.RandomState(0)
    arrays = {
        "features": features,
        "train": random.randint(len(features), size=(4000, 100)).astype(np.int32),
        "weights": truncated_normal(random, (1001, 5), 0.001),
        "biases": np.zeros(5, np.float32),
    }
    trained = {}
    for twin, python in (("legacy", str(tf1_python)), ("modern", None)):
        with WorkerProcess(twin, python, 300) as worker:
            look: Dict[str, Any] = {
                "image_dir": str(shared_data / "flower_photos"),
                "testing_percentage": 10,
                "validation_percentage": 10,
                "on_bad_image": "fail",
            }
            found = worker.call("look", **look)[1]["targets"]
            assert np.array_equal(found, targets)
            worker.call("open", architecture="mobilenet_0.25_128", model_dir=str(shared_data / "models"))
            trained[twin] = worker.call("train", arrays, learning_rate=0.01)[1]
    training = lockstep.compare(trained["legacy"], trained["modern"], features)
    assert training.passed
    for difference, most in (
        (training.weights.max_abs, 1e-6),
        (training.probabilities.max_abs, 1e-5),
        (training.losses.required_tolerance, 1e-4),
    ):
        assert difference is not None and difference <= most
    assert trained["legacy"]["losses"][-100:].mean() < 0.1 * trained["legacy"]["losses"][0]  # it did train
