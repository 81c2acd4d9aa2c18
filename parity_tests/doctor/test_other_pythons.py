"""`poets doctor --python`: containers, ssh, and commands that misbehave or are no Python."""

import json
import os
import shlex
import sys
import time

import pytest

from parity_tests.fixtures.commands.ending import exit_code
from parity_tests.fixtures.machines.doctor_facts import TX2_FACTS, answering, changed, examine, failing
from parity_tests.fixtures.machines.planted import plant
from poets.migrate import cli
from poets.migrate.doctor import probe
from poets.migrate.doctor.ask import python_of


class TestOtherPythons:
    def test_a_jetsons_container_that_is_right(self, saying, capsys):
        assert cli.main(["doctor", "--python", answering(saying, TX2_FACTS), "--json", "-"]) == 0
        [patient] = json.loads(capsys.readouterr().out)["interpreters"]
        assert patient["state"] == "ok" and patient["facts"]["l4t"] == "32.7.1"

    def test_each_is_looked_at_and_one_that_is_broken_is_enough(self, saying, capsys, tmp_path):
        good, bad = answering(saying, TX2_FACTS), answering(saying, changed(packages={"numpy": None}, imports={}))
        target = tmp_path / "found.json"
        assert cli.main(["doctor", "--python", good, "--python", bad, "-q", "--json", str(target)]) == 3
        record = json.loads(target.read_text())
        assert [one["name"] for one in record["interpreters"]] == [good, bad] and record["state"] == "broken"
        captured = capsys.readouterr()
        assert captured.out == ""
        assert f"error: {bad}: numpy: not installed; {bad} -m pip install numpy\n" in captured.err

    @pytest.mark.parametrize(
        "lines, found, cure",
        [
            (["kill -ILL $$"], "killed by SIGILL: Illegal instruction", "--version"),
            (["cat > /dev/null; echo hello"], "is not a Python: exit code 0, output: hello", "--version"),
            (["printf '\\001\\377garbage\\n'"], "output: ??garbage", "--version"),
            ([f"echo '{probe.MARK}{{\"python\": '"], "is not a Python", "--version"),
            ([f"echo '{probe.MARK}[]'"], "answers nonsense", "again"),
            (["exit 0"], "exit code 0, output: nothing", "docker run and docker exec need -i"),
            (
                ["echo 'Permission denied (publickey).' >&2; exit 255"],
                "exit code 255, output: Permission denied (publickey).",
                "--version",
            ),
        ],
    )
    def test_one_that_is_no_python_is_broken(self, lines, found, cure, saying, capsys):
        assert cli.main(["doctor", "--json", "-", "-q", "--python", saying(*lines)]) == 3
        [patient] = json.loads(capsys.readouterr().out)["interpreters"]
        [only] = patient["findings"]
        assert only["state"] == "broken" and found in only["found"] and cure in only["cure"]

    def test_through_ssh_whose_shell_takes_the_line_apart_again(self, saying, monkeypatch, capsys, tmp_path):
        plant(tmp_path / "my modules", {"tensorflow.py": "__version__ = '9.9'\n"})
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "my modules"))
        ssh = saying("shift", 'exec sh -c "$*"')
        (tmp_path / "my folder").mkdir()
        line = f"{ssh} tx2 \"cd '{tmp_path / 'my folder'}' && {sys.executable}\""
        assert cli.main(["doctor", "--python", line, "--json", "-"]) in (0, 3)
        [patient] = json.loads(capsys.readouterr().out)["interpreters"]
        assert patient["facts"]["executable"] == sys.executable
        assert patient["facts"]["imports"]["tensorflow"]["version"] == "9.9"

    def test_one_that_hangs_is_ended_with_all_it_started(self, saying, capsys, tmp_path):
        started = time.monotonic()
        command = saying(f"echo $$ > {shlex.quote(str(tmp_path / 'pid'))}; sleep 600 & wait")
        assert cli.main(["doctor", "--timeout", "1", "--python", command]) == 3
        assert time.monotonic() - started < 300 and "no answer within 1 s" in capsys.readouterr().out
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text()), 0)

    def test_one_that_does_not_exist(self, capsys):
        assert cli.main(["doctor", "--python", "no-such-python -u"]) == 3
        assert "cannot start 'no-such-python': No such file or directory" in " ".join(capsys.readouterr().out.split())

    @pytest.mark.parametrize(
        "argv, words",
        [
            (["--python", ""], "error: --python: an empty command"),
            (["--python", "'"], "error: --python: cannot read"),
            (["--timeout", "0"], "error: --timeout: 0 is not between"),
            (["--timeout", "inf"], "error: --timeout: inf is"),
            (["--timeout", "soon"], "poets doctor: argument"),
            (["--nurse"], "unrecognized arguments: --nurse"),
            (["--json", "/proc/none/found.json"], "error: --json: cannot write"),
        ],
    )
    def test_bad_usage_is_one_line(self, argv, words, capsys):
        code = exit_code(cli.main, ["doctor"] + argv)
        err = capsys.readouterr().err
        assert code == 2 and words in err and err.count("\n") == 1

    @pytest.mark.parametrize(
        "command, python",
        [
            (["ssh", "tx2", "python3"], "python3"),
            (["docker", "run", "-i", "tf1", "python3"], "python3"),
            (["/opt/tf 1/bin/python", "-u"], "'/opt/tf 1/bin/python' -u"),
        ],
    )
    def test_what_to_type_is_for_where_that_python_is(self, command, python):
        assert python_of(command)[0] == python

    @pytest.mark.parametrize("flag", ["-v", "-q"])
    def test_what_it_says_cannot_disturb_the_terminal(self, flag, saying, capsys):
        command = answering(saying, changed(imports=failing(error="ImportError: \x1b[2J\u65e5\nno \u202e")))
        assert cli.main(["doctor", flag, "--python", command]) == 3
        captured = capsys.readouterr()
        assert "2.7.0+nv22.1: ImportError: ?[2J\u65e5?no ?" in captured.out + captured.err
        assert not {"\x1b", "\u202e"} & set(captured.out + captured.err)

    def test_python_2_says_so(self):
        found = examine({"python": "2.7.17", "executable": "/usr/bin/python"})["Python"]
        assert found.state == "broken" and found.found == "2.7.17; poets needs 3.6 or later"
