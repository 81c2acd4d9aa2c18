"""The command `poets upgrade`: what it writes and where, bad input, JSON, SARIF and the screen."""

import io
import json
import os
import stat
import subprocess
import sys

import pytest
from rich.console import Console

from parity_tests.fixtures.commands.ending import exit_code
from parity_tests.fixtures.commands.upgrade import BRIDGED, SCRIPT, SCRIPTS, upgrade
from poets.migrate.task.worker.start import project_root
from poets.migrate.upgrade import screen
from poets.migrate.upgrade.program.finding import RULES
from poets.migrate.upgrade.rewriting.files import upgrade_all


class TestCommand:
    def test_a_dry_run_writes_nothing_and_says_so(self, tmp_path, capsys):
        (tmp_path / "a.py").write_text(SCRIPT)
        assert upgrade(tmp_path) == 0
        out, err = capsys.readouterr()
        assert "a.py: TensorFlow 1, 2 lines to change" in out and "nothing is written" in err
        assert "poets study placeholders" in out and (tmp_path / "a.py").read_text() == SCRIPT

    def test_check(self, tmp_path, capsys):
        (tmp_path / "a.py").write_text(SCRIPT)
        assert upgrade(tmp_path, "--check") == 1
        (tmp_path / "a.py").write_text(BRIDGED)
        assert upgrade(tmp_path, "--check") == 0

    def test_in_place_keeps_modes_and_what_links_lead_to(self, tmp_path, capsys):
        (tmp_path / "real").mkdir()
        script = tmp_path / "real" / "a.py"
        script.write_text(SCRIPT)
        script.chmod(0o750)
        (tmp_path / "link.py").symlink_to(script)
        assert upgrade(tmp_path / "link.py", "--in-place") == 0
        assert script.read_text() == BRIDGED and stat.S_IMODE(script.stat().st_mode) == 0o750
        assert (tmp_path / "link.py").is_symlink()

    def test_output_is_the_whole_tree(self, tmp_path, capsys):
        (tmp_path / "in" / "deep").mkdir(parents=True)
        (tmp_path / "in" / "deep" / "a.py").write_text(SCRIPT)
        (tmp_path / "in" / "b.py").write_bytes(b"# coding: latin-1\r\nx = '\xe9'\r\n")
        (tmp_path / "in" / "labels.txt").write_text("daisy\n")
        (tmp_path / "in" / "run.sh").write_text("#!/bin/sh\n")
        (tmp_path / "in" / "run.sh").chmod(0o755)
        assert upgrade(tmp_path / "in", "--output", tmp_path / "out") == 0
        assert (tmp_path / "out" / "deep" / "a.py").read_text() == BRIDGED
        assert (tmp_path / "out" / "b.py").read_bytes() == (tmp_path / "in" / "b.py").read_bytes()
        assert (tmp_path / "out" / "labels.txt").exists() and os.access(str(tmp_path / "out" / "run.sh"), os.X_OK)
        assert (tmp_path / "in" / "deep" / "a.py").read_text() == SCRIPT

    @pytest.mark.parametrize("output", ["in", "in/deeper", "."])
    def test_output_never_over_what_is_read(self, output, tmp_path, capsys):
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.py").write_text(SCRIPT)
        paths = [tmp_path / "in"] if output != "." else [tmp_path / "a.py"]
        (tmp_path / "a.py").write_text(SCRIPT)
        assert upgrade(*paths, "--output", tmp_path / output) == 2
        assert "choose another folder" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "name, data, words",
        [
            ("a.py", b"x = '\xff'\n", "not UTF-8 text"),
            ("a.py", b"# coding: klingon\n", "unknown encoding"),
            ("a.ipynb", b"{", "not a notebook of format 4"),
            ("a.ipynb", b'{"worksheets": []}', "not a notebook of format 4"),
            ("a.ipynb", b"\xff", "not UTF-8"),
        ],
    )
    def test_what_cannot_be_read_has_one_line_and_the_rest_is_still_told(self, name, data, words, tmp_path, capsys):
        (tmp_path / name).write_bytes(data)
        (tmp_path / "b.py").write_text(SCRIPT)
        assert upgrade(tmp_path, "--json", tmp_path / "out.json") == 2
        [line] = [one for one in capsys.readouterr().err.splitlines() if not one.startswith("nothing is written")]
        assert line.startswith("error: ") and words in line
        files = {os.path.basename(one["path"]): one for one in json.loads((tmp_path / "out.json").read_text())["files"]}
        assert words in files[name]["error"] and files["b.py"]["changed"]

    @pytest.mark.parametrize(
        "argv, words",
        [
            (["nowhere"], "no such file or folder"),
            (["."], "neither a .py nor an .ipynb"),
            (["--in-place"], "required: PATH"),
            (["a.py", "--json", "-", "--sarif", "-"], "both write to standard output"),
            (["a.py", "--in-place", "--check"], "not allowed with"),
            (["a.py", "--prove", "a.py"], "needs --legacy-python"),
            (["a.py", "a.py", "--prove", "a.py", "--legacy-python", "p"], "one script or folder"),
            (["a.py", "--tolerance", "nan"], "not between 0 and 1"),
            (["a.py", "--timeout", "0"], "--timeout: 0 is not"),
            (["dangling.py"], "a link to nothing"),
            (["a.py", "--style", "modern"], "invalid choice"),
        ],
    )
    def test_bad_input_has_one_line_and_code_2(self, argv, words, tmp_path, capsys, monkeypatch):
        monkeypatch.chdir(str(tmp_path))
        if "a.py" in argv:
            (tmp_path / "a.py").write_text(SCRIPT)
        elif "dangling.py" in argv:
            (tmp_path / "dangling.py").symlink_to("nothing")
        code = exit_code(upgrade, *argv)
        assert code == 2 and words in capsys.readouterr().err

    def test_json(self, tmp_path, capsys):
        assert upgrade(SCRIPTS / "estimator_iris.py", "--json", "-") == 1
        record = json.loads(capsys.readouterr().out)
        assert record["tensorflow"]["tf1"] == "1.15.5" and record["counts"] == {"error": 5, "warning": 1, "note": 0}
        [one] = record["files"]
        assert one["changed"] and one["state"] == "TensorFlow 1"
        assert one["findings"][1]["line"] == 11 and one["findings"][1]["see"] == "modern/train.py"
        assert {each["lesson"] for each in one["modern"]} == {"optimizers", "keras"}

    def test_sarif_has_the_structure_that_reviewers_read(self, tmp_path, capsys):
        assert upgrade(SCRIPTS, "--sarif", tmp_path / "out.sarif", "-q") == 1
        record = json.loads((tmp_path / "out.sarif").read_text())
        assert record["version"] == "2.1.0" and record["$schema"].endswith("sarif-schema-2.1.0.json")
        [run] = record["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert rules == list(RULES) and run["invocations"] == [
            {"executionSuccessful": True, "toolExecutionNotifications": []}
        ]
        assert len(run["results"]) > 60
        for one in run["results"]:
            assert rules[one["ruleIndex"]] == one["ruleId"] and one["level"] in ("error", "warning", "note")
            [location] = one["locations"]
            place = location["physicalLocation"]
            assert place["artifactLocation"]["uri"] and one["message"]["text"]
            assert min(place.get("region", {"startLine": 1}).values()) >= 1

    def test_the_diff_and_the_report_in_80_columns(self):
        upgraded = upgrade_all([str(SCRIPTS / "saver.py")])
        stream = io.StringIO()
        console = Console(file=stream, width=80, color_system=None)
        screen.show_diff(upgraded, console)
        screen.show(upgraded, console, True)
        text = stream.getvalue()
        assert "\n+import os, numpy as np, tensorflow.compat.v1 as tf\n+tf.disable_v2_behavior()\n" in text
        assert "note  28:20 tf.contrib.framework.list_variables" in text
        assert "legacy/export.py -> modern/export.py, poets study saving" in text
        assert "1 file, 1 to change; 0 errors, 0 warnings, 1 note: nothing must be fixed by hand" in text

    def test_it_imports_no_tensorflow(self):
        program = (
            f"import sys; from poets.migrate import cli; cli.main(['upgrade', {str(SCRIPTS)!r}, '-q']);"
            " sys.exit(len({'tensorflow', 'keras'} & set(sys.modules)))"
        )
        assert (
            subprocess.run(
                [sys.executable, "-c", program], cwd=project_root(), stderr=subprocess.DEVNULL, timeout=120
            ).returncode
            == 0
        )
