"""What is found about a machine, and its cure, from fake trees of files."""

import pytest

from parity_tests.fixtures.machines.doctor_facts import MEMINFO, TX2_TREE
from parity_tests.fixtures.machines.planted import plant
from poets.migrate.doctor import machine, probe


def look_at(root, answer=""):
    """The findings about a machine, by subject."""
    return {one.subject: one for one in machine.examine(root, lambda: answer).findings}


class TestMachine:
    def test_a_tx2_at_its_best(self, tmp_path):
        found = look_at(plant(tmp_path, TX2_TREE))
        assert {one.state for one in found.values()} == {"ok"} and len(found) == 8
        assert found["L4T"].found == "32.7.1 (JetPack 4.6.1)" and found["power mode"].found == "MAXN (0)"
        assert found["tegrastats"].found == "not installed, as in containers; /sys reports GPU load and power"

    @pytest.mark.parametrize(
        "path, text, subject, state, found, cure",
        [
            ("proc/meminfo", MEMINFO.replace("4019200", "0"), "swap", "warning", "none: with 8 GB", "swapon /swapfile"),
            ("proc/meminfo", MEMINFO.replace("6024000", "302400"), "memory", "broken", "alone needs", "ps aux"),
            (
                "proc/meminfo",
                MEMINFO.replace("4024000", "402400"),
                "memory",
                "warning",
                "page cache",
                "sudo poets flush",
            ),
            ("proc/meminfo", "", "memory", "unknown", "does not report it", "free -m"),
            ("proc/meminfo", "", "swap", "unknown", "does not report it", "swapon"),
            (
                "var/lib/nvpmodel/status",
                "pmode:0003",
                "power mode",
                "warning",
                "MAXP_CORE_ARM (3): not the fastest",
                "sudo nvpmodel -m 0",
            ),
            ("var/lib/nvpmodel/status", "", "power mode", "unknown", "does not report it", "sudo nvpmodel -q"),
            (
                "sys/devices/gpu.0/devfreq/17000000.gp10b/min_freq",
                "114750000",
                "clocks",
                "warning",
                "not pinned",
                "sudo jetson_clocks",
            ),
            ("sys/devices/gpu.0/load", "", "tegrastats", "warning", "does not report GPU load", "docker run"),
            ("etc/nv_tegra_release", "", "L4T", "unknown", "no /etc/nv_tegra_release", "docker run -v"),
            ("etc/nv_tegra_release", "# R36 (release), REVISION: 4.0", "L4T", "unknown", "36.4.0", "nvidia.com"),
        ],
    )
    def test_what_is_found_and_its_cure(self, path, text, subject, state, found, cure, tmp_path):
        one = look_at(plant(tmp_path, dict(TX2_TREE, **{path: text})))[subject]
        assert one.state == state and found in one.found and cure in one.cure

    def test_nvpmodel_is_asked_where_its_file_is_not(self, tmp_path):
        tree = {path: text for path, text in TX2_TREE.items() if "nvpmodel" not in path}
        root = plant(tmp_path, tree)
        assert look_at(root, "NV Fan Mode:quiet\nNV Power Mode: MAXN\n0\n")["power mode"].state == "ok"
        assert look_at(root, "NV Power Mode: MAXP_CORE_ARM\n3\n")["power mode"].cure == "sudo nvpmodel -m 0"

    def test_every_file_may_be_missing(self, tmp_path):
        for number, gone in enumerate(sorted(TX2_TREE)):
            look_at(plant(tmp_path / str(number), {path: TX2_TREE[path] for path in TX2_TREE if path != gone}))
        assert set(look_at(str(tmp_path))) == {"memory", "swap", "disk, cache", "disk, temporary"}

    def test_a_folder_that_cannot_be_written(self, monkeypatch):
        monkeypatch.setenv("POETS_CACHE_DIR", "/proc/none")
        found = look_at("/")["disk, cache"]
        assert found.state == "broken" and found.cure.startswith("export POETS_CACHE_DIR=")

    def test_the_probe_reads_a_tx2s_files(self, tmp_path):
        root = plant(tmp_path / "whole", TX2_TREE)
        assert (probe.l4t(root), probe.cuda(root), probe.cudnn(root)) == ("32.7.1", "10.2.300", "8.2.1")
        libraries = plant(
            tmp_path / "container",
            {
                "usr/local/cuda-10.2/targets/aarch64-linux/lib/libcudart.so.10.2": "",
                "usr/local/cuda-10.2/targets/aarch64-linux/lib/libcudart.so.10.2.300": "",
                "usr/lib/aarch64-linux-gnu/libcudnn.so.8": "",
                "usr/lib/aarch64-linux-gnu/libcudnn.so.8.2.1": "",
            },
        )
        assert (probe.l4t(libraries), probe.cuda(libraries), probe.cudnn(libraries)) == (None, "10.2.300", "8.2.1")
        newer = plant(tmp_path / "pc", {"usr/local/cuda/version.json": '{"cuda" : {"version" : "12.5.1"}}'})
        assert probe.cuda(newer) == "12.5.1" and probe.cuda(str(tmp_path / "none")) is None
