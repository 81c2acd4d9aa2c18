"""A disk that fills: one line with what could not be written, nothing half-written, and what has room is written.

As root on a tmpfs of its own; else under a limit on the size of files, which C++ and Python meet as they meet a disk.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys

import pytest

from parity_tests.fixtures import tiny
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.demo.embedded import flowers_folder
from poets.migrate.task.out_of_memory import DISK_SIGNS
from poets.migrate.task.temporary import PREFIX
from poets.migrate.task.worker.start import project_root

GRAPH = os.path.join(NETWORK_FOLDER, "frozen_graph.pb")
TRAINING = ["--architecture", "mobilenet_painted", "--how_many_training_steps", "10"]

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


@contextlib.contextmanager
def small_disk(folder, kilobytes):
    """Yield a function for the child process, or None."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    mounted = os.getuid() == 0 and subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0
    size = kilobytes * 1024
    try:
        yield None if mounted else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)])


def poets(words, folder, before):
    """(code, lines on stderr) of a command; its log files are not the subject."""
    run = subprocess.run(
        [sys.executable, "-m", "poets"] + words,
        cwd=str(folder),
        env=dict(os.environ, PYTHONPATH=project_root()),
        preexec_fn=before,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return run.returncode, run.stderr.decode().splitlines()


def more_room(folder, kilobytes):
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(folder)], check=True)


def files_in(folder):
    return [os.path.join(place, name) for place, _, names in os.walk(str(folder)) for name in names]


def check_error(code, lines, named):
    errors = [line for line in lines if line.startswith("error: ")]
    assert code == 2 and len(errors) == 1, lines
    assert named in errors[0] and "cannot write " in errors[0] and any(sign in errors[0] for sign in DISK_SIGNS)
    assert "memory" not in errors[0] and not [line for line in lines if "Traceback" in line]


@pytest.mark.parametrize("command", ["port", "legacy", "modern"])
def test_a_network_that_does_not_fit_leaves_nothing(tmp_path, command):
    retrain = ["retrain", command, "--image_dir", flowers_folder(), "--bottleneck_dir", str(tmp_path / "b"), *TRAINING]
    words = {
        "port": ["port", GRAPH, "--output", "disk/out"],
        "legacy": retrain + ["--output_graph", "disk/out", "--output_labels", "l.txt"],
        "modern": retrain + ["--output_graph", "disk/out", "--output_labels", "l.txt"],
    }[command]
    with small_disk(tmp_path / "disk", 600) as before:
        if before and command != "port":  # the limit would also hit the cache
            pytest.skip("needs root, to mount a small disk")
        code, lines = poets(words, tmp_path, before)
        assert files_in(tmp_path / "disk") == []
        assert not [name for name in os.listdir(str(tmp_path / "disk")) if name.startswith(PREFIX)]
    check_error(code, lines, "disk/out: ")


def test_a_run_that_cannot_be_kept_still_gives_its_report(tmp_path):
    words = ["parity", "--image_dir", flowers_folder(), *TRAINING, "--rounds", "0", "--model_dir", "m", "--quiet"]
    with small_disk(tmp_path / "disk", 64) as before:
        code, lines = poets(words + ["--run_dir", "disk/run", "--json", "verdict.json"], tmp_path, before)
        assert files_in(tmp_path / "disk") == []
    check_error(code, lines, "disk/run/arrays.npz: ")
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "parity"


# the features take 118 pages of 4 KiB, and the finished trainings one, two while they are written again
@pytest.mark.parametrize("kilobytes, named", [(32, "features-"), (476, "points.json: ")])
def test_a_sweep_goes_on_when_there_is_room_again(tmp_path, tiny_task, kilobytes, named):
    photos = ["--image_dir", str(tiny_task / "photos"), "--model_dir", str(tiny_task / "models")]
    photos += ["--architecture", tiny.ARCHITECTURE, "--testing_percentage", "25", "--validation_percentage", "25"]
    words = ["sweep", *photos, "--how_many_training_steps", "20", "--seeds", "2", "--output", "disk/out", "--quiet"]
    words += ["--json", "report.json"]
    with small_disk(tmp_path / "disk", kilobytes) as before:
        if before and named == "points.json: ":
            pytest.skip("needs root, to mount a small disk: a limit would never be met by a small file")
        code, lines = poets(words, tmp_path, before)
        check_error(code, lines, f"disk/out/{named}")
        assert not [name for name in files_in(tmp_path) if PREFIX in name] and not (tmp_path / "report.json").exists()
        for state in (tmp_path / "disk").glob("out/points.json"):
            json.loads(state.read_text())
        if before is None:
            more_room(tmp_path / "disk", 1000)
        assert poets(words, tmp_path, None) == (0, [])
        assert sorted(os.path.splitext(name)[1] for name in files_in(tmp_path / "disk")) == [".json", ".npy"]
    assert len(json.loads((tmp_path / "report.json").read_text())["points"]) == 6
