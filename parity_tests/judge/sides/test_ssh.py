"""A side on another machine: workers started through a real `ssh` and `sshd`, both on this one."""

import json
import os
import shlex
import subprocess
import sys

import numpy as np
import pytest

from parity_tests.fixtures.processes import alive, wait_for
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.errors import BrokenEnvironment, WorkerFailed
from poets.migrate.task.worker import start
from poets.migrate.task.worker.start import project_root

IDLE = "poets.parity_tests.fixtures.workers.idle_worker"
ODD = "my photos, 100% 'real' & $5"  # a folder's name with what both shells stumble over

needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see processes")


@pytest.fixture(autouse=True)
def stand_elsewhere(tmp_path, monkeypatch):
    """In a folder with an odd name, with no PYTHONPATH that might reach the other side, and as if poets lay elsewhere
    over there than here.
    """
    monkeypatch.setattr(start, "package_folder", lambda: "/not/on/that machine/poets")
    (tmp_path / ODD).mkdir()
    monkeypatch.chdir(str(tmp_path / ODD))
    monkeypatch.delenv("PYTHONPATH", raising=False)


def there(ssh, python=sys.executable):
    """As docs/tx2.md says it is to be typed: the other machine's line is one word, quoted for its shell."""
    line = "cd %s && PYTHONPATH=%s %s" % tuple(map(shlex.quote, (os.getcwd(), project_root(), python)))
    return f"{ssh} {shlex.quote(line)}"


@pytest.fixture
def worker(ssh):
    with WorkerProcess("modern", there(ssh), 60, IDLE) as started:
        yield started


def test_a_worker_across_ssh_stands_where_the_judge_does(worker):
    said = worker.call("hello")[0]
    assert said["cwd"] == os.getcwd() and said["argv"][:1] == ["worker"]
    assert said["variables"]["PYTHONPATH"] == project_root()
    assert "SSH_CONNECTION" in said["variables"]
    with open("it's here.txt", "w", encoding="utf-8") as file:
        file.write("tulip")
    assert worker.call("read", path="it's here.txt")[0]["text"] == "tulip"


def test_frames_cross_ssh_untouched(worker):
    every_byte = np.arange(1 << 20, dtype=np.uint32).view(np.uint8)
    back = worker.call("echo", {"bytes": every_byte, "0": np.array("\r\n~.\x04")})[1]
    assert np.array_equal(back["bytes"], every_byte) and str(back["0"]) == "\r\n~.\x04"


def test_without_spaces_no_second_quotes_are_needed(ssh):
    command = f"{ssh} cd {project_root()} && {sys.executable}"
    with WorkerProcess("modern", command, 60, IDLE) as started:
        assert started.call("hello")[0]["cwd"] == project_root()


def test_it_is_typed_as_the_documentation_says(ssh, tmp_path, monkeypatch):
    (tmp_path / "some & photos").mkdir()
    monkeypatch.chdir(str(tmp_path / "some & photos"))
    with open(os.path.join(project_root(), "docs", "tx2.md"), encoding="utf-8") as file:
        typed = next(line for line in file if line.startswith('poets parity --modern-python "ssh '))
    echo = typed.replace("poets parity --modern-python", "printf %s")
    command = subprocess.run(["sh", "-c", echo], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")
    here = {"ssh -o BatchMode=yes tx2": ssh, "/opt/poets": project_root(), "python3": sys.executable}
    for theirs, ours in here.items():
        assert command.count(theirs) == 1
        command = command.replace(theirs, ours)
    with WorkerProcess("modern", command, 60, IDLE) as started:
        assert started.call("hello")[0]["cwd"] == os.getcwd()


@needs_proc
def test_a_worker_that_is_asked_to_leave_does(ssh):
    with WorkerProcess("modern", there(ssh), 60, IDLE) as started:
        far = started.call("hello")[0]["pid"]
        assert alive([far]) and far != started.process.pid
    assert started.process.returncode == 0
    wait_for(lambda: not alive([far]), 60)


@needs_proc
def test_a_hung_worker_leaves_when_the_judge_hangs_up(worker):
    far = worker.call("hello")[0]["pid"]
    worker.timeout = 0.5
    with pytest.raises(WorkerFailed, match="did not answer 'hang' within 0.5 s"):
        worker.call("hang")
    assert worker.process.poll() is not None
    wait_for(lambda: not alive([far]), 60)  # no signal crosses ssh: it watches its stdin


@pytest.mark.parametrize(
    "line, kind, said",
    [
        (
            "{python} -S",
            BrokenEnvironment,
            "does not find poets' own packages",
        ),  # in the home folder, with no PYTHONPATH
        ("cd /nowhere/at/all && {python}", WorkerFailed, "/nowhere/at/all"),
        ("echo welcome; {python}", WorkerFailed, "welcome"),  # a login script that prints breaks the frames
    ],
)
def test_what_went_wrong_over_there_is_told(ssh, line, kind, said):
    with WorkerProcess("modern", f"{ssh} {line.format(python=sys.executable)}", 60, IDLE) as started:
        with pytest.raises(kind) as caught:
            started.call("hello")
    assert said in str(caught.value)


def test_a_machine_that_cannot_be_reached_is_told(ssh):
    unreachable = ssh.replace(" -o ", " -o Port=1 -o ", 1)
    with WorkerProcess("modern", f"{unreachable} {sys.executable}", 60, IDLE) as started:
        with pytest.raises(WorkerFailed, match="(?s)exit code 255.*Connection refused"):
            started.call("hello")


@pytest.mark.tensorflow
def test_the_twins_own_worker_answers_across_ssh(ssh):
    with WorkerProcess("modern", there(ssh), 300) as started:
        said = started.call("hello")[0]
        assert said["twin"] == "modern" and alive([said["pid"]]) and said["pid"] != started.process.pid


@pytest.mark.interpreters
def test_parity_with_a_tensorflow_1_15_across_ssh(ssh, tf1_python):
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "poets",
            "parity",
            "--legacy-python",
            there(ssh, tf1_python),
            "--rounds",
            "0",
            "--how_many_training_steps",
            "50",
            "--json",
            "verdict.json",
        ],
        env=dict(os.environ, PYTHONPATH=project_root()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout.decode("utf-8")
    with open("verdict.json", encoding="utf-8") as file:
        verdict = json.load(file)
    assert verdict["verdict"] == "parity" and verdict["interpreters"]["legacy"]["tensorflow"] == "1.15.5"
