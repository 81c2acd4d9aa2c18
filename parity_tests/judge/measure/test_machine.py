"""judge.measure.machine: what /proc and /sys tell of the load, the clock and our own processes."""

import os

import pytest

from parity_tests.fixtures.machines.planted import write
from poets.migrate.judge.measure import machine
from poets.migrate.judge.measure.machine import Counters, Machine


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
    assert found.own and found.own > 0 and os.getpid() in Machine().tree(os.getpid())
