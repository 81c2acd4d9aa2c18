"""`kill -9` at any moment, then the same command again: the result of a run that nobody disturbed, and a whole cache."""

import glob
import os
import signal
import sqlite3
import subprocess
import time

import numpy as np
import pytest

from parity_tests import tiny

pytestmark = pytest.mark.tensorflow
# more steps than elsewhere, so that the kills fall into training, too
LONG = ("--how_many_training_steps", "1500", "--eval_step_interval", "10", "--intermediate_store_frequency", "500", "--quiet")


def start(twin, task, out):
    """A `retrain` in a process group of its own."""
    return subprocess.Popen(tiny.command(twin, "retrain", *(tiny.task_flags(out) + list(LONG))), cwd=str(task),
                            env=tiny.environment(), start_new_session=True, stderr=subprocess.PIPE)


def finish(process):
    """Wait for an undisturbed end; its messages are in the failure, if it is one."""
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode("utf-8")


def kill_after(process, seconds):
    """SIGKILL the whole group after a while: whether it was still running."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def check_cache(out):
    """The cache, if there is one by now, is whole: how many bottlenecks are in it."""
    path = os.path.join(str(out), "bottlenecks", "bottlenecks.sqlite")
    if not os.path.exists(path):
        return 0
    database = sqlite3.connect(path)
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not database.execute("SELECT name FROM sqlite_master WHERE name = 'bottleneck'").fetchall():
            return 0
        rows = database.execute("SELECT vector FROM bottleneck").fetchall()
        assert all(len(vector) == 1001 * 4 and np.isfinite(np.frombuffer(vector, "<f4")).all() for vector, in rows)
        return len(rows)
    finally:
        database.close()


def check_outputs_are_whole(twin, out):
    """Whatever output is there under its own name can be read."""
    name = {"legacy": "graph.pb", "modern": "graph"}[twin]
    if os.path.exists(os.path.join(str(out), name)):
        tiny.head_of(twin, out)
    if os.path.exists(os.path.join(str(out), "labels.txt")):
        assert tiny.read_bytes(out, "labels.txt").count(b"\n") == 5


def same_result(twin, out, undisturbed):
    """The outputs are those of the undisturbed run: to the byte for legacy, to the weight for modern."""
    assert tiny.read_bytes(out, "labels.txt") == tiny.read_bytes(undisturbed, "labels.txt")
    record, expected = tiny.read_record(out), tiny.read_record(undisturbed)
    for key in ("curve", "test_accuracy", "misclassified", "photos"):
        assert record[key] == expected[key], key
    for ours, theirs in zip(tiny.head_of(twin, out), tiny.head_of(twin, undisturbed)):
        assert np.array_equal(ours, theirs)
    if twin == "legacy":
        assert tiny.read_bytes(out, "graph.pb") == tiny.read_bytes(undisturbed, "graph.pb")
        for step in (500, 1000):
            assert tiny.read_bytes(out, "intermediate", "intermediate_%d.pb" % step) == \
                tiny.read_bytes(undisturbed, "intermediate", "intermediate_%d.pb" % step)


def killed_then_finished(twin, task, tmp_path, moments):
    """Kill runs at ``moments`` (shares of an undisturbed run's time), each in a folder of its own, and finish them."""
    undisturbed = tmp_path / "undisturbed"
    finish(start(twin, task, undisturbed))  # this one may have to make modern's module first
    started = time.time()
    finish(start(twin, task, tmp_path / "timed"))
    whole = time.time() - started
    same_result(twin, tmp_path / "timed", undisturbed)
    killed, kept = 0, []
    for moment in moments:
        out = tmp_path / ("killed_%03d" % (moment * 100))
        killed += kill_after(start(twin, task, out), whole * moment)
        kept.append(check_cache(out))
        check_outputs_are_whole(twin, out)
        finish(start(twin, task, out))
        same_result(twin, out, undisturbed)
        assert check_cache(out) == 120
    print("%s: %.1f s undisturbed, %d of %d killed, bottlenecks kept: %s" % (twin, whole, killed, len(moments), kept))
    assert killed >= len(moments) - 2
    return kept


def test_killed_once(tiny_task, tmp_path):
    """For `make test`: three deaths one after the other in one folder, then a run to its end."""
    finish(start("legacy", tiny_task, tmp_path / "undisturbed"))
    out = tmp_path / "out"
    for seconds in (2.0, 3.0, 3.6):
        kill_after(start("legacy", tiny_task, out), seconds)
        check_cache(out)
        check_outputs_are_whole("legacy", out)
    finish(start("legacy", tiny_task, out))
    same_result("legacy", out, tmp_path / "undisturbed")
    assert len(glob.glob(str(out / "logs" / "train" / "events*"))) == 1  # the dead runs' curves are gone


@pytest.mark.slow
def test_killed_at_many_moments_legacy(tiny_task, tmp_path):
    killed_then_finished("legacy", tiny_task, tmp_path, (0.3, 0.45, 0.55, 0.62, 0.7, 0.8, 0.9, 0.97))


@pytest.mark.slow
def test_killed_at_many_moments_modern(tiny_task, tmp_path, monkeypatch):
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))
    killed_then_finished("modern", tiny_task, tmp_path, (0.45, 0.65, 0.8, 0.95))


@pytest.mark.slow
def test_killed_while_the_module_is_made(tiny_task, tmp_path, monkeypatch):
    """Modern's first run writes the network as a SavedModel into the user's cache: half of one must not stay."""
    for number, seconds in enumerate((3.5, 4.5)):
        monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / ("cache%d" % number)))
        out = tmp_path / ("out%d" % number)
        kill_after(start("modern", tiny_task, out), seconds)
        finish(start("modern", tiny_task, out))
    for ours, theirs in zip(tiny.modern_head(tmp_path / "out0"), tiny.modern_head(tmp_path / "out1")):
        assert np.array_equal(ours, theirs)
