"""Sampling without a program: the files of /sys and /proc, of a TX2 and of this machine, some of them missing."""

import pytest

from parity_tests.fixtures.machines.planted import plant
from parity_tests.fixtures.machines.tx2_files import MEMINFO, TX2
from poets.migrate.monitor.sources import proc
from poets.migrate.monitor.sources.sample import Clock, Core, Memory, Power, Sample, SwapMemory
from poets.migrate.monitor.sources.sysfs import JetsonReader, is_jetson


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
        assert sample.ram_mb is not None
        assert len(sample.cpu) >= 1 and 0 < sample.ram_mb.used < sample.ram_mb.total
