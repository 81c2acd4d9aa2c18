"""A machine of files, on which the judge runs with two workers."""

import pytest

from parity_tests.fixtures.machines.planted import write

STAT = "%d (%s) S %d 1 1 0 -1 0 0 0 0 0 %d %d %d %d 20 0 1 0 5 0 0\n"  # pid, name, parent, and four times


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
