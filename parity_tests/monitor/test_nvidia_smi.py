"""The rows of nvidia-smi, and what /proc adds to them."""

import pytest

from parity_tests.fixtures.machines.sampling import drain
from poets.migrate.monitor.sampler import Sampler
from poets.migrate.monitor.sources import nvidia_smi, proc
from poets.migrate.monitor.sources.choose import SampleSource
from poets.migrate.monitor.sources.sample import Clock, Memory, Power, Sample

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
        assert sample is not None and sample.time is not None
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
        sample = rows.parse(H100)
        assert sample is not None and sample.power_mw == {} and sample.gpu == Clock(0, (345,))
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
        assert reading.sample.gpu and reading.sample.gpu.load == 99 and reading.sample.ram_mb and reading.sample.cpu
