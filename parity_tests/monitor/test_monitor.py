"""`poets monitor` and `poets flush`: sources, sampling without a lost line, sums, the live view, logs."""

import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from rich.console import Console

from parity_tests.fixtures import fake_tegrastats
from parity_tests.fixtures import recorded_lines as recorded
from poets.migrate import cli
from poets.migrate.monitor import command, flush, live, plain
from poets.migrate.monitor.sampler import Sampled, Sampler, summarize
from poets.migrate.monitor.sources import choose, nvidia_smi, proc
from poets.migrate.monitor.sources.choose import SampleSource
from poets.migrate.monitor.sources.log import Recorder
from poets.migrate.monitor.sources.sample import Clock, Core, Memory, Power, Sample, SwapMemory
from poets.migrate.monitor.sources.sysfs import JetsonReader, is_jetson
from poets.migrate.monitor.sources.tegrastats import parse_line
from poets.migrate.monitor.summary import Spread, summarize_samples
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.worker.start import project_root

MEMINFO = (
    "MemTotal:        8038400 kB\nMemFree:         1024000 kB\nBuffers:          102400 kB\n"
    "Cached:          2048000 kB\nSwapCached:            0 kB\nSwapTotal:       4019200 kB\n"
    "SwapFree:        3968000 kB\nSReclaimable:      51200 kB\n"
)

# A TX2 on L4T 32 as its documented layout has it (../shared/facts/tx2.md, 1.4), the Denver cores switched off.
TX2 = {
    "proc/meminfo": MEMINFO,
    "proc/stat": "cpu  400 0 0 1600 0 0 0 0 0 0\n"
    + "".join(f"cpu{core} 100 0 0 400 0 0 0 0 0 0\n" for core in (0, 3, 4, 5))
    + "intr 12\n",
    "sys/firmware/devicetree/base/compatible": "nvidia,quill\0nvidia,tegra186\0",
    "sys/devices/gpu.0/load": "534\n",
    "sys/devices/gpu.0/devfreq/17000000.gp10b/cur_freq": "1300500000\n",
    "sys/kernel/debug/bpmp/debug/clk/emc/rate": "1866000000\n",
    "sys/bus/i2c/drivers/ina3221x/0-0040/iio:device0/rail_name_0": "VDD_SYS_GPU\n",
    "sys/bus/i2c/drivers/ina3221x/0-0040/iio:device0/in_power0_input": "152\n",
    "sys/bus/i2c/drivers/ina3221x/0-0041/iio:device1/rail_name_0": "VDD_IN\n",
    "sys/bus/i2c/drivers/ina3221x/0-0041/iio:device1/in_power0_input": "3056\n",
}
TX2.update({f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq": "2035200\n" for core in range(6)})
for place, (zone, degrees) in enumerate(
    [
        ("BCPU-therm", "37500"),
        ("GPU-therm", "35000"),
        ("Tboard_tegra", "32000"),
        ("PMIC-Die", "100000"),
        ("thermal-fan-est", "36500"),
    ]
):
    TX2[f"sys/devices/virtual/thermal/thermal_zone{place}/type"] = zone + "\n"
    TX2[f"sys/devices/virtual/thermal/thermal_zone{place}/temp"] = degrees + "\n"


def plant(root, tree):
    """Write files under ``root`` (pathlib.Path); gives its path (str)."""
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return str(root)


def powered(*milliwatts, **options):
    """Samples of one rail, None for one that does not tell it."""
    rail = options.get("rail", "VDD_IN")
    return [Sample(power_mw={} if one is None else {rail: Power(one)}) for one in milliwatts]


@pytest.fixture()
def jetson(tmp_path, monkeypatch):
    """A function that makes a fake tegrastats of lines the one on the PATH."""

    def make(lines, end="loop"):
        path = fake_tegrastats.install(tmp_path / "bin", lines, end)
        monkeypatch.setenv("PATH", str(tmp_path / "bin") + os.pathsep + os.environ["PATH"])
        return path

    return make


class TestReadings:
    def test_a_tx2_without_tegrastats(self, tmp_path):
        reader = JetsonReader(plant(tmp_path, TX2))
        busier = TX2["proc/stat"].replace("cpu3 100 0 0 400", "cpu3 125 0 0 475")
        plant(tmp_path, {"proc/stat": busier.replace("cpu0 100 0 0", "cpu0 190 0 10")})
        sample = reader.read()
        assert sample.gpu == Clock(53.4, (1300.5,)) and sample.emc == Clock(None, (1866.0,))
        assert sample.cpu == (
            Core(100.0, 2035.2),
            Core(),
            Core(),
            Core(25.0, 2035.2),
            Core(None, 2035.2),
            Core(None, 2035.2),
        )
        assert sample.ram_mb == Memory(4700, 7850) and sample.swap_mb == SwapMemory(50, 3925, 0)
        assert sample.temperature_c == {"BCPU": 37.5, "GPU": 35, "Tboard": 32, "PMIC": 100, "thermal": 36.5}
        assert sample.warmest == ("BCPU", 37.5)
        assert sample.power_mw == {"VDD_SYS_GPU": Power(152), "VDD_IN": Power(3056)}

    @pytest.mark.parametrize("gone", sorted(TX2))
    def test_a_file_that_is_missing_or_broken_is_unknown_and_nothing_else(self, gone, tmp_path):
        whole = JetsonReader(plant(tmp_path / "whole", TX2)).read()
        without = JetsonReader(plant(tmp_path / "without", {path: TX2[path] for path in TX2 if path != gone})).read()
        broken = JetsonReader(plant(tmp_path / "broken", dict(TX2, **{gone: "\n"}))).read()
        for sample in (without, broken):
            differing = [name for name, one, other in zip(Sample._fields, whole, sample) if one != other]
            assert len(differing) <= (2 if gone == "proc/meminfo" else 1)

    def test_the_other_path_of_the_gpu_and_rails_by_name(self, tmp_path):
        tree = {
            path.replace("devices/gpu.0", "devices/17000000.gp10b").replace("device1", "device3"): text
            for path, text in TX2.items()
        }
        sample = JetsonReader(plant(tmp_path, tree)).read()
        assert sample.gpu == Clock(53.4, (1300.5,)) and sample.power_mw["VDD_IN"] == Power(3056)

    def test_a_jetson_is_told_by_its_device_tree_or_its_gpu(self, tmp_path):
        assert is_jetson(plant(tmp_path / "whole", TX2))
        assert is_jetson(plant(tmp_path / "gpu", {"sys/devices/gpu.0/load": "0\n"}))
        assert not is_jetson(plant(tmp_path / "pc", {"proc/meminfo": MEMINFO}))

    def test_a_machine_that_tells_nothing(self, tmp_path):
        assert JetsonReader(str(tmp_path)).read() == Sample()

    def test_a_counter_that_went_back_tells_no_load(self, tmp_path):
        reader = proc.ProcReader(plant(tmp_path, {"proc/stat": "cpu0 100 0 0 400 0 0 0 0\n"}))
        plant(tmp_path, {"proc/stat": "cpu0 90 0 0 500 0 0 0 0\n"})
        assert reader.read().cpu == (Core(),)

    def test_this_machine(self):
        sample = proc.ProcReader().read()
        assert len(sample.cpu) >= 1 and 0 < sample.ram_mb.used < sample.ram_mb.total


# Columns and units as nvidia-smi's manual has them. Load and memory are from public logs of a V100 (2020), an H100
# (2026) and a Jetson Orin on JetPack 6.2.1, whose nvidia-smi tells nothing; clocks, and the V100's temperature and
# power, are made up.
HEAD = (
    "timestamp, utilization.gpu [%], utilization.memory [%], memory.used [MiB], memory.total [MiB], "
    "clocks.current.sm [MHz], clocks.current.memory [MHz], temperature.gpu, power.draw [W]"
)
V100 = "2020/11/12 13:48:16.415, 99 %, 90 %, 30994 MiB, 32480 MiB, 1530 MHz, 877 MHz, 61, 250.31 W"
H100 = "2026/07/31 03:11:59.000, 0 %, 0 %, 0 MiB, 81559 MiB, 345 MHz, 2619 MHz, 29, [N/A]"
ORIN = "[N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [Not Supported]"


class TestNvidiaSmi:
    def test_a_row_is_read_by_the_names_in_the_first(self):
        rows = nvidia_smi.Rows()
        assert rows.parse(HEAD) is None
        sample = rows.parse(V100)
        assert sample.gpu == Clock(99, (1530,)) and sample.emc == Clock(90, (877,))
        assert sample.gpu_memory_mb == Memory(30994, 32480) and sample.temperature_c == {"GPU": 61}
        assert sample.power_mw == {"GPU": Power(250310)} and sample.time.isoformat() == "2020-11-12T13:48:16.415000"

    def test_the_order_of_the_columns_does_not_matter(self):
        rows, turned = nvidia_smi.Rows(), nvidia_smi.Rows()
        rows.parse(HEAD)
        words, names = V100.split(", "), HEAD.split(", ")
        turned.parse(", ".join([names[0]] + names[:0:-1]))
        assert turned.parse(", ".join([words[0]] + words[:0:-1])) == rows.parse(V100)

    def test_what_the_card_does_not_tell_is_unknown(self):
        rows = nvidia_smi.Rows()
        rows.parse(HEAD)
        assert rows.parse(H100).power_mw == {} and rows.parse(H100).gpu == Clock(0, (345,))
        assert rows.parse(ORIN) == Sample()

    @pytest.mark.parametrize("line", ["", "NVIDIA-SMI has failed", V100 + ", 1", V100.rpartition(",")[0]])
    def test_a_line_that_is_no_row_is_none(self, line):
        rows = nvidia_smi.Rows()
        rows.parse(HEAD)
        assert rows.parse(line) is None

    def test_a_row_before_the_names_is_none(self):
        assert nvidia_smi.Rows().parse(V100) is None

    def test_the_first_visible_gpu_is_watched(self, monkeypatch):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
        assert nvidia_smi.command(250)[1::2] == ["--id=2", "--format=csv"]
        assert nvidia_smi.command(250)[-1] == "--loop-ms=250"

    def test_a_row_is_filled_up_with_what_proc_tells(self, tmp_path):
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\necho '{HEAD}'\necho '{V100}'\n")
        program.chmod(0o755)
        with Sampler(
            SampleSource("nvidia-smi", (str(program),), nvidia_smi.Rows().parse, proc.ProcReader().read)
        ) as sampler:
            drain(sampler)
        [reading] = sampler.stop()
        assert reading.sample.gpu.load == 99 and reading.sample.ram_mb and reading.sample.cpu


class TestSource:
    def test_the_best_source_that_is_there_is_taken(self, jetson, tmp_path, monkeypatch):
        monkeypatch.setattr(choose, "find_tegrastats", lambda: None)
        monkeypatch.setattr(nvidia_smi, "works", lambda: False)
        assert choose.open_source(root=plant(tmp_path / "pc", {"proc/stat": ""})).name == "proc"
        monkeypatch.setattr(nvidia_smi, "works", lambda: True)
        assert choose.open_source(root=str(tmp_path / "pc")).name == "nvidia-smi"
        assert choose.open_source(root=plant(tmp_path / "tx2", TX2)).name == "sysfs"
        monkeypatch.undo()
        path = jetson([recorded.TX2_28])
        assert choose.open_source(interval_ms=200).command == (path, "--interval", "200")

    def test_tegrastats_is_found_where_l4t_has_it(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        assert choose.find_tegrastats() is None
        path = fake_tegrastats.install(tmp_path / "home", [recorded.TX2_28])
        assert choose.find_tegrastats(("/none/tegrastats", path)) == path

    @pytest.mark.parametrize("name", ["tegrastats", "sysfs", "nvidia-smi", "proc", "auto"])
    def test_a_source_that_is_not_there_is_named_with_what_to_do(self, name, tmp_path, monkeypatch):
        monkeypatch.setattr(choose, "find_tegrastats", lambda: None)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BrokenEnvironment, match=f"^--source {name}: "):
            choose.open_source(name, root=str(tmp_path))


def drain(sampler, seconds=60.0):
    """Wait until a sampler's program ended by itself."""
    deadline = time.monotonic() + seconds
    while not sampler.finished and time.monotonic() < deadline:
        sampler.take(0.05)
    assert sampler.finished


def taken(sampler, count, seconds=60.0):
    """Wait until a sampler took that many readings."""
    readings, deadline = [], time.monotonic() + seconds
    while len(readings) < count and time.monotonic() < deadline:
        readings += sampler.take(1.0)
    assert len(readings) >= count


class TestSampler:
    def test_no_line_is_lost_at_10_ms_over_200_lines(self, jetson):
        lines = [f"RAM {number}/7846MB CPU [1%@345]" for number in range(200)]
        jetson(lines, "exit")
        with Sampler(choose.open_source("tegrastats", 10)) as sampler:
            drain(sampler)
        readings = sampler.stop()
        assert [reading.line for reading in readings] == lines
        assert [reading.sample.ram_mb.used for reading in readings] == list(range(200))
        assert readings[-1].seconds - readings[0].seconds >= 1.9
        assert sampler.failure() is None

    def test_half_a_line_is_not_a_reading(self, jetson):
        jetson([recorded.TX2_28] * 3, "partial")
        with Sampler(choose.open_source("tegrastats", 10)) as sampler:
            drain(sampler)
        assert [reading.line for reading in sampler.stop()] == [recorded.TX2_28] * 3
        assert sampler.failure() == "tegrastats was ended by signal 9"

    def test_a_program_that_dies_keeps_its_lines_and_says_why(self, jetson):
        jetson([recorded.TX2_28] * 3, "fail")
        with Sampler(choose.open_source("tegrastats", 10)) as sampler:
            drain(sampler)
        assert len(sampler.stop()) == 3
        assert sampler.failure() == "tegrastats ended with exit code 3: tegrastats: no such device"

    def test_a_program_that_does_not_start_is_named(self):
        with pytest.raises(BrokenEnvironment, match="cannot start /none/tegrastats: No such file"):
            Sampler(SampleSource("tegrastats", ("/none/tegrastats",), parse_line)).start()

    def test_stop_ends_the_program_and_gives_all_readings(self, jetson):
        jetson([recorded.TX2_28])
        sampler = Sampler(choose.open_source("tegrastats", 10)).start()
        taken = sampler.take(60)
        more = sampler.take(60)
        readings = sampler.stop()
        assert taken and more and readings[: len(taken) + len(more)] == taken + more
        assert sampler.stop() == readings and sampler.failure() is None
        assert sampler._program._process.poll() == -signal.SIGTERM

    def test_a_program_that_will_not_end_is_killed(self, jetson, monkeypatch):
        monkeypatch.setattr("poets.migrate.monitor.sources.program.GRACE_S", 0.2)
        jetson([recorded.TX2_28], "hang")
        sampler = Sampler(choose.open_source("tegrastats", 10)).start()
        sampler.take(60)
        assert len(sampler.stop()) == 1
        assert sampler._program._process.poll() == -signal.SIGKILL

    def test_sysfs_is_read_at_its_interval(self, tmp_path):
        read = JetsonReader(plant(tmp_path, TX2)).read
        started = time.monotonic()
        with Sampler(SampleSource("sysfs", read=read), 20) as sampler:
            taken(sampler, 6)
        readings = sampler.stop()
        assert 6 <= len(readings) <= (time.monotonic() - started) / 0.02 + 1
        assert all(reading.line is None and reading.sample.power_mw["VDD_IN"] == Power(3056) for reading in readings)
        assert all(later.seconds - sooner.seconds > 0.001 for sooner, later in zip(readings, readings[1:]))
        assert all(reading.sample.time is not None for reading in readings)

    def test_a_reading_that_fails_is_told(self):
        with Sampler(SampleSource("sysfs", read=lambda: 1 // 0), 10) as sampler:
            drain(sampler)
        assert sampler.stop() == [] and sampler.failure().startswith("sampling sysfs failed: ")

    def test_sampling_takes_less_than_a_hundredth_of_a_core(self, jetson, tmp_path):
        jetson([recorded.ORIN_36])
        for chosen in (
            choose.open_source("tegrastats", 100),
            SampleSource("sysfs", read=JetsonReader(plant(tmp_path / "tx2", TX2)).read),
        ):
            with Sampler(chosen, 100) as sampler:
                taken(sampler, 8)
            sampler.stop()
            cost = sampler.cost()
            assert cost.readings >= 5
            assert cost.thread_s / cost.readings < 0.01 * 0.5  # at half a second, which the judge takes


class TestSummary:
    def test_energy_is_the_area_under_the_power(self):
        summary = summarize_samples(powered(3000, 5000, 5000), [0.0, 1.0, 3.0])
        assert summary.power.energy_j == pytest.approx(4 + 10)
        assert summary.power.mw == Spread(pytest.approx(13000 / 3), 3000, 5000, 3)
        assert summary.seconds == 3 and summary.power_of == ("VDD_IN",)

    def test_idle_power_is_taken_off_and_stated(self):
        readings = [Sampled(seconds, sample) for seconds, sample in zip([10.0, 11.0, 13.0], powered(3000, 5000, 5000))]
        summary = summarize(readings, idle=2000)
        assert summary.energy_above_idle_j == pytest.approx(14 - 2 * 3) and summary.idle_mw == 2000
        assert "8.0 J above the idle power of 2000 mW" in plain.summary_lines(summary)

    @pytest.mark.parametrize(
        "samples, seconds",
        [
            (powered(None, None), [0.0, 1.0]),
            (powered(3000, None, 3000), [0.0, 1.0, 2.0]),
            (powered(3000), [0.0]),
            (powered(3000, 3000), None),
            (powered(3000, 3000), [5.0, 4.0]),
            ([], []),
        ],
    )
    def test_energy_that_cannot_be_known_is_unknown(self, samples, seconds):
        summary = summarize_samples(samples, seconds, 1000)
        assert summary.power is None or summary.power.energy_j is None
        assert summary.energy_above_idle_j is None

    def test_one_spoilt_line_of_many_is_bridged(self):
        milliwatts = [3000.0] * 150
        milliwatts[70] = None
        assert summarize_samples(powered(*milliwatts), list(range(150))).power.energy_j == pytest.approx(3 * 149)
        milliwatts[0] = None
        assert summarize_samples(powered(*milliwatts), list(range(150))).power.energy_j is None

    def test_without_an_input_rail_the_rails_are_added_up(self):
        summary = summarize_samples([parse_line(recorded.XAVIER)] * 2, [0.0, 2.0])
        assert summary.power.mw.mean == 621 + 465 + 1397 + 2053 and len(summary.power_of) == 6
        assert summary.rails["SOC"].energy_j == pytest.approx(2.794)
        assert summary.power.energy_j == pytest.approx(2 * 4.536)

    def test_times_of_the_lines_are_taken_where_they_have_them(self):
        orin = parse_line(recorded.ORIN_39)
        later = orin._replace(time=orin.time.replace(second=38))
        summary = summarize_samples([orin, later])
        assert summary.seconds == 10 and summary.power.energy_j == pytest.approx(139.07)
        assert summarize_samples([orin, orin]).seconds is None  # several in one second: their distance is not told

    def test_loads_of_samples_that_tell_them(self):
        samples = [parse_line(line) for line in (recorded.TX2_28, recorded.TX2_NO_ROOT, recorded.TX2_32)]
        summary = summarize_samples(samples)
        assert summary.gpu_load == Spread(26.5, 0, 53, 2) and summary.gpu_mhz == Spread(382, 140, 624, 2)
        assert summary.ram_mb == Spread(pytest.approx(2194), 1652, 2586, 3)
        assert summary.temperature_c["Tboard"] == Spread(pytest.approx(31.333, abs=1e-3), 27, 35, 3)
        assert summary.gpu_memory_mb is None


class TestViews:
    def test_a_line_a_sample(self):
        assert plain.sample_line(parse_line(recorded.TX2_28)) == (
            "GPU 53% 140 MHz  EMC 10% 665 MHz  CPU 0% 806 MHz  RAM 2586/7846 MB  41.0 C (PLL)  3.18 W"
        )
        assert plain.sample_line(Sample()) == "GPU ?% ? MHz  EMC ?% ? MHz  CPU ?% ? MHz  RAM ? MB  ? C  ? W"

    def test_the_live_view(self):
        samples = [parse_line(line) for line in (recorded.TX2_NO_ROOT, recorded.TX2_28)]
        readings = [Sampled(seconds, sample) for seconds, sample in zip((0.0, 30.0), samples)]
        stream = io.StringIO()
        Console(file=stream, width=80, color_system=None).print(live.table("tegrastats", readings))
        lines = [line.rstrip() for line in stream.getvalue().splitlines()]
        columns = [
            ("GPU", "53% 140 MHz", " " * 29 + "▅"),
            ("EMC", "10% 665 MHz", " " * 29 + "▁"),
            ("CPU", "0% 806 MHz", " " * 14 + "▁" + " " * 14 + "▁"),
            ("", "0 0 0 0 0 0", ""),
            ("RAM", "2586/7846 MB", " " * 14 + "▂" + " " * 14 + "▃"),
            ("warmest", "41.0 C (PLL)", " " * 14 + "▃" + " " * 14 + "▄"),
            ("power", "3.18 W", " " * 14 + "▇" + " " * 14 + "█"),
        ]
        columns += [("", f"{name} {rail.now:.0f} mW", "") for name, rail in samples[1].power_mw.items()]
        assert lines == ["tegrastats                  last minute"] + [
            ("%-12s%-16s%s" % row).rstrip() for row in columns
        ]

    def test_a_sparkline_is_blank_where_nothing_is_known(self):
        series = [(0.0, 50.0), (30.0, None), (58.0, 0.0), (60.0, 100.0)]
        assert live.sparkline(series, 100) == " " * 28 + "▁█"
        assert live.sparkline(series[:2], 100, live.ASCII_BLOCKS) == " " * 14 + "+" + " " * 15
        assert live.sparkline([], 100) == "" and live.sparkline([(0.0, 0.0)], None)[-1] == "▁"


class TestLogs:
    def test_a_log_becomes_a_list_of_one_object_a_line(self, tmp_path, capsys):
        log = tmp_path / "log"
        log.write_text(f"# a comment\n\n{recorded.TX2_28}\n   \n{recorded.TX2_NO_ROOT}\n")
        assert cli.main(["monitor", "--parse", str(log), "--json", "-"]) == 0
        captured = capsys.readouterr()
        first, second = json.loads(captured.out)
        assert first["gpu"] == {"load": 53, "mhz": [140]} and second["gpu"] is None and captured.err == ""
        assert first["power_mw"]["VDD_IN"] == {"now": 3177, "average": 3177, "peak": None}

    @pytest.mark.shared
    def test_all_sample_lines(self, shared_data, capsys):
        path = str(shared_data / "tegrastats" / "samples.txt")
        assert cli.main(["monitor", "--parse", path, "--json", "-"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert len(found) == 50 and all(one["unknown"] == [] for one in found)

    @pytest.mark.parametrize("content", ["", "# nothing but words\n", "hello\nworld 12\n", "\0\1\2\n"])
    def test_a_file_without_a_line_of_tegrastats_is_one_clear_line(self, content, tmp_path, capsys):
        log = tmp_path / "log"
        log.write_text(content)
        assert cli.main(["monitor", "--parse", str(log), "--json", "-"]) == 2
        captured = capsys.readouterr()
        assert captured.err == f"error: --parse: {log} holds no line of tegrastats\n" and captured.out == ""

    def test_other_lines_and_a_missing_end_are_told(self, tmp_path, capsys):
        log = tmp_path / "log"
        log.write_text(f"{recorded.TX2_28}\nstarting up\n{recorded.TX2_28}")
        assert cli.main(["monitor", "--parse", str(log), "--json", "-"]) == 0
        captured = capsys.readouterr()
        assert len(json.loads(captured.out)) == 2
        assert captured.err == (
            "warning: {0}: 1 of 3 lines are not tegrastats', the first is line 2\n"
            "warning: {0}: its last line has no end and may be cut short\n"
        ).format(log)

    def test_the_interval_gives_the_energy_of_lines_without_times(self, tmp_path, capsys):
        log = tmp_path / "log"
        log.write_text((recorded.TX2_28 + "\n") * 11)
        flags = ["monitor", "--parse", str(log), "--summary", "--json", "-"]
        assert cli.main(flags) == 0
        assert json.loads(capsys.readouterr().out)["power"]["energy_j"] is None
        assert cli.main(flags + ["--interval", "500", "--idle_mw", "1177"]) == 0
        summary = json.loads(capsys.readouterr().out)
        assert summary["power"]["energy_j"] == pytest.approx(3.177 * 5)
        assert summary["energy_above_idle_j"] == pytest.approx(2 * 5)

    def test_a_recording_starts_on_a_line_of_its_own(self, tmp_path):
        path = tmp_path / "recording"
        path.write_text("a whole line\nhalf a li")
        recorder = Recorder(str(path))
        recorder.write("one")
        assert path.read_text() == "a whole line\nhalf a li\none\n"  # before it is closed
        recorder.close()

    def test_a_recording_that_cannot_be_written_is_named(self, tmp_path):
        with pytest.raises(BadInput, match="--record: cannot write"):
            Recorder(str(tmp_path))
        recorder = Recorder("/dev/full")
        with pytest.raises(BadInput, match="No space left"):
            recorder.write("one")
        recorder.close()


@pytest.mark.parametrize(
    "argv, expected",
    [
        (["--parse", "/none/log"], "--parse: /none/log: No such file"),
        (["--parse", "log", "--record", "other"], "--record and --source do not go with it"),
        (["--interval", "1"], "--interval: 1 is below 10"),
        (["--samples", "0"], "--samples: 0 is below 1"),
        (["--source", "guess"], "argument --source: invalid choice"),
        (["--json", "/proc/none/samples.json"], "--json: cannot write"),
        (["--record", "/none/log", "--source", "proc"], "--record: cannot write /none/log"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(argv, expected, capsys):
    try:
        code = command.main(argv)
    except SystemExit as ending:
        code = ending.code
    captured = capsys.readouterr()
    assert code == 2 and expected in captured.err and captured.err.count("\n") == 1


class TestWatching:
    def test_samples_are_shown_as_lines_and_recorded_as_they_came(self, jetson, tmp_path, capsys):
        jetson([recorded.TX2_28, recorded.TX2_NO_ROOT])
        path = tmp_path / "recording"
        assert cli.main(["monitor", "--interval", "10", "--samples", "3", "--record", str(path), "-v"]) == 0
        assert path.read_text().splitlines() == [recorded.TX2_28, recorded.TX2_NO_ROOT, recorded.TX2_28]
        captured = capsys.readouterr()
        assert captured.out.splitlines()[0].endswith("41.0 C (PLL)  3.18 W") and "3 samples in" in captured.out
        assert captured.err.startswith("sampling took ")

    def test_samples_of_another_source_are_recorded_as_such_lines(self, tmp_path, capsys):
        path = str(tmp_path / "recording")
        assert (
            cli.main(
                ["monitor", "--source", "proc", "--interval", "20", "--samples", "2", "--record", path, "--json", "-"]
            )
            == 0
        )
        live_samples = json.loads(capsys.readouterr().out)
        assert cli.main(["monitor", "--parse", path, "--json", "-"]) == 0
        logged = json.loads(capsys.readouterr().out)
        assert [one["ram_mb"] for one in logged] == [one["ram_mb"] for one in live_samples]
        assert [one["cpu"] for one in logged] == [one["cpu"] for one in live_samples]

    def test_a_program_that_dies_is_told_after_the_summary(self, jetson, capsys):
        jetson([recorded.TX2_28] * 2, "fail")
        assert cli.main(["monitor", "--interval", "10"]) == 3
        captured = capsys.readouterr()
        assert "2 samples in" in captured.out
        assert captured.err == "error: tegrastats ended with exit code 3: tegrastats: no such device\n"

    def test_a_program_that_ends_too_soon_is_told(self, jetson, capsys):
        jetson([recorded.TX2_28] * 2, "exit")
        assert cli.main(["monitor", "--interval", "10", "--samples", "5", "--quiet"]) == 0
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err == "warning: tegrastats ended by itself after 2 samples\n"

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_ctrl_c_ends_it_with_the_summary_and_whole_lines(self, number, jetson, tmp_path):
        lines = [f"RAM {line}/7846MB CPU [1%@345]" for line in range(1000)]
        jetson(lines)
        path = tmp_path / "recording"
        run = subprocess.Popen(
            [sys.executable, "-m", "poets", "monitor", "--interval", "10", "--record", str(path)],
            env=dict(os.environ, PYTHONPATH=project_root()),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        deadline = time.monotonic() + 60
        while not (path.exists() and path.stat().st_size > 500) and time.monotonic() < deadline:
            time.sleep(0.02)
        run.send_signal(number)
        out, err = run.communicate(timeout=30)
        assert run.returncode == 0 and err == ""
        written = path.read_text()
        assert written.endswith("\n") and written.splitlines() == lines[: len(written.splitlines())]
        assert f"{len(written.splitlines())} samples in" in out

    def test_killed_it_leaves_whole_lines_and_no_program(self, jetson, tmp_path):
        jetson([f"RAM {line}/7846MB CPU [1%@345]" for line in range(1000)])
        path = tmp_path / "recording"
        run = subprocess.Popen(
            [sys.executable, "-m", "poets", "monitor", "--interval", "10", "--record", str(path)],
            env=dict(os.environ, PYTHONPATH=project_root()),
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not (path.exists() and path.stat().st_size > 500) and time.monotonic() < deadline:
            time.sleep(0.02)
        run.kill()
        run.wait()
        assert path.read_text().endswith("]\n")
        while running(str(tmp_path)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not running(str(tmp_path))


def running(word):
    """Whether a process has ``word`` in its command line."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if word.encode() in file.read():
                    return True
        except OSError:
            pass
    return False


def test_monitoring_imports_neither_tensorflow_nor_numpy_nor_rich():
    program = (
        "import sys, poets.migrate.monitor.sampler, poets.migrate.monitor.sources.log, poets.migrate.monitor.plain; "
        "sys.exit(len({'tensorflow', 'numpy', 'rich'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=project_root(), timeout=60).returncode == 0


class TestFlush:
    """Every test gives a path of its own: no cache of this machine is dropped."""

    @pytest.fixture()
    def kernel(self, tmp_path, monkeypatch):
        """Paths of a pretended drop_caches and meminfo, and the list of what was done in what order."""
        caches, memory, done = tmp_path / "drop_caches", tmp_path / "meminfo", []
        caches.write_text("0\n")
        memory.write_text(MEMINFO)

        def write(path, what):
            done.append(what)
            memory.write_text(MEMINFO.replace("1024000", "3072000"))

        monkeypatch.setattr(os, "sync", lambda: done.append("sync"))
        monkeypatch.setattr(flush, "_write", write)
        return str(caches), str(memory), done

    def test_dirty_pages_go_to_disk_before_the_caches_are_dropped(self, kernel):
        caches, memory, done = kernel
        flushed = flush.flush(caches, memory)
        assert done == ["sync", 1, 2, 3]
        assert flushed == (1000, 3000) and flushed.freed_mb == 2000

    def test_it_says_how_much_it_freed(self, kernel, capsys):
        caches, memory, _ = kernel
        flags = flush.argparse.Namespace(json=None, quiet=False, verbose=False)
        assert flush.run(flags, caches, memory) == 0
        assert capsys.readouterr().out == "dropped the page cache: 2000 MB freed, 3000 MB are free\n"
        flags.json = "-"
        assert flush.run(flags, caches, memory) == 0
        assert json.loads(capsys.readouterr().out) == {"free_before_mb": 3000, "free_after_mb": 3000, "freed_mb": 0}

    def test_each_number_is_written_at_the_start_of_the_file(self, tmp_path, monkeypatch):
        caches = tmp_path / "drop_caches"
        caches.write_text("0\n")
        monkeypatch.setattr(os, "sync", lambda: None)
        assert flush.flush(str(caches), "/none/meminfo") == (None, None)
        assert caches.read_text() == "3\n"

    @pytest.mark.parametrize("refused", ["at once", "later"])
    def test_who_is_not_root_is_told_what_to_type(self, refused, kernel, monkeypatch, capsys):
        caches, memory, done = kernel

        def refuse(path, what):
            raise PermissionError(13, "Permission denied")

        if refused == "at once":
            monkeypatch.setattr(os, "access", lambda path, mode: False)
        monkeypatch.setattr(flush, "_write", refuse)
        monkeypatch.setattr(flush, "DROP_CACHES", caches)
        monkeypatch.setattr(flush, "MEMINFO", memory)
        assert cli.main(["flush"]) == 3
        err = capsys.readouterr().err
        assert err.endswith("type: sync; echo 3 | sudo tee /proc/sys/vm/drop_caches\n") and err.count("\n") == 1
        assert done == ([] if refused == "at once" else ["sync"])
