"""`kill -9` at any moment, then the same command again: the result of an undisturbed run, and a whole cache."""

import glob
import os
import signal
import sqlite3
import subprocess
import time
from typing import Dict, List, Optional, Tuple

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from poets.migrate.task.photos.bottleneck_cache import CHECKSUM_BYTES

pytestmark = pytest.mark.tensorflow
# more steps than elsewhere, so that the kills fall into training, too
LONG = (
    "--how_many_training_steps",
    "600",
    "--eval_step_interval",
    "10",
    "--intermediate_store_frequency",
    "200",
    "--quiet",
)


def start(twin, task, out):
    """A `retrain` in a process group of its own."""
    return subprocess.Popen(
        tiny.command(twin, "retrain", *(tiny.task_flags(out) + list(LONG))),
        cwd=str(task),
        env=tiny.environment(),
        start_new_session=True,
        stderr=subprocess.PIPE,
    )


def finish(process):
    """Wait for an undisturbed end; its messages are in the failure, if it is one."""
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode("utf-8")


def kill_at(process, out, pattern, seconds):
    """SIGKILL the whole group a while after a file of that pattern appears below ``out``: whether it still ran."""
    while process.poll() is None and pattern and not glob.glob(os.path.join(str(out), pattern)):
        time.sleep(0.002)
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
        assert all(
            len(row) == 1001 * 4 + CHECKSUM_BYTES and np.isfinite(np.frombuffer(row[: 1001 * 4], "<f4")).all()
            for (row,) in rows
        )
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
        for step in (200, 400):
            assert tiny.read_bytes(out, "intermediate", f"intermediate_{step}.pb") == tiny.read_bytes(
                undisturbed, "intermediate", f"intermediate_{step}.pb"
            )


def killed_then_finished(twin, task, tmp_path, moments):
    """Kill runs at ``moments`` (file that has appeared, seconds after), each in its own folder, and finish them."""
    undisturbed = tmp_path / "undisturbed"
    finish(start(twin, task, undisturbed))
    killed, kept = 0, []
    for number, (pattern, seconds) in enumerate(moments):
        out = tmp_path / str(number)
        killed += kill_at(start(twin, task, out), out, pattern, seconds)
        kept.append(check_cache(out))
        check_outputs_are_whole(twin, out)
        finish(start(twin, task, out))
        same_result(twin, out, undisturbed)
        assert check_cache(out) == 120
    print(f"{twin}: {killed} of {len(moments)} killed, bottlenecks kept: {kept}")
    assert killed >= len(moments) - 2  # the last moments are so near the end that a run may win
    return kept


CACHE, CURVES = os.path.join("bottlenecks", "*.sqlite"), os.path.join("logs", "train", "events*")
MOMENTS: Dict[str, List[Tuple[Optional[str], float]]] = {
    "legacy": [
        (None, 1.5),
        (CACHE, 0),
        (CACHE, 0.03),
        (CACHE, 0.15),
        (CURVES, 0),
        (CURVES, 0.3),
        (os.path.join("intermediate", ".inter*"), 0),
        (os.path.join("intermediate", "*_400*"), 0.05),
        (".graph.pb*", 0),
        ("graph.pb", 0),
    ],
    "modern": [
        (CACHE, 0.3),
        (CURVES, 0.3),
        (os.path.join("intermediate", ".inter*"), 0.02),
        (".graph*", 0.1),
        ("graph", 0),
        (".graph.keras*", 0.01),
    ],
}


def test_killed_again_and_again(tiny_task, tmp_path):
    """For `make test`: three deaths one after the other in one folder, then a run to its end."""
    finish(start("legacy", tiny_task, tmp_path / "undisturbed"))
    out = tmp_path / "out"
    for pattern, seconds in ((CACHE, 0.01), (CURVES, 0.2), (".graph.pb*", 0)):
        kill_at(start("legacy", tiny_task, out), out, pattern, seconds)
        check_cache(out)
        check_outputs_are_whole("legacy", out)
    finish(start("legacy", tiny_task, out))
    same_result("legacy", out, tmp_path / "undisturbed")
    assert len(glob.glob(str(out / "logs" / "train" / "events*"))) == 1  # the dead runs' curves are gone


@pytest.mark.slow
@pytest.mark.parametrize("twin", ["legacy", pytest.param("modern", marks=pytest.mark.thorough)])
def test_killed_at_many_moments(twin, tiny_task, tmp_path):
    """Every third moment; all of them, which takes minutes, under POETS_THOROUGH=1."""
    moments = MOMENTS[twin] if os.environ.get("POETS_THOROUGH") else MOMENTS[twin][1::3]
    killed_then_finished(twin, tiny_task, tmp_path, moments)


@pytest.mark.slow
def test_killed_while_the_module_is_made(tiny_task, tmp_path, monkeypatch):
    """Modern's first run writes the network as a SavedModel into the user's cache: half of one must not stay."""
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))
    out = tmp_path / "out"
    assert kill_at(start("modern", tiny_task, out), tmp_path, os.path.join("cache", "modules", ".*"), 0.05)
    assert not glob.glob(str(tmp_path / "cache" / "modules" / "*"))
    finish(start("modern", tiny_task, out))
    assert len(glob.glob(str(tmp_path / "cache" / "modules" / "*"))) == 1
