"""Which source of samples is taken, and what is said where the one asked for is not there."""

import pytest

from parity_tests.fixtures.machines import fake_tegrastats
from parity_tests.fixtures.machines import recorded_lines as recorded
from parity_tests.fixtures.machines.planted import plant
from parity_tests.fixtures.machines.tx2_files import TX2
from poets.migrate.monitor.sources import choose, nvidia_smi
from poets.migrate.task.errors import BrokenEnvironment


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
