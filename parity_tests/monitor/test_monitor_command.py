"""`poets monitor` as a user runs it: mistakes, watching, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from parity_tests.fixtures.commands.ending import exit_code
from parity_tests.fixtures.machines import recorded_lines as recorded
from poets.migrate import cli
from poets.migrate.monitor import command
from poets.migrate.task.worker.start import project_root


@pytest.mark.parametrize(
    "argv, expected",
    [
        (["--parse", "/none/log"], "--parse: /none/log: No such file"),
        (["--parse", "log", "--record", "other"], "--record and --source cannot be combined with it"),
        (["--interval", "1"], "--interval: 1 is below 10"),
        (["--samples", "0"], "--samples: 0 is below 1"),
        (["--source", "guess"], "argument --source: invalid choice"),
        (["--json", "/proc/none/samples.json"], "--json: cannot write"),
        (["--record", "/none/log", "--source", "proc"], "--record: cannot write /none/log"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(argv, expected, capsys):
    code = exit_code(command.main, argv)
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
