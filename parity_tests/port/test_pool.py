"""poets.migrate.port.pool: many graphs through several processes, of which one may die; and Ctrl-C in the middle."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from parity_tests.fixtures.processes import alive, children, wait_for
from parity_tests.judge.sides.test_interrupt import heed_interrupts
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.port import one_graph, pool
from poets.migrate.port.pool_process import PoolProcess, TaskRaised
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.task.worker.start import project_root

WRITTEN = {"README.md", "example.jpg", "report.json", "savedmodel"}


def job_of(path, output):
    return one_graph.Job(str(path), str(output), ["savedmodel"], ReadingOptions(), None, [])


def write(job):
    """Stands for `one.write`, in the other process."""
    if "kills" in job.path:
        os.kill(os.getpid(), signal.SIGKILL)
    if "refused" in job.path:
        return {"error": f"{job.path}: refused", "exit_code": 2}
    os.makedirs(job.output)
    report = {"graph": job.path, "writer": os.getpid()}
    options = job.options._asdict()
    return {"report": report, "building": job.output, "targets": {}, "errors": {}, "options": options}


def prove(job, targets):
    """Stands for `one.prove`."""
    if "unproved" in job.path:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"proofs": {}, "prover": os.getpid()}


def settle(job, written, proved):
    """Stands for `one.settle`, in this process."""
    return dict(written["report"], prover=proved.get("prover"), error_of_proof=proved.get("error"))


def warm():
    """Stands for `one.warm`."""


@pytest.mark.parametrize("processes", [2, 3])
def test_a_process_that_dies_costs_its_own_graph_only(tmp_path, monkeypatch, processes):
    for stand_in in (write, prove, settle, warm):
        monkeypatch.setattr(one_graph, stand_in.__name__, stand_in)
    monkeypatch.setattr(pool, "WARM", pool.Task(warm, (), -1))
    names = ["good_0", "kills_1", "good_2", "refused_3", "unproved_4", "good_5", "kills_6"]
    done = []
    outcomes = pool.run_jobs([job_of(name, tmp_path / name) for name in names], processes, lambda: done.append(1))
    assert len(outcomes) == len(names) == len(done)
    for name, outcome in zip(names, outcomes):
        if name.startswith("good"):
            assert outcome["graph"] == name and outcome["prover"] != outcome["writer"]
        elif name.startswith("unproved"):
            assert "died" in outcome["error_of_proof"]
        else:
            assert outcome["error"].startswith(name)
            assert outcome["exit_code"] == (4 if name.startswith("kills") else 2)


def test_there_are_two_processes_at_least_and_no_idle_ones(monkeypatch):
    monkeypatch.setattr(pool, "_free_megabytes", lambda: 100)
    assert pool.processes_for(50) == 2
    monkeypatch.setattr(pool, "_free_megabytes", lambda: None)
    assert pool.processes_for(1) == 2


@pytest.mark.tensorflow
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see processes")
def test_ctrl_c_keeps_what_is_finished_and_leaves_nothing_half_made(tmp_path):
    for number in range(12):
        shutil.copy(os.path.join(NETWORK_FOLDER, "frozen_graph.pb"), str(tmp_path / (f"graph_{number:02}.pb")))
    out = tmp_path / "out"
    run = subprocess.Popen(
        [sys.executable, "-m", "poets", "port", str(tmp_path), "--output", str(out), "--quiet"],
        cwd=project_root(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,
    )
    wait_for(lambda: out.exists() and any((folder / "report.json").exists() for folder in out.iterdir()), 120)
    workers = children(run.pid)
    run.send_signal(signal.SIGINT)
    err = run.communicate(timeout=60)[1].decode("utf-8")
    assert run.returncode == 130 and err.strip() == "interrupted; finished work is kept"
    deadline = time.monotonic() + 30
    while set(children(run.pid)) & set(workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    for folder in out.iterdir():
        assert {path.name for path in folder.iterdir()} == WRITTEN


def fail(words):
    """A task with a fault of ours."""
    raise ZeroDivisionError(words)


def wait_long():
    """A task that does not end."""
    time.sleep(600)


def test_a_fault_in_a_task_is_raised_here_and_the_process_goes_on():
    process = PoolProcess()
    try:
        with pytest.raises(TaskRaised, match="ZeroDivisionError: of ours"):
            process.submit(fail, ("of ours",)).result(60)
        assert process.submit(os.path.join, ("a", "b")).result(60) == "a/b"
    finally:
        process.end()


def test_what_a_task_prints_does_not_break_its_answer(capfd):
    process = PoolProcess()
    try:
        assert process.submit(print, ("a line of TensorFlow's",)).result(60) is None
    finally:
        process.end()
    assert capfd.readouterr().out == ""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see processes")
def test_a_process_in_the_midst_of_a_task_does_not_outlive_the_command():
    program = (
        "from poets.migrate.port.pool_process import PoolProcess; "
        "from parity_tests.port.test_pool import wait_long; "
        "process = PoolProcess(); process.submit(wait_long, ()); print('started', flush=True); input()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], cwd=project_root(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert run.stdout is not None and run.stdout.readline() == b"started\n"
    workers = wait_for(lambda: children(run.pid), 30)
    run.kill()
    run.communicate()
    wait_for(lambda: not alive(workers), 60)
