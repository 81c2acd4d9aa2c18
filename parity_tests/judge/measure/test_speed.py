"""judge.measure.speed: what the runs are made into, and how the report and the JSON show it."""

import io
import json
import math
import os
import time
from typing import List
from unittest import mock

import numpy as np
import pytest
from rich.console import Console

from poets.migrate.judge.compare import statistics
from poets.migrate.judge.measure import speed
from poets.migrate.judge.measure.machine import Machine
from poets.migrate.judge.report import screen, speed_lines
from poets.migrate.judge.twins import record
from poets.migrate.task.training.schedule import Schedule


class Clock:
    """The judge's clock, in place of the module `time`: it goes by what the workers say, times ``factor``."""

    def __init__(self, factor=1.0):
        self.now, self.factor = 0.0, factor

    def monotonic(self):
        return self.now


class FakeWorker:
    """Answers as a worker does; a run's figures are the next of ``rates``."""

    def __init__(self, rates, pid=None, load=dict, clock=None):
        self.rates, self.pid, self.run, self.load = rates, os.getpid() if pid is None else pid, -1, load
        self.clock = clock or Clock()

    def call(self, name, arrays=None, **arguments):
        if name in ("features", "train", "label_times"):
            self.run += name == "features"
            seconds = 0.5 if name == "train" else len(arguments["indices"]) / self.rates[self.run]
            self.clock.now += seconds * self.clock.factor if math.isfinite(seconds) else 1.0
        if name == "features":
            return {"seconds": seconds}, {}
        if name == "train":
            return {"seconds": seconds, "steps_per_second": 10 * self.rates[self.run]}, {}
        if name == "label_times":
            return {}, {"milliseconds": np.full(len(arguments["indices"]), 1000 / self.rates[self.run])}
        if name == "load":
            return self.load(), {}
        return {"hello": {"pid": self.pid}, "usage": {"peak_rss_mb": 500.0}}[name], {}


def schedule(steps):
    none = np.zeros((0, 0), np.int32)
    return Schedule(
        np.zeros((3, 2), np.float32), np.zeros(2, np.float32), np.zeros((steps, 4), np.int32), none, none, 0.01, 10
    )


def measured(legacy, modern, steps=20, root="/", pids=(None, None), advance=lambda count: None, load=dict, factor=1.0):
    clock = Clock(factor)
    sides = {"legacy": legacy, "modern": modern}
    workers = {name: FakeWorker(sides[name], pid, load, clock) for name, pid in zip(sides, pids)}
    with mock.patch.object(speed, "time", clock):
        return speed.measure(
            workers,
            schedule(steps),
            np.zeros((40, 3), np.float32),
            {"legacy": 2.0, "modern": 5.0},
            (len(legacy) - 1) // 2,
            advance,
            Machine(str(root)),
        )


LEGACY = [1.0, 100.0, 101.0, 99.0, 100.0]  # the first is the warm-up's
MODERN = [2.0, 300.0, 306.0, 294.0, 300.0]


def test_the_warm_up_counts_nowhere_but_is_told():
    runs: List[int] = []
    found = measured(LEGACY, MODERN, advance=runs.append)
    assert len(runs) == 2 + 4 * 2
    side = found.features_per_second.sides["legacy"]
    assert side.first == 1.0 and side.runs == LEGACY[1:] and side.samples == 4
    assert found.features_per_second.legacy == 100.0 and found.features_per_second.modern == 300.0
    assert found.train_steps_per_second.modern == 3000.0
    assert found.label_ms.legacy == pytest.approx(10.0)
    assert found.cold_start_s.ratio == 2.5 and found.peak_rss_mb.ratio == 1.0


def test_the_ratio_has_an_interval_and_a_p_value():
    pytest.importorskip("scipy")
    found = measured(LEGACY, MODERN).features_per_second
    assert found.interval.pairs == 4 and found.interval.low < 3.0 < found.interval.high
    assert found.interval.estimate == pytest.approx(3.0, rel=1e-3)
    assert found.p_value < 0.05
    assert found.ratio == found.interval.estimate


def test_percentiles_are_given_where_there_are_samples_enough():
    found = measured(LEGACY, MODERN)
    assert found.features_per_second.sides["legacy"].percentiles == {"p90": None, "p99": None}
    label = found.label_ms.sides["legacy"]  # 16 photos in each of 4 runs: 64, which p90 takes
    assert label.samples == 64 and label.percentiles["p90"] is not None and label.percentiles["p99"] is None


def test_nothing_trained_is_no_figure():
    found = measured(LEGACY, MODERN, steps=0)
    assert found.train_steps_per_second == speed.SpeedFigure(None, None, None)
    json.dumps(record.speed_as_json(found), allow_nan=False)


def test_one_round_is_too_few():
    found = measured(LEGACY[:3], MODERN[:3])
    assert found.reasons[0].startswith("too few samples: 2 runs per side")
    assert found.features_per_second.interval is None


def test_a_worker_that_runs_elsewhere_and_says_nothing_leaves_the_load_unknown(fake):
    found = measured(LEGACY, MODERN, root=fake, pids=(11, 4711))
    assert found.conditions.other_load is None
    assert any(reason.startswith("unknown load") for reason in found.reasons)


@pytest.mark.parametrize("busy, share", [(100, 0.0), (300, 0.5), (500, 1.0)])
def test_a_worker_that_runs_elsewhere_says_how_busy_its_machine_is(fake, busy, share):
    """Its machine's cores have 400 ticks per run, of which it uses 100 itself."""
    loads = (
        {"machine": "elsewhere", "capacity_ticks": 400 * turn, "busy_ticks": busy * turn, "own_ticks": 100.0 * turn}
        for turn in range(1000)
    )
    found = measured(LEGACY, MODERN, root=fake, pids=(11, 4711), load=lambda: next(loads))
    assert found.conditions.other_load == pytest.approx(share)
    assert any(reason.startswith("other load") for reason in found.reasons) == (share > 0.1)


@pytest.mark.parametrize(
    "rates, words",
    [
        ([10.0, 1.0] * 4, "scatter: modern, features /s: runs from 1 to 10"),
        ([math.nan] * 8, "features /s: modern gave values that are no positive numbers"),
        ([-5.0] * 8, "features /s: modern gave values that are no positive numbers"),
        ([math.inf] * 8, "features /s: modern gave values that are no positive numbers"),
        ([10.0, 19.0, 10.0, 19.0] * 2, "features /s: modern's ratio is between "),
    ],
)
def test_rates_that_say_nothing_are_invalid(fake, rates, words):
    found = measured([10.0] * 9, [10.0] + rates, root=fake)
    assert any(reason.startswith(words) for reason in found.reasons), found.reasons
    json.dumps(record.speed_as_json(found), allow_nan=False)


@pytest.mark.parametrize("factor, wrong", [(0.5, True), (0.93, True), (1.0, False), (2.0, False), (5.0, True)])
def test_a_clock_that_contradicts_the_judges_is_invalid(fake, factor, wrong):
    found = measured([40.0] * 5, [40.0] * 5, root=fake, factor=factor)
    said = [reason for reason in found.reasons if reason.startswith("clocks: ")]
    assert len(said) == 2 * wrong
    if wrong:
        assert said[0] == f"clocks: legacy says its runs took 7.6 s, by the judge's clock it was {7.6 * factor:.3g} s"


def test_the_judges_overhead_is_the_time_outside_the_workers(monkeypatch):
    times = iter([0.0, 10.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(times))
    rates = [40.0] * 5  # a run: 1 s of features, 0.5 s of training, 16 labels of 25 ms
    conditions = measured(rates, rates).conditions
    assert conditions.seconds == 10.0
    assert conditions.overhead == 0.0  # 8 runs of 1.9 s: more than went by on the fake clock
    times = iter([0.0, 16.0])
    assert measured(rates, rates).conditions.overhead == pytest.approx(1 - 8 * 1.9 / 16)


def shown(found):
    section = speed_lines.speed_section(found)
    console = Console(width=80, color_system=None, record=True, file=io.StringIO())
    console.print(*screen.section_parts(section, False), sep="\n")
    short = console.export_text()
    console.print(*screen.section_parts(section, True), sep="\n")
    return short, console.export_text()


def test_the_report_shows_the_table_and_the_verdict(fake):
    found = measured(LEGACY, MODERN, root=fake)._replace(reasons=[])
    short, more = shown(found)
    assert "taken in turns: VALID" in short and "INVALID" not in short
    row = next(line for line in short.splitlines() if line.startswith("features /s"))
    assert row.split()[2:5] == ["100", "300", "3.00x"]
    assert len(short.splitlines()) == 7 and max(map(len, short.splitlines())) <= 80
    assert "features /s, legacy: first 1, then 100 101 99 100" in more
    assert "p90 takes 64 samples, p99 takes 662 samples" in more
    assert "load average 1.25, pages swapped 0" in more


def test_the_report_shows_why_it_is_invalid():
    reasons = ["other load: a", "swapping: b", "drift: c"]
    short, more = shown(measured(LEGACY, MODERN)._replace(reasons=reasons))
    assert "taken in turns: INVALID" in short and "other load: a" in short
    assert "swapping: b" not in short and "and 2 more reasons" in short
    assert all("INVALID: " + reason in more for reason in reasons)


def test_invalid_is_said_calmly_and_its_figures_are_grey():
    found = measured(LEGACY, MODERN)
    section = speed_lines.speed_section(found._replace(reasons=["other load: a"]))
    head, why = (screen.line_text(line) for line in section.summary)
    assert {str(span.style) for span in head.spans} == {"yellow"} and not str(why.style)
    invalid = section.on_screen
    assert invalid is not None and not invalid.moods
    assert [str(row.style) for row in screen.draw_table(invalid).rows] == ["dim"] * 5
    valid = speed_lines.speed_section(found._replace(reasons=[])).on_screen
    assert valid is not None and valid.moods
    assert not any(row.style for row in screen.draw_table(valid).rows)


def test_without_scipy_the_p_value_is_missing_and_it_is_said_why(monkeypatch):
    monkeypatch.setattr(statistics, "mann_whitney", lambda first, second: None)
    found = measured(LEGACY, MODERN)
    assert found.features_per_second.p_value is None and found.features_per_second.interval.pairs == 4
    assert "no p-values, which need scipy: install poets-migrate[stats]" in shown(found)[1]


def test_json_says_unknown_as_null(tmp_path):
    found = measured(LEGACY, MODERN, root=tmp_path)
    written = json.loads(json.dumps(record.validity_as_json(found), allow_nan=False))
    assert written["verdict"] == "INVALID" and len(written["reasons"]) == 1
    assert written["reasons"][0].startswith("unknown load")
    assert written["other_load"] is written["swapped_pages"] is written["clock_change"] is None
    assert written["load_average"] is None and written["runs"] == 4
    figures = json.loads(json.dumps(record.speed_as_json(found), allow_nan=False))
    assert set(figures) == {"features_per_second", "train_steps_per_second", "label_ms", "peak_rss_mb", "cold_start_s"}
    assert set(figures["label_ms"]["interval"]) == {"pairs", "estimate", "low", "high"}
    assert figures["label_ms"]["sides"]["modern"]["percentiles"]["p99"] is None
    assert figures["cold_start_s"]["interval"] is None
