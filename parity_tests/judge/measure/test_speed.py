"""harness.speed, .machine and .validity: what the runs are made into, and when they are not to be believed."""

import io
import json
import os

import numpy as np
import pytest
from rich.console import Console

from poets.migrate.judge.measure import machine, speed, validity
from poets.migrate.judge.measure.machine import Counters, Machine
from poets.migrate.judge.report import screen, speed_lines
from poets.migrate.judge.twins import record
from poets.migrate.task.training.schedule import Schedule

STAT = "%d (%s) S %d 1 1 0 -1 0 0 0 0 0 %d %d %d %d 20 0 1 0 5 0 0\n"  # pid, name, parent, and four times
CALM = validity.Conditions(4, 10.0, 0.01, 0.01, 0.5, 0, 1.0)
UNKNOWN = validity.Conditions(4, 10.0, 0.01, None, None, None, None)
STEADY = {
    "features /s": {"legacy": [100.0, 101.0, 99.0, 100.0] * 2, "modern": [300.0, 310.0, 305.0, 303.0] * 2},
    "training steps /s": {"legacy": [], "modern": []},
}


def write(root, path, text):
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


@pytest.fixture
def fake(tmp_path):
    """A machine of files: the judge (10) with two workers (11, 12), one's child (13), and a stranger (20)."""
    write(tmp_path, "proc/stat", "cpu  500 10 200 900 90 1 2 7 33 0\ncpu0 0 0 0 0 0 0 0 0 0 0\nintr 5\n")
    write(tmp_path, "proc/loadavg", "1.25 0.80 0.50 2/90 17010\n")
    write(tmp_path, "proc/vmstat", "pgpgin 7\npswpin 30\npswpout 12\n")
    for pid, name, parent, times in (
        (10, "poets", 1, (5, 1, 0, 2)),
        (11, "a) S 99 (b", 10, (40, 2, 0, 0)),
        (12, "python3", 10, (50, 3, 0, 0)),
        (13, "cc", 11, (4, 0, 0, 0)),
        (20, "stranger", 1, (300, 0, 0, 0)),
    ):
        write(tmp_path, f"proc/{pid}/stat", STAT % ((pid, name, parent) + times))
    for core, khz in enumerate((800000, 2035200)):
        write(tmp_path, f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq", f"{khz}\n")
    return tmp_path


def test_counters_are_read_from_proc(fake):
    found = Machine(str(fake)).counters(10)
    assert found.capacity == 500 + 10 + 200 + 900 + 90 + 1 + 2 + 7
    assert found.busy == 500 + 10 + 200 + 1 + 2 + 7
    assert found.own == 8 + 42 + 53 + 4
    assert found.swapped_pages == 42


def test_the_tree_is_the_judge_and_what_it_started(fake):
    assert Machine(str(fake)).tree(10) == {10, 11, 12, 13}
    assert Machine(str(fake)).tree(999) == set()


def test_clock_is_the_fastest_cores_and_load_the_last_minutes(fake):
    assert Machine(str(fake)).clock_mhz() == 2035.2
    assert Machine(str(fake)).load_average() == 1.25


def test_what_is_not_there_is_unknown_and_never_0(tmp_path):
    bare = Machine(str(tmp_path))
    assert bare.counters(10) == Counters(None, None, None, None)
    assert bare.clock_mhz() is None and bare.load_average() is None and bare.tree(10) == set()


@pytest.mark.parametrize(
    "path, text",
    [
        ("proc/stat", "cpu 1 2 3\n"),
        ("proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\n"),
        ("proc/stat", "cpu a b c d e f g h\n"),
        ("proc/stat", ""),
        ("proc/vmstat", "pswpin 3\n"),
        ("proc/vmstat", "pswpin x\npswpout 2\n"),
        ("proc/loadavg", ""),
        ("proc/loadavg", "high\n"),
        ("proc/10/stat", "10 (poets"),
        ("proc/10/stat", "10 (p) S x\n"),
        ("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "<unknown>\n"),
    ],
)
def test_what_cannot_be_read_is_unknown(fake, path, text):
    write(fake, path, text)
    here = Machine(str(fake))
    found = here.counters(10)
    if path == "proc/stat":
        assert found.capacity is None and found.busy is None and found.own is not None
    elif path == "proc/vmstat":
        assert found.swapped_pages is None
    elif path == "proc/loadavg":
        assert here.load_average() is None
    elif path == "proc/10/stat":
        assert found.own is None
    else:
        assert here.clock_mhz() == 800.0


def test_other_load_is_what_is_busy_beyond_our_own_processes():
    before, after = Counters(1000, 100, 50, 3), Counters(2000, 700, 450, 10)
    assert machine.other_load(before, after) == pytest.approx((600 - 400) / 1000)
    assert machine.swapped_pages(before, after) == 7
    assert machine.other_load(before, after._replace(own=900)) == 0.0  # our own ticks are counted a little later


@pytest.mark.parametrize("name", ["capacity", "busy", "own", "swapped_pages"])
def test_one_missing_counter_makes_its_figure_unknown(name):
    before, after = Counters(1000, 100, 50, 3), Counters(2000, 700, 450, 10)._replace(**{name: None})
    assert (machine.other_load(before, after) is None) == (name != "swapped_pages")
    assert (machine.swapped_pages(before, after) is None) == (name == "swapped_pages")
    assert machine.other_load(before, before) is None  # no time has passed


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_this_machine_knows_this_process():
    found = Machine().counters(os.getpid())
    assert found.own > 0 and os.getpid() in Machine().tree(os.getpid())


@pytest.mark.parametrize("conditions", [CALM, UNKNOWN])
def test_a_calm_machine_is_valid_and_so_is_one_that_says_nothing(conditions):
    assert validity.reasons(conditions, STEADY) == []


@pytest.mark.parametrize(
    "change, word",
    [
        ({"runs": 2}, "too few samples: 2 runs per side; 4 or more are needed (--rounds 2)"),
        ({"other_load": 0.3}, "other load: other programs used 30 % of the machine"),
        ({"swapped_pages": 5000}, "swapping: 5000 pages"),
        ({"clock_change": 0.7}, "the processor's clock fell by 30 %"),
    ],
)
def test_each_condition_makes_it_invalid_with_its_reason(change, word):
    found = validity.reasons(CALM._replace(**change), STEADY)
    assert len(found) == 1 and found[0].startswith(word)


def test_drift_names_the_twin_the_metric_and_how_far():
    slowing = dict(STEADY["features /s"], modern=[300.0, 310.0, 300.0, 310.0, 240.0, 241.0, 242.0, 241.0])
    assert validity.reasons(CALM, {"features /s": slowing}) == [
        "drift: modern, features /s: -21 % in the second half of the runs"
    ]


def test_two_rounds_show_the_drift_of_both_sides_together_only():
    together = {"legacy": [100.0, 101.0, 80.0, 79.0], "modern": [300.0, 303.0, 240.0, 241.0]}
    assert validity.reasons(CALM, {"features /s": together}) == [
        "drift: both, features /s: -20 % in the second half of the runs"
    ]
    one_alone = dict(together, legacy=[100.0, 101.0, 100.0, 101.0])
    assert validity.reasons(CALM, {"features /s": one_alone}) == []


def test_noise_alone_is_seldom_called_drift():
    random = np.random.RandomState(0)
    trials = 2000
    called = sum(validity.drift(np.exp(random.normal(0, 0.3, 8)).tolist()) is not None for _ in range(trials))
    assert 0 < called / trials < 0.045  # 2 of 70 is 2.9 %


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0],
        [1.0, 1.0, 9.0, 9.0, 9.0],  # too few
        [100.0, 101.0, 102.0, 103.0, 108.0, 108.0, 109.0, 110.0],  # apart, but by less than 10 %
        [100.0, 100.0, 100.0, 150.0, 120.0, 180.0, 180.0, 180.0],  # by more, but they overlap
    ],
)
def test_what_may_be_noise_is_no_drift(values):
    assert validity.drift(values) is None


class FakeWorker:
    """Answers as a worker does; a run's figures are the next of ``rates``."""

    def __init__(self, rates, pid=None):
        self.rates, self.pid, self.run = rates, os.getpid() if pid is None else pid, -1

    def call(self, name, arrays=None, **arguments):
        if name == "features":
            self.run += 1
            return {"seconds": len(arguments["indices"]) / self.rates[self.run]}, {}
        if name == "train":
            return {"seconds": 0.5, "steps_per_second": 10 * self.rates[self.run]}, {}
        if name == "label_times":
            return {}, {"milliseconds": np.full(len(arguments["indices"]), 1000 / self.rates[self.run])}
        return {"hello": {"pid": self.pid}, "usage": {"peak_rss_mb": 500.0}}[name], {}


def schedule(steps):
    none = np.zeros((0, 0), np.int32)
    return Schedule(
        np.zeros((3, 2), np.float32), np.zeros(2, np.float32), np.zeros((steps, 4), np.int32), none, none, 0.01, 10
    )


def measured(legacy, modern, steps=20, root="/", pids=(None, None), advance=lambda count: None):
    workers = {"legacy": FakeWorker(legacy, pids[0]), "modern": FakeWorker(modern, pids[1])}
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
    runs = []
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
    assert found.ratio == found.modern / found.legacy


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
    assert found.features_per_second.interval.pairs == 2


def test_a_worker_that_runs_elsewhere_leaves_other_load_unknown(fake):
    assert measured(LEGACY, MODERN, root=fake, pids=(11, 4711)).conditions.other_load is None


def test_the_judges_overhead_is_the_time_outside_the_workers(monkeypatch):
    times = iter([0.0, 10.0])
    monkeypatch.setattr(speed.time, "perf_counter", lambda: next(times))
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


def test_invalid_is_red():
    summary = speed_lines.speed_section(measured(LEGACY, MODERN)._replace(reasons=["other load: a"])).summary
    head, why = (screen.line_text(line) for line in summary)
    assert {str(span.style) for span in head.spans} == {"red"} == {str(why.style)}


def test_without_scipy_the_p_value_is_missing_and_it_is_said_why(monkeypatch):
    monkeypatch.setattr(speed.statistics, "mann_whitney", lambda first, second: None)
    found = measured(LEGACY, MODERN)
    assert found.features_per_second.p_value is None and found.features_per_second.interval.pairs == 4
    assert "no p-values, which need scipy: install poets-migrate[stats]" in shown(found)[1]


def test_json_says_unknown_as_null(tmp_path):
    found = measured(LEGACY, MODERN, root=tmp_path)
    written = json.loads(json.dumps(record.validity_as_json(found), allow_nan=False))
    assert written["verdict"] == "VALID" and written["reasons"] == []
    assert written["other_load"] is written["swapped_pages"] is written["clock_change"] is None
    assert written["load_average"] is None and written["runs"] == 4
    figures = json.loads(json.dumps(record.speed_as_json(found), allow_nan=False))
    assert set(figures) == {"features_per_second", "train_steps_per_second", "label_ms", "peak_rss_mb", "cold_start_s"}
    assert set(figures["label_ms"]["interval"]) == {"pairs", "estimate", "low", "high"}
    assert figures["label_ms"]["sides"]["modern"]["percentiles"]["p99"] is None
    assert figures["cold_start_s"]["interval"] is None
