"""The machine watched while speed is measured: energy as arithmetic has it, settings before and after, the report."""

import io
import json
import os
import time
from typing import Any, List

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console

from parity_tests.fixtures import tiny
from parity_tests.fixtures.machines import fake_tegrastats
from poets.migrate import cli
from poets.migrate.doctor.board_settings import PowerMode, read_settings
from poets.migrate.judge.measure import watch
from poets.migrate.judge.measure.energy import Phase, energy_of
from poets.migrate.judge.measure.machine import Machine
from poets.migrate.judge.measure.speed import timed
from poets.migrate.judge.measure.turns import TimedRun, take_turns
from poets.migrate.judge.measure.watch import Wanted
from poets.migrate.judge.report import machine_lines, screen
from poets.migrate.monitor.sources.sample import sample_as_json

LINE = (
    "RAM 2586/7846MB (lfb 1x1MB) SWAP 0/3923MB CPU [{load}%@2035,0%@499,off,off,1%@960,0%@960] EMC_FREQ 10%@1600 "
    "GR3D_FREQ {gpu}%@{mhz} APE 150 BCPU@41C GPU@39C PMIC@100C VDD_IN {total}/{total} VDD_CPU 536/536"
)
TX2 = "nvidia,p2771-0000\0nvidia,tegra186\0"


def line(total=5000, gpu=0, load=3, mhz=1300):
    return LINE.format(total=total, gpu=gpu, load=load, mhz=mhz)


@pytest.fixture
def tegrastats(tmp_path, monkeypatch):
    """A function that puts a tegrastats on the PATH that repeats lines, and others once what it gives is called."""

    def install(*lines, then=()):
        folder = tmp_path / "bin"
        fake_tegrastats.install(folder, lines, then=then)
        (folder / "then").unlink() if (folder / "then").exists() else None
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return (folder / "then").touch

    return install


@pytest.fixture
def board(tmp_path):
    """The files of a TX2 on which jetson_clocks has run, in mode MAXN."""
    root = tmp_path / "root"
    for path, text in (
        ("sys/firmware/devicetree/base/compatible", TX2),
        ("sys/firmware/devicetree/base/model", "quill\0"),
        ("etc/nv_tegra_release", "# R32 (release), REVISION: 7.1, GCID: 29818004, BOARD: t186ref"),
        ("etc/nvpmodel.conf", "< POWER_MODEL ID=0 NAME=MAXN >\n< POWER_MODEL ID=1 NAME=MAXQ >\n"),
        ("var/lib/nvpmodel/status", "pmode:0000 fmode:fanNull\n"),
        ("sys/devices/gpu.0/load", "530\n"),
        ("sys/devices/gpu.0/devfreq/17000000.gp10b/min_freq", "1300500000\n"),
        ("sys/devices/gpu.0/devfreq/17000000.gp10b/max_freq", "1300500000\n"),
        ("sys/devices/system/cpu/cpu0/cpufreq/scaling_min_freq", "2035200\n"),
        ("sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq", "2035200\n"),
    ):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    base=st.floats(0, 20000),
    slope=st.floats(-50, 500),
    idle=st.floats(0, 3000),
    gaps=st.lists(st.floats(0.05, 3), min_size=3, max_size=30),
)
def test_energy_under_a_straight_line_is_exact_wherever_the_samples_lie(base, slope, idle, gaps):
    times = [sum(gaps[:place]) for place in range(len(gaps) + 1)]
    milliwatts = [base + slope * when for when in times]
    span = times[-1]
    phases = [Phase("features", 0.1 * span, 0.37 * span, 10), Phase("features", 0.6 * span, 0.61 * span, 6)]
    wanted = sum((one.ended - one.began) * (base + slope * (one.began + one.ended) / 2) / 1000 for one in phases)
    rest = idle / 1000 * sum(one.ended - one.began for one in phases)
    found = energy_of(phases, times, milliwatts, idle, 4)
    assert found is not None
    assert found.joules == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert found.above_idle_j == pytest.approx(wanted - rest, rel=1e-6, abs=1e-9)
    assert found.each_j == pytest.approx((wanted - rest) / 16 * 4, rel=1e-6, abs=1e-9)


def test_energy_is_not_known_where_sampling_did_not_go_on_all_the_while():
    phase = Phase("labels", 1.0, 2.0, 3)
    found = energy_of([phase], [0.0, 3.0], [1000, 1000], None)
    assert found is not None and found.joules == pytest.approx(1.0)
    for times in ([1.1, 3.0], [0.0, 1.9], [0.5], []):
        assert energy_of([phase], times, [1000] * len(times), None) is None
    assert energy_of([], [0.0, 3.0], [1000, 1000], None) is None


def working(seconds, switch, at):
    """A worker's run of one phase; ``switch`` is called before the run of number ``at``, from 0."""
    runs: List[Any] = []

    def run(worker):
        phases: List[Phase] = []
        if len(runs) == at:
            switch()
            time.sleep(0.3)  # until it is seen
        runs.append(worker)
        timed(phases, "features", 8, lambda: time.sleep(seconds))
        return TimedRun({"label_ms": [1.0]}, seconds, phases)

    return run


class Idle:
    """A worker that has nothing to answer but who it is."""

    def call(self, name):
        return {"pid": os.getpid()}, {}


def watched(wanted, root, seconds=0.2, switch=lambda: None, at=0):
    workers = {"legacy": Idle(), "modern": Idle()}
    watching = watch.Watch(wanted, str(root)).start()
    turns = take_turns(workers, working(seconds, switch, at), 1, machine=Machine(str(root)))
    return watching.stop(
        {name: [phase for run in runs for phase in run.phases] for name, runs in turns.runs.items()}, {}
    )


def test_power_at_rest_is_looked_at_first_and_taken_off(tegrastats, board):
    work = tegrastats(line(2000), then=[line(5000, gpu=97, load=60)])
    observed = watched(Wanted("auto", 20, 0.15, None), board, switch=work)
    assert observed.source == "tegrastats" and observed.idle_mw == 2000 and observed.power_of == ("VDD_IN",)
    for side in observed.sides.values():
        spent = side.energy["features"]
        assert spent.seconds >= 0.4 and spent.count == 16
        # legacy's first run may see the step from rest to work; 5 W less 2 W else
        assert 0 < spent.above_idle_j <= 3.0 * spent.seconds * (1 + 1e-9)
    spent = observed.sides["modern"].energy["features"]
    assert spent.above_idle_j == pytest.approx(3.0 * spent.seconds, rel=1e-9)
    assert observed.sides["modern"].summary.gpu_load.peak == 97
    assert observed.failure is None and watch.reasons(observed) == []
    assert observed.cost is not None and json.dumps(sample_as_json(observed), allow_nan=False)


def test_settings_are_read_before_and_after_and_what_moved_is_a_reason(tegrastats, board):
    tegrastats(line())
    watching = watch.Watch(Wanted("tegrastats", 20, 0, None), str(board)).start()
    (board / "var/lib/nvpmodel/status").write_text("pmode:0001 fmode:fanNull\n")
    (board / "sys/devices/gpu.0/devfreq/17000000.gp10b/max_freq").write_text("854400000\n")
    observed = watching.stop({"legacy": []}, {})
    assert observed.before.device == "quill" and observed.before.l4t == "32.7.1"
    assert observed.before.power_mode == PowerMode(0, "MAXN")
    assert watch.reasons(observed) == [
        "the power mode went from MAXN (0) to MAXQ (1)",
        "the limits of the GPU's clock went from 1300 to 1300 to 1300 to 854 MHz",
    ]


def test_a_busy_gpu_that_slows_down_is_a_reason_and_an_idle_one_none(tegrastats, board):
    for gpu, count in ((99, 1), (5, 0)):
        slower = tegrastats(line(gpu=gpu, mhz=1300), then=[line(gpu=gpu, mhz=800)])
        found = watch.reasons(watched(Wanted("auto", 20, 0, None), board, switch=slower, at=4))
        assert len(found) == count
        assert not found or "the GPU's clock fell by" in found[0]


def test_a_pc_tells_load_and_memory_and_no_energy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    observed = watch.Watch(Wanted("proc", 20, 5, None)).start().stop({"legacy": []}, {})
    assert observed.idle_mw is None and observed.idle_seconds == 0 and observed.power_of == ()
    assert not machine_lines.has_gpu_or_power(observed)


@pytest.mark.parametrize("wanted", [None, Wanted("none", 100, 5, None)])
def test_nothing_is_watched_where_that_is_not_wanted(wanted):
    assert watch.watch_of(wanted) is None


def test_what_is_shown(tegrastats, board):
    work = tegrastats(line(2000), then=[line(5000, gpu=97, load=60)])
    observed = watched(Wanted("auto", 20, 0.15, None), board, switch=work)
    lines = machine_lines.lines(observed)
    assert lines[0] == "quill, L4T 32.7.1, MAXN (0), 2.00 W at rest (by tegrastats)"
    assert "modern: GPU 97 %" in lines[2] and "5.00 W" in lines[2] and "J a photo" in lines[2]
    table = machine_lines.table(observed)
    assert {len(row) for row in table.rows} == {3} and not any("PMIC" in row[0] for row in table.rows)
    file = io.StringIO()
    console = Console(file=file, width=80, color_system=None)
    console.print(*screen.section_parts(machine_lines.machine_section(observed), True), sep="\n")
    text = file.getvalue()
    assert "VDD_IN, W" in text and "Energy is above the 2.00 W at rest" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_settings_of_this_machine_are_read_without_harm():
    found = read_settings()
    assert found.power_mode is None or found.power_mode.number >= 0


def test_a_source_that_is_not_here_is_said_before_any_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["parity", "--monitor_interval", "1"]) == 2
    assert "--monitor_interval must be 10 or more" in capsys.readouterr().err


def check_arithmetic(found, watts, rest):
    """The figures of a run under constant power."""
    machine = found["machine"]
    assert machine["source"] == "tegrastats" and machine["idle_mw"] == rest * 1000
    for side in machine["sides"].values():
        assert side["summary"]["power"]["mw"]["mean"] == watts * 1000
        assert set(side["energy"]) == {"features", "labels", "training"}
        for spent in side["energy"].values():
            assert spent["joules"] == pytest.approx(watts * spent["seconds"], rel=1e-9)
            assert spent["above_idle_j"] == pytest.approx((watts - rest) * spent["seconds"], rel=1e-9)
            assert spent["each_j"] == pytest.approx((watts - rest) * spent["seconds"] / spent["count"] * spent["per"])


@pytest.mark.tensorflow
@pytest.mark.interpreters
def test_on_a_tx2s_python_energy_is_what_arithmetic_gives(tegrastats, tiny_task, tx2_python, tmp_path):
    tegrastats(line(5300, gpu=80))
    code, out, err = tiny.parity(
        tiny_task,
        "-v",  # all of it: one screen has less room where the speed is INVALID on a busy machine
        "--rounds",
        "2",
        "--monitor_interval",
        "50",
        "--idle_mw",
        "2000",
        "--json",
        str(tmp_path / "report.json"),
        python=tx2_python,
    )
    assert code == 0, err
    found = json.loads((tmp_path / "report.json").read_text())
    check_arithmetic(found, 5.3, 2.0)
    assert found["machine"]["sides"]["modern"]["energy"]["training"]["per"] == 33
    assert "5.30 W" in out and "J a training run" in out and max(map(len, out.splitlines())) <= 80
