"""Reading logs of tegrastats, and recording them."""

import json

import pytest

from parity_tests.fixtures.machines import recorded_lines as recorded
from poets.migrate import cli
from poets.migrate.monitor.sources.log import Recorder
from poets.migrate.task.errors import BadInput


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
        assert captured.err == f"error: --parse: {log} contains no tegrastats line\n" and captured.out == ""

    def test_other_lines_and_a_missing_end_are_told(self, tmp_path, capsys):
        log = tmp_path / "log"
        log.write_text(f"{recorded.TX2_28}\nstarting up\n{recorded.TX2_28}")
        assert cli.main(["monitor", "--parse", str(log), "--json", "-"]) == 0
        captured = capsys.readouterr()
        assert len(json.loads(captured.out)) == 2
        assert captured.err == (
            "warning: {0}: 1 of 3 lines are not tegrastats lines, the first is line 2\n"
            "warning: {0}: its last line has no line end and may be incomplete\n"
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
