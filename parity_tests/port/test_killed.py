"""`poets port` that is killed: its processes end, what it prints to ends, and the next run finds nothing half made."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from parity_tests.fixtures.processes import alive, children, wait_for
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.task.worker.start import project_root

needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see processes")

HOLDS_THE_LOCK = (  # as TensorFlow's C++ code does: a thread of Python's cannot run meanwhile
    "import ctypes, sys; from poets.migrate.task.worker.hang_up import end_with_judge; "
    "end_with_judge(sys.stdin.buffer, grace=0); print('started', flush=True); ctypes.PyDLL(None).sleep(100)"
)

WRITTEN = {"README.md", "example.jpg", "report.json", "savedmodel"}


def start_port(graphs, out, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "poets", "port", str(graphs), "--output", str(out), "--quiet"],
        cwd=project_root(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **more,
    )


@needs_proc
def test_a_process_that_holds_pythons_lock_ends_with_its_parent():
    program = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {HOLDS_THE_LOCK!r}], "
        "stdin=subprocess.PIPE); child.wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=project_root(), stdout=subprocess.PIPE)
    assert parent.stdout is not None and parent.stdout.readline() == b"started\n"
    found = children(parent.pid)
    parent.kill()
    parent.wait()
    wait_for(lambda: not alive(found), 30)
    parent.stdout.close()


@needs_proc
@pytest.mark.tensorflow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_port_leaves_no_process_no_open_pipe_and_nothing_half_made(tmp_path, sent):
    for number in range(3):
        shutil.copy(os.path.join(NETWORK_FOLDER, "frozen_graph.pb"), str(tmp_path / f"graph_{number}.pb"))
    out = tmp_path / "out"
    run = start_port(tmp_path, out)
    workers = wait_for(lambda: len(children(run.pid)) == 2 and children(run.pid), 60)
    wait_for(lambda: out.exists() and any(parts(out)), 120)
    run.send_signal(sent)
    run.communicate(timeout=30)  # ends when nobody holds the pipe any more
    wait_for(lambda: not alive(workers), 30)
    again = start_port(tmp_path, out)
    assert (again.communicate(timeout=240)[0], again.returncode) == (b"", 0)
    assert not parts(out)
    for folder in (found for found in out.iterdir() if found.is_dir()):
        assert sorted(path.name for path in folder.iterdir()) == [
            "README.md",
            "example.jpg",
            "report.json",
            "savedmodel",
        ]


def parts(out):
    return [path for path in out.glob("**/.*")]
