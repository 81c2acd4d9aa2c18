"""The parser of tegrastats on every generation's lines, by values checked by hand."""

import datetime
import json
import re

import pytest

from parity_tests.fixtures.machines import recorded_lines as recorded
from parity_tests.fixtures.machines.sample_numbers import numbers_of
from poets.migrate.monitor.sources.sample import (
    Clock,
    Core,
    FreeBlocks,
    InternalRam,
    Memory,
    Mts,
    Power,
    Sample,
    SwapMemory,
    sample_as_json,
)
from poets.migrate.monitor.sources.tegrastats import parse_line
from poets.migrate.monitor.sources.tegrastats_format import format_line

# Checked by eye against the lines of ../shared/data/tegrastats/samples.txt, in their order: RAM, swap, cores on of all,
# first core (load@MHz), GPU, EMC, number of sensors and the last of them, number of rails and the last of them.
# "-" is a field that the line does not have, "?" what such a field does not tell, "None" a sensor that is off.
TABLE = """
2586/7846    -           6/6   0@960   53@140           10@665  8 thermal=40.2    6 VDD_DDR=575/575
2586/7846    -           6/6   49@806  46@140           10@665  8 thermal=40.2    6 VDD_DDR=575/575
1004/7852    -           6/6   0@350   0@114            17@40   8 Tdiode=30.5     6 VDD_SYS_DDR=134/134
1004/7852    -           6/6   0@346   0@114            17@40   8 Tdiode=30.5     6 VDD_SYS_DDR=134/127
2344/7852    0/3926      4/6   1@345   0@624            4@1600  8 Tdiode=34.25    6 VDD_SYS_DDR=883/883
3276/7859    1626/12122  6/6   44@1421 0@114            1@1866  8 Tdiode=39.25    6 VDD_SYS_DDR=1241/1241
1873/3830    -           6/6   8@2016  0@114            0@1600  8 Tdiode=37       5 VDD_SYS_DDR=727/758
2220/7860    440/3930    6/6   0@345   0@?              0@?     8 Tdiode=40       6 VDD_SYS_DDR=250/259
1404/7860    0/3930      6/6   0@345   0@?              0@?     8 Tdiode=31.5     6 VDD_SYS_DDR=173/173
1652/7854    -           6/6   1@2035  -                -       8 thermal=30.1    6 VDD_DDR=828/828
2235/7854    -           4/6   9@2035  0@140            2@1600  8 thermal=39      6 VDD_DDR=887/917
2135/7855    -           6/6   2@2035  0@1300           1@1866  8 thermal=29.4    6 VDD_DDR=1248/1375
4923/7850    -           6/6   33@2034 22@1300          14@1600 9 thermal=52.1    6 VDD_DDR=1148/1198
4722/7844    -           6/6   55@2035 71@1300          2@1866  9 thermal=46.4    6 VDD_DDR=2702/2702
977/7846     -           6/6   85@2035 0@1300           2@1866  8 thermal=37.3    6 VDD_DDR=1318/1308
2417/6660    -           6/6   1@1996  -                -       0                 0
2440/6660    -           6/6   0@1994  5@1275           0@1600  0                 0
1179/3983    -           4/4   1@102   0@76             7@408   8 thermal=38.5    3 VDD_GPU=19/19
277/3854     0/0         4/4   1@102   0@76             1@408   0                 0
748/3854     0/0         4/4   71@1912 83@921           23@1600 0                 0
3691/3983    2780/8192   4/4   1@1734  0@998            0@1600  0                 0
2350/3983    -           4/4   40@1734 0@76             55@1600 0                 0
714/1876     0/2048      4/4   25@2218 0@252            3@924   0                 0
534/3964     5/1982      4/4   16@204  0@76             0@204   6 thermal=36.25   3 POM_5V_CPU=204/204
1923/3964    191/1982    4/4   5@1224  0@76             0@1600  6 thermal=40      3 POM_5V_CPU=366/406
1446/3957    -           4/4   17@1428 0@76             2@1600  6 thermal=22.25   3 POM_5V_CPU=943/206
1180/3965    149/1024    4/4   30@1036 0@76             10@1600 6 thermal=59.75   3 POM_5V_CPU=1078/1205
957/3964     0/1982      4/4   11@102  0@76             1@204   6 thermal=22.5    3 POM_5V_CPU=124/113
721/31927    0/15963     4/8   2@1190  0@318            0@665   8 Tboard=37       6 SYS5V=1482/1482
1736/15827   -           4/8   1@1160  0@114            0@665   9 PMIC=100        6 SYS5V=1854/1854
1733/15827   -           4/8   1@1190  4@?              0@?     9 PMIC=100        6 SYS5V=2053/2053
14700/15692  898/8192    8/8   0@1190  0@?              0@?     8 PMIC=100        6 SYS5V=3306/3306
4412/7772    139/3886    6/6   9@1190  62@306           10@1600 6 thermal=42.55   3 VDD_SOC=1353/1353
5246/7771    983/20269   6/6   47@1420 0@1109           2@1600  6 thermal=31.35   3 VDD_SOC=1074/1051
2130/7774    0/3887      6/6   11@1190 0@?              0@?     6 thermal=31.95   0
2387/7774    0/3887      6/6   14@1190 0@114            1@1600  6 thermal=31.95   3 VDD_SOC=1107/1115
3168/6851    161/3426    6/6   23@1397 0@114            2@204   6 PMIC=50         3 VDD_SOC=650/711
6334/15388   491/7694    4/8   6@729   0@611            0@2133  9 CV2=45.75       3 VDD_SOC=1424/1424
29114/30697  4915/15348  12/12 3@729   0@305/305        1@2133  6 soc1=48.968     3 VIN_SYS_5V0=4767/4767
2448/62840   0/31420     12/12 0@2201  0@?              -       6 soc1=37.937     3 VIN_SYS_5V0=4442/4442
1282/62795   0/31398     12/12 0@729   0@0              0@2133  11 CV2=None       6 NC#2=0/0
1205/30623   0/15311     12/12 0@729   0@114            0@204   9 CV2=None        6 NC#2=0/0
4321/62801   19/31400    12/12 0@729   0@0/0            0@2133  11 CV2=None       6 NC#2=0/0
1438/30622   0/15311     8/8   2@729   0@?              0@?     11 CV2=None       0
6982/7620    2640/16384  6/6   97@1984 84@713           18@3199 9 cv2=60.875      3 VDD_SOC=3923/3515
20642/62817  -           12/12 23@2201 12@1300/1300     3@3199  4 gpu=47.625      3 VIN_SYS_5V0=5500/5500/5500
3429/125749  -           2/3   0@2601  ?@1574/1574/1574 ?@4266  3 gpu=51.218      2 VIN=28906/14453/28906
2594/3483    366/4096    4/4   9@306   2@?              -       11 Tboard=39      0
264/28409    -           8/8   0@1817  0@1109           ?@2133  6 tj=41           0
4722/7844    149/1024    6/6   55@2035 71@1300          2@1866  9 thermal=46.4    6 VDD_DDR=2702/2702
"""


def row_of(sample):
    """A sample as a row of `TABLE`."""

    def amount(memory):
        return "%d/%d" % memory[:2] if memory else "-"

    def clocked(clock):
        if clock is None:
            return "-"
        return "%s@%s" % (
            "?" if clock.load is None else f"{int(clock.load)}",
            "/".join(f"{mhz:g}" for mhz in clock.mhz) or "?",
        )

    def last(values):
        return "%d %s=%s" % ((len(values),) + list(values.items())[-1]) if values else "0"

    rails = {
        name: "/".join(f"{value:g}" for value in power if value is not None) for name, power in sample.power_mw.items()
    }
    cores = "%d/%d" % (sum(core != Core() for core in sample.cpu), len(sample.cpu))
    return " ".join(
        [
            amount(sample.ram_mb),
            amount(sample.swap_mb),
            cores,
            "%d@%d" % sample.cpu[0],
            clocked(sample.gpu),
            clocked(sample.emc),
            last(sample.temperature_c),
            last(rails),
        ]
    )


def numbers_in(line):
    """All numbers of a line but those in names, its time and free blocks' size; a common clock once for each core."""
    line = re.sub(r"\[[0-9-]+ [0-9:]+\] :|^[0-9-]+ [0-9:]+ ", "", line)
    line = re.sub(
        r"\[([^\]]*)\]@([0-9]+)",
        lambda found: " ".join(
            load if load == "off" else f"{load} @{found.group(2)}" for load in found.group(1).split(",")
        ),
        line,
    )
    return [float(text) for text in re.findall(r"(?<![A-Za-z0-9_.])-?[0-9]+(?:\.[0-9]+)?", line)]


def check_nothing_lost_or_made_up(line):
    sample = parse_line(line)
    assert sample.unknown == ()
    assert sorted(numbers_of(sample)) == sorted(numbers_in(line))
    assert parse_line(format_line(sample)) == sample
    json.dumps(sample_as_json(sample), allow_nan=False)


@pytest.mark.shared
def test_every_sample_line_says_what_the_table_says(shared_data):
    lines = (shared_data / "tegrastats" / "samples.txt").read_text().splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    rows = [" ".join(row.split()) for row in TABLE.strip().splitlines()]
    assert len(lines) == len(rows) == 50
    assert [row_of(parse_line(line)) for line in lines] == rows
    for line in lines:
        check_nothing_lost_or_made_up(line)


@pytest.mark.parametrize("line", recorded.ALL)
def test_every_number_of_a_line_is_read_once(line):
    check_nothing_lost_or_made_up(line)


def test_a_tx2_as_root():
    assert parse_line(recorded.TX2_28) == Sample(
        ram_mb=Memory(2586, 7846),
        lfb=FreeBlocks(1, 1024),
        cpu=(Core(0, 960), Core(0, 499), Core(0, 499), Core(0, 959), Core(0, 960), Core(0, 960)),
        gpu=Clock(53, (140,)),
        emc=Clock(10, (665,)),
        engines={"APE": Clock(None, (150,))},
        mts=Mts(0, 0),
        temperature_c={
            "BCPU": 41,
            "MCPU": 41,
            "GPU": 39,
            "PLL": 41,
            "Tboard": 35,
            "Tdiode": 37.75,
            "PMIC": 100,
            "thermal": 40.2,
        },
        power_mw={
            "VDD_IN": Power(3177, 3177),
            "VDD_CPU": Power(536, 536),
            "VDD_GPU": Power(383, 383),
            "VDD_SOC": Power(536, 536),
            "VDD_WIFI": Power(0, 0),
            "VDD_DDR": Power(575, 575),
        },
    )


def test_a_tx2_not_as_root_tells_nothing_of_its_gpu():
    sample = parse_line(recorded.TX2_NO_ROOT)
    assert sample.gpu is None and sample.emc is None and sample.engines == {} and sample.mts is None
    assert sample_as_json(sample)["gpu"] is None and sample.power_mw["VDD_WIFI"] == Power(0, 10)


def test_cores_that_are_off_are_neither_busy_nor_idle():
    sample = parse_line(recorded.TX2_32)
    assert sample.cpu[:3] == (Core(1, 345), Core(), Core()) and sample.cpu_load == 1.0 and sample.cpu_mhz == 345
    assert sample.swap_mb == SwapMemory(0, 3926, 0) and sample.lfb == FreeBlocks(1154, 4096)


def test_a_tx1_has_one_clock_for_all_cores():
    sample = parse_line(recorded.TX1_24)
    assert sample.cpu == (Core(71, 1912), Core(26, 1912), Core(32, 1912), Core(20, 1912))
    assert sample.engines == {"AVP": Clock(41, (12,)), "VDE": Clock(None, (0,))} and sample.edp_limit == 1912
    assert sample.gpu == Clock(83, (921,)) and sample.temperature_c == {} and sample.power_mw == {}


def test_a_nano_has_internal_ram_and_video_engines():
    sample = parse_line(recorded.NANO)
    assert sample.iram_kb == InternalRam(0, 252, 252)
    assert sample.engines == {"NVENC": Clock(None, (716,)), "NVDEC": Clock(None, (716,)), "APE": Clock(None, (25,))}


def test_a_xaviers_rails_are_not_its_sensors_of_the_same_name():
    sample = parse_line(recorded.XAVIER)
    assert sample.temperature_c["GPU"] == 26.5 and sample.power_mw["GPU"] == Power(621, 621)
    assert sample.temperature_c["CPU"] == 26.5 and sample.power_mw["CPU"] == Power(465, 465)
    assert sample.gpu == Clock(4) and sample.emc == Clock(0)  # as not root: no clocks


def test_an_orin_tells_its_time_and_sensors_that_are_off():
    sample = parse_line(recorded.ORIN_35)
    assert sample.time == datetime.datetime(2023, 4, 24, 0, 1, 24)
    assert [name for name, degrees in sample.temperature_c.items() if degrees is None] == ["CV0", "CV1", "GPU", "CV2"]
    assert sample.warmest == ("tj", 42.593)
    assert sample.power_mw["NC"] == sample.power_mw["NC#2"] == Power(0, 0)
    assert sample.engines["GR3D2"] == Clock(0, (0,))


def test_ragged_spaces_and_engines_that_are_off():
    sample = parse_line(recorded.ORIN_36)
    assert sample.gpu == Clock(0, (305, 305)) and sample.power_mw["VIN_SYS_5V0"] == Power(4767, 4767)
    assert {name for name, clock in sample.engines.items() if clock == Clock()} == {
        "NVENC",
        "NVDEC",
        "NVJPG",
        "NVJPG1",
        "VIC",
        "OFA",
        "NVDLA0",
        "NVDLA1",
        "PVA0",
    }


def test_power_and_temperature_with_their_peaks():
    sample = parse_line(recorded.THOR)
    assert sample.power_mw["VIN"] == Power(28906, 14453, 28906) and sample.temperature_peak_c["tj"] == 51.218
    assert sample.gpu == Clock(None, (1574, 1574, 1574)) and sample.cpu == (Core(0, 2601), Core(5, 2601), Core())


def test_a_date_put_before_the_line_is_its_time():
    sample = parse_line("[2018-08-23 16:30:36] : " + recorded.TX2_28)
    assert sample == parse_line(recorded.TX2_28)._replace(time=datetime.datetime(2018, 8, 23, 16, 30, 36))


@pytest.mark.parametrize(
    "line, unknown",
    [
        ("RAM 2586/7846MB FROBNICATOR 12 APE 150", ("FROBNICATOR", "12")),
        ("RAM 2586/7846MB (lfb 1x1MB", ("(lfb", "1x1MB")),
        ("RAM 2586/7846", ("RAM", "2586/7846")),
        ("CPU [0%@960,1x%@499] EMC_FREQ 0%", ("CPU", "[0%@960,1x%@499]")),
        ("GR3D_FREQ 530%@140 APE 150", ("GR3D_FREQ", "530%@140")),
        ("APE 150 APE 151", ("APE", "151")),
        ("13-45-2023 00:01:24 APE 150", ("13-45-2023", "00:01:24")),
        ("VDD_IN 3177 VDD_CPU 536/536", ("VDD_IN", "3177")),
        ("cpu 10%@20", ("cpu", "10%@20")),
        ("APE " + "9" * 5000, ("APE", "9" * 5000)),
        ("APE \u0661\u0665\u0660", ("APE", "\u0661\u0665\u0660")),
    ],
)
def test_what_is_not_quite_a_field_is_kept_as_unknown(line, unknown):
    assert parse_line(line).unknown == unknown


def test_an_empty_line_tells_nothing():
    assert parse_line(" \n") == Sample() and not parse_line("07-09-2024 13:31:31 nothing").known
