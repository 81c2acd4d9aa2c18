"""What `make bench` makes of its measurements; the measuring itself is `make bench`."""

import os
import sys

import pytest

from parity_tests.bench import command, measures, result
from parity_tests.bench.inspecting import Inspecting
from parity_tests.bench.processes import Ran


def ran(seconds, steps=4000, accuracy=0.7):
    """A run whose steps took half its time."""
    parts = {"bottlenecks": seconds / 4, "training": seconds * 0.6, "steps": seconds / 2, "all": seconds}
    return Ran(seconds, 700.0, {"seconds": parts, "steps": steps, "test_accuracy": accuracy, "test_photos": 61})


def runs(plain, legacy=10.0, modern=10.0, **record):
    return {"plain": [plain], "legacy": [ran(legacy)], "modern": [ran(modern, **record)], "modern first": [ran(12.0)]}


def test_a_baseline_of_fewer_steps_is_scaled_by_its_steps_alone():
    found = measures.scaled(ran(100.0, steps=1000))
    assert found.seconds == 100.0 + 3 * 50.0
    assert found.record["seconds"]["training"] == 60.0 + 3 * 50.0
    assert measures.scaled(ran(100.0)) == ran(100.0)


def test_all_targets_met_misses_nothing():
    rates = {"plain": 100.0, "legacy": 300.0, "modern": 400.0}
    peaks = {"legacy": {100: 600.0, 200: 601.0}, "modern": {100: 800.0, 200: 802.0}}
    found = result.result_of(rates, runs(ran(300.0)), peaks, 4000)
    assert result.missed(found) == []
    assert result.as_json(found)["passed"]
    assert found.memory is not None and found.memory.growth["modern"] == pytest.approx(20.0)


@pytest.mark.parametrize(
    "found, word",
    [
        (result.result_of({"plain": 100.0, "legacy": 300.0, "modern": 399.0}, None, None, 4000), "features"),
        (result.result_of(None, runs(ran(300.0), modern=15.1), None, 4000), "whole retrain"),
        (result.result_of(None, runs(ran(300.0), legacy=60.1), None, 4000), "legacy"),
        (result.result_of(None, runs(ran(300.0), accuracy=0.65), None, 4000), "accuracy"),
        (result.result_of(None, None, {"modern": {1000: 600.0, 2000: 641.0}}, 4000), "memory"),
        (result.result_of({"plain": 1.0, "legacy": 3.0, "modern": float("nan")}, None, None, 4000), "features"),
        (result.result_of(None, None, None, 4000, None, Inspecting("graph.pb", 20, 3.0, 0.3, 12.1)), "inspecting"),
    ],
)
def test_a_missed_target_is_named(found, word):
    assert any(word in line for line in result.missed(found))


def test_the_report_says_that_the_baseline_was_scaled(capsys):
    command.show(result.result_of(None, runs(ran(100.0, steps=1000)), None, 1000), sys.stdout)
    assert "SCALED: the baseline ran 1000 of the 4000 steps" in capsys.readouterr().out


def test_copies_are_as_many_as_asked_for(tmp_path):
    for place in ("a/one.jpg", "b/two.jpg"):
        (tmp_path / "photos" / place).parent.mkdir(parents=True)
        (tmp_path / "photos" / place).write_bytes(b"read by nobody")
    assert measures.copies(str(tmp_path / "photos"), str(tmp_path / "copies"), 2) == 4
    assert sorted(os.listdir(str(tmp_path / "copies" / "a"))) == ["one_0.jpg", "one_1.jpg"]


def test_bad_flags_are_refused(capsys):
    assert command.main(["--baseline_steps", "0"]) == 2
    assert "--baseline_steps" in capsys.readouterr().err
