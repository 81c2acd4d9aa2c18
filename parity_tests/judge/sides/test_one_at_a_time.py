"""Workers that are never alive together: what a restarted one is given again, and a whole comparison of them."""

import json
from functools import partial
from typing import Any, Dict, List

import numpy as np
import pytest

from poets.migrate.judge.sides import one_at_a_time
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.twins import command, comparison


class FakeProcess:
    """A WorkerProcess that notes its calls."""

    alive = 0

    def __init__(self, calls):
        self.calls, self.ready = calls, 1.5
        calls.append("start")
        FakeProcess.alive += 1
        assert FakeProcess.alive == 1

    def call(self, name, arrays=None, **arguments):
        self.calls.append((name, sorted(arrays or {}), arguments))
        if name == "usage":
            return {"peak_rss_mb": float(len(self.calls))}, {}
        if name == "used":
            return {"device": "auto", "devices": {}, "batches": {"bottlenecks": 32}, "halved": []}, {}
        return {"pid": len(self.calls)}, {"weights": np.zeros(1), "biases": np.zeros(1), "losses": np.zeros(1)}

    def stop(self):
        FakeProcess.alive -= 1
        self.calls.append("stop")


def test_a_worker_is_brought_back_to_where_it_was():
    turn: List[one_at_a_time.TurnTaker] = []
    calls: Dict[str, List[Any]] = {"legacy": [], "modern": []}
    fake: Any = FakeProcess
    workers = {twin: one_at_a_time.TurnTaker(twin, partial(fake, calls[twin]), turn) for twin in calls}
    for twin in calls:
        workers[twin].call("hello")
        workers[twin].call("open", architecture="tiny")
        workers[twin].call("features", indices=list(range(100)))
        workers[twin].call("train", {"features": np.zeros(3)}, learning_rate=0.1)
    assert workers["legacy"].call("hello")[0]["pid"] and calls["legacy"][-1] == "stop"  # told by one that has ended
    assert workers["legacy"].ready == 1.5
    peak = workers["legacy"].call("usage")[0]["peak_rss_mb"]
    calls["legacy"].clear()
    workers["legacy"].call("label_times", indices=[5])
    assert calls["modern"][-4:] == [("hello", [], {}), ("usage", [], {}), ("used", [], {}), "stop"]
    assert calls["legacy"] == [
        "start",
        ("hello", [], {}),
        ("open", [], {"architecture": "tiny"}),
        ("set_head", ["biases", "weights"], {}),
        ("features", [], {"indices": list(range(32))}),
        ("label_times", [], {"indices": [0]}),
        ("label_times", [], {"indices": [5]}),
    ]
    assert workers["legacy"].call("usage")[0]["peak_rss_mb"] == max(peak, 8)
    workers["legacy"].stop()
    assert FakeProcess.alive == 0


def test_two_processes_tell_as_one():
    first = {
        "device": "gpu",
        "devices": {"bottlenecks": "GPU:0"},
        "batches": {"bottlenecks": 32, "training": 100},
        "halved": [],
    }
    then = {
        "device": "gpu",
        "devices": {"training": "GPU:0"},
        "batches": {"bottlenecks": 8, "training": 20},
        "halved": ["bottlenecks"],
    }
    assert one_at_a_time.merged(first, then) == {
        "device": "gpu",
        "devices": {"bottlenecks": "GPU:0", "training": "GPU:0"},
        "batches": {"bottlenecks": 8, "training": 100},
        "halved": ["bottlenecks"],
    }


@pytest.mark.parametrize("kilobytes, small", [(8040000, True), (16000000, False), (None, False)])
def test_a_tx2_is_small(kilobytes, small, tmp_path):
    path = tmp_path / "meminfo"
    path.write_text(f"MemTotal:       {int(kilobytes)} kB\nMemFree:          100 kB\n" if kilobytes else "")
    assert one_at_a_time.is_small(str(path)) is small


def test_the_flag_and_its_opposite():
    given = [
        command.make_parser().parse_args(words).one_at_a_time
        for words in ([], ["--one-at-a-time"], ["--no-one-at-a-time"])
    ]
    assert given == [None, True, False]


@pytest.mark.tensorflow
def test_a_comparison_with_one_tensorflow_at_a_time(monkeypatch, tmp_path, capsys):
    started: List[WorkerProcess] = []

    class Counted(WorkerProcess):
        def __init__(self, twin, *arguments, **more):
            assert all(worker.process.poll() is not None for worker in started)
            super().__init__(twin, *arguments, **more)
            started.append(self)

    monkeypatch.setattr(comparison, "WorkerProcess", Counted)
    code = command.main(
        [
            "--one-at-a-time",
            "--resize",
            "tf2",
            "--how_many_training_steps",
            "20",
            "--ladder_photos",
            "20",
            "--rounds",
            "0",
            "--json",
            str(tmp_path / "verdict.json"),
        ]
    )
    captured = capsys.readouterr()
    assert code == 1, captured.err
    assert [worker.twin for worker in started] == ["legacy", "modern"]
    assert all(worker.process.poll() is not None for worker in started)
    found = json.loads((tmp_path / "verdict.json").read_text())
    assert found["one_at_a_time"] and found["first_difference"] == "resize" and found["training"]["passed"]
    assert found["attribution"] is None and "--no-one-at-a-time" in found["left_out"]["attribution"]
    assert found["ran"]["legacy"]["batches"]["training"] == 100
    assert "one twin at a time" in captured.out and "no attribution: it needs both twins at once" in captured.out
