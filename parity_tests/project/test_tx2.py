"""`requirements-tx2.txt`: it installs on a TX2's Python 3.6, with nothing to compile on the board, and the judge runs
there without TensorFlow, as it does outside the containers. Needs the network.
"""

import json
import os
import subprocess
import sys

import pytest

from poets.migrate.task.worker.start import project_root

pytestmark = pytest.mark.interpreters

REQUIREMENTS = os.path.join(project_root(), "requirements-tx2.txt")
BOARD = (
    "--python-version",
    "3.6.9",
    "--implementation",
    "cp",
    "--abi",
    "cp36m",
    "--abi",
    "none",
    "--platform",
    "manylinux2014_aarch64",
    "--platform",
    "manylinux_2_17_aarch64",
    "--platform",
    "any",
)


def run(*words, **options):
    """Run a command and give what it printed; its failure fails the test."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        env=environment,
        cwd=options.get("cwd", project_root()),
    )
    assert done.returncode == 0, done.stdout.decode("utf-8")
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def fresh_python(tx2_python, tmp_path_factory):
    """A Python 3.6 that has what the file names, and no TensorFlow."""
    base = run(tx2_python, "-c", "import sys; print(sys.base_prefix)").strip()
    folder = tmp_path_factory.mktemp("tx2")
    run(os.path.join(base, "bin", "python3.6"), "-m", "venv", folder)
    python = os.path.join(str(folder), "bin", "python")
    run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "pip==21.3.1")
    run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", REQUIREMENTS)
    return python


def test_everything_named_has_a_wheel_for_the_board(tmp_path):
    run(
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        tmp_path,
        "-r",
        REQUIREMENTS,
        *BOARD,
    )
    with open(REQUIREMENTS, encoding="utf-8") as file:
        named = [line for line in file if "==" in line.split("#")[0]]
    assert len(os.listdir(str(tmp_path))) == len(named)


def test_nothing_needed_is_left_unpinned(fresh_python):
    with open(REQUIREMENTS, encoding="utf-8") as file:
        pinned = {line.split("==")[0].lower() for line in file if "==" in line.split("#")[0]}
    installed = {
        line.split("==")[0].lower().replace("_", "-") for line in run(fresh_python, "-m", "pip", "freeze").splitlines()
    }
    # these come with TensorFlow, whose build decides which
    assert installed - {"protobuf", "six"} == pinned


def test_the_judge_runs_there_from_the_checkout(fresh_python, tf1_python, tx2_python, tmp_path):
    assert "usage: poets" in run(fresh_python, "-m", "poets", "--help")
    assert "--legacy-python" in run(fresh_python, "-m", "poets", "parity", "--help")
    verdict = str(tmp_path / "verdict.json")
    run(
        fresh_python,
        "-m",
        "poets",
        "parity",
        "--legacy-python",
        tf1_python,
        "--modern-python",
        tx2_python,
        "--rounds",
        "0",
        "--how_many_training_steps",
        "50",
        "--json",
        verdict,
    )
    with open(verdict, encoding="utf-8") as file:
        assert json.load(file)["verdict"] == "parity"
