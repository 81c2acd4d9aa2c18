"""Commands that are killed at some moment, or run out of disk: no half-written output, no process left behind, and no
leftovers after the next run."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys

import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.processes import alive, children, wait_for
from parity_tests.judge.sides.test_interrupt import heed_interrupts
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.task.temporary import PREFIX
from poets.migrate.task.worker.start import project_root

GRAPH = os.path.join(NETWORK_FOLDER, "frozen_graph.pb")
# 0: it had ended before. -2, which shells show as 130 too: Python was starting or ending, and our code was not running
ENDS = {signal.SIGKILL: (-9, 0), signal.SIGTERM: (-15, 0), signal.SIGINT: (130, -2, 0)}
PROGRAM = "import sys; from poets.migrate.cli import main; print('up', flush=True); sys.exit(main(sys.argv[1:]))"

needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see processes")


def start(words, folder, **more):
    environment = dict(os.environ, PYTHONPATH=project_root(), TMPDIR=str(folder / "tmp"))
    (folder / "tmp").mkdir(exist_ok=True)
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM] + words,
        cwd=str(folder),
        env=environment,
        bufsize=0,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **more,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"up\n"  # Python itself is up: before, Ctrl-C is not ours to answer
    return run


def descendants(pid):
    found = children(pid)
    return found + [one for child in found for one in descendants(child)]


def kill_and_check(words, folder, sent, moment, ends=None):
    """Kill a command after ``moment`` seconds: its output ends, and its processes are gone within 10 s."""
    run = start(words, folder, preexec_fn=heed_interrupts)
    try:
        run.wait(moment)
    except subprocess.TimeoutExpired:
        pass
    started = descendants(run.pid)
    run.send_signal(sent)
    out, _ = run.communicate(timeout=20)  # the pipe is closed by all who could hold it
    wait_for(lambda: not alive(started), 10)
    assert run.returncode in (ends or ENDS[sent]), out
    assert b"Traceback" not in out


def leftovers(folder):
    return [
        os.path.join(place, name)
        for place, folders, names in os.walk(str(folder))
        for name in folders + names
        if name.startswith(PREFIX)
    ]


@needs_proc
@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("sent", sorted(ENDS))
def test_port_killed_at_any_moment(tmp_path, sent):
    for number in range(2):
        (tmp_path / "graphs").mkdir(exist_ok=True)
        shutil.copy(GRAPH, str(tmp_path / "graphs" / f"graph_{number}.pb"))
    words = ["port", "graphs", "--output", "out", "--quiet"]
    moments = random.Random(int(sent))
    for _ in range(4):
        kill_and_check(words, tmp_path, sent, moments.uniform(0.2, 14))
        for report in (tmp_path / "out").glob("*/report.json"):
            assert json.loads(report.read_text())["verdict"] == "equal"
    run = start(words, tmp_path)
    assert (run.communicate(timeout=240)[0], run.returncode) == (b"", 0)
    assert not leftovers(tmp_path)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["graph_0", "graph_1", "summary.json"]


@needs_proc
@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("sent", sorted(ENDS))
def test_parity_killed_at_any_moment(tmp_path, sent):
    words = ["parity", "--run_dir", "run", "--json", "report.json", "--quiet"]
    moments = random.Random(int(sent))
    for _ in range(3):
        kill_and_check(words, tmp_path, sent, moments.uniform(0.2, 20), ENDS[sent] + (1,))
        if (tmp_path / "report.json").exists():
            json.loads((tmp_path / "report.json").read_text())


@needs_proc
@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("sent", sorted(ENDS))
def test_sweep_killed_at_any_moment(tmp_path, tiny_task, sent):
    words = ["sweep", "--image_dir", str(tiny_task / "photos"), "--model_dir", str(tiny_task / "models"), "--quiet"]
    words += ["--architecture", tiny.ARCHITECTURE, "--testing_percentage", "25", "--validation_percentage", "25"]
    words += ["--how_many_training_steps", "500", "--seeds", "3", "--output", "out", "--json", "report.json"]
    moments, done = random.Random(int(sent)), 0
    for _ in range(4):
        kill_and_check(words, tmp_path, sent, moments.uniform(0.2, 14))
        for kept in (tmp_path / "out").glob("**/points.json"):
            points = json.loads(kept.read_text())["points"]
            assert len(points) >= done  # what is finished stays
            done = len(points)
    run = start(words, tmp_path)
    assert (run.communicate(timeout=240)[0], run.returncode) == (b"", 0)
    assert not leftovers(tmp_path)
    assert len(json.loads((tmp_path / "report.json").read_text())["points"]) == 9
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".json", ".npy"]


@needs_proc
@pytest.mark.parametrize("sent", sorted(ENDS))
def test_upgrade_in_place_killed_at_any_moment(tmp_path, sent):
    text = "import tensorflow as tf\n" + "x = tf.placeholder(tf.float32)\n" * 200
    moments = random.Random(int(sent))
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    for number in range(100):
        (scripts / f"script_{number}.py").write_text(text)
    for _ in range(4):
        kill_and_check(["upgrade", "scripts", "--in-place", "--quiet"], tmp_path, sent, moments.uniform(0.05, 2))
        for script in scripts.glob("*.py"):
            assert script.read_text() in (
                text,
                text.replace("tensorflow", "tensorflow.compat.v1", 1).replace("\n", "\ntf.disable_v2_behavior()\n", 1),
            )
    run = start(["upgrade", "scripts", "--in-place", "--quiet"], tmp_path)
    assert (run.communicate(timeout=60)[0], run.returncode) == (b"", 0)
    (scripts / "new.py").write_text(text)
    assert start(["upgrade", "scripts", "--in-place", "--quiet"], tmp_path).communicate(timeout=60)[0] == b""
    assert not leftovers(tmp_path)


@needs_proc
@pytest.mark.parametrize("sent", sorted(ENDS))
def test_a_script_that_upgrade_proves_ends_with_it(tmp_path, sent):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "a.py").write_text("import tensorflow as tf\n")
    python = f"{sys.executable} -c 'import time; print(\"TF 1.15.5\", flush=True); time.sleep(600)'"
    words = ["upgrade", "scripts", "--prove", "a.py", "--legacy-python", python]
    kill_and_check(words, tmp_path, sent, 4)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "words",
    [
        ["inspect", GRAPH, "--json", "out/a.json"],
        ["optimize", GRAPH, "--output", "out/a.pb"],
        ["round", GRAPH, "--output", "out/a.pb"],
        ["upgrade", "long.py", "--output", "out"],
        ["upgrade", "long.py", "--in-place"],
        ["study", "1", "--html", "out/a.html"],
    ],
    ids=lambda words: words[0] + words[-1][-3:],
)
def test_a_full_disk_leaves_nothing_half_written(tmp_path, words):
    (tmp_path / "out").mkdir()
    text = "import tensorflow as tf\n" + "x = tf.placeholder(tf.float32)\n" * 200
    (tmp_path / "long.py").write_text(text)

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

    run = start(words, tmp_path, preexec_fn=small)
    said = run.communicate(timeout=240)[0].decode("utf-8")
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    assert run.returncode == 2 and len(errors) == 1 and "Traceback" not in said, said
    assert os.listdir(str(tmp_path / "out")) == [] and (tmp_path / "long.py").read_text() == text
    assert not leftovers(tmp_path)
