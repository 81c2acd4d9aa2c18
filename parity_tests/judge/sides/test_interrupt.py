"""Ctrl-C, and a judge that is killed: no worker stays behind."""

import os
import signal
import subprocess
import sys

import pytest

from parity_tests.fixtures.processes import alive, children, wait_for
from poets.migrate.task.worker.start import project_root

pytestmark = pytest.mark.tensorflow


def heed_interrupts():
    """A run in a script's background ignores Ctrl-C, and so would everything started from it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see processes")
@pytest.mark.parametrize("sent, code", [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_no_worker_outlives_the_judge(sent, code, tmp_path):
    run_dir = str(tmp_path / "run")
    judge = subprocess.Popen(
        [sys.executable, "-m", "poets", "parity", "--run_dir", run_dir],
        cwd=project_root(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,
    )
    workers = wait_for(lambda: len(children(judge.pid)) == 2 and children(judge.pid), 180)
    judge.send_signal(sent)
    err = judge.communicate(timeout=60)[1]
    assert judge.returncode == code
    wait_for(lambda: not alive(workers), 30)
    assert not os.path.exists(run_dir)
    if sent == signal.SIGINT:
        assert err.decode("utf-8").strip() == "interrupted; finished work is kept"
