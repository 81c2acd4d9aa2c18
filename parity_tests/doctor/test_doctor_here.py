"""`poets doctor` run as a user runs it: on this Python, on one that is damaged, and on old ones."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from parity_tests.fixtures.machines.doctor_facts import TX2_FACTS, answering
from parity_tests.fixtures.machines.planted import plant
from poets.migrate import cli
from poets.migrate.doctor import finding
from poets.migrate.task.worker.start import project_root


def doctor(*argv, **options):
    """Run `poets doctor` as a user would: (exit code, stdout, stderr)."""
    environment = dict(os.environ, **options.get("environment", {}))
    environment["PYTHONPATH"] = os.pathsep.join([options.get("first", ""), project_root()]).strip(os.pathsep)
    run = subprocess.run(
        [options.get("python", sys.executable), "-m", "poets", "doctor"] + list(argv),
        env=environment,
        timeout=300,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return run.returncode, run.stdout.decode("utf-8"), run.stderr.decode("utf-8")


class TestHere:
    def test_nothing_is_broken_on_this_machine(self, tmp_path):
        code, out, err = doctor("--json", "-")
        record = json.loads(out)
        assert code == 0, err
        assert set(record) == {"poets", "state", "counts", "machine", "interpreters"}
        assert record["state"] != "broken" and record["counts"]["broken"] == 0
        [own] = record["interpreters"]
        states = {one["subject"]: one["state"] for one in own["findings"]}
        assert states["Python"] == states["numpy"] == states["TensorFlow"] == states["Keras"] == "ok"
        assert {"memory", "swap", "disk, cache"} <= {one["subject"] for one in record["machine"]["findings"]}
        for one in own["findings"] + record["machine"]["findings"]:
            assert set(one) == {"subject", "state", "found", "cure"} and one["found"]
        assert own["facts"]["imports"]["tensorflow"]["version"] and "TensorFlow" in err
        assert max(len(line) for line in err.splitlines() if line.startswith(finding.STATES)) <= 80

    def test_the_doctor_itself_imports_nothing_that_may_die(self):
        program = (
            "import sys, poets.migrate.doctor.command; "
            "sys.exit(len({'tensorflow', 'numpy', 'rich', 'PIL'} & set(sys.modules)))"
        )
        assert subprocess.run([sys.executable, "-c", program], cwd=project_root(), timeout=60).returncode == 0

    def test_a_numpy_that_dies_is_named_with_its_cure_and_kills_nobody_else(self, tmp_path):
        plant(tmp_path / "first", {"numpy.py": "import os, signal\nos.kill(os.getpid(), signal.SIGILL)\n"})
        code, out, err = doctor(first=str(tmp_path / "first"))
        assert code == 3 and err == ""
        assert "its import crashes with SIGILL (Illegal instruction)" in " ".join(out.split())
        assert "-m pip install numpy==1.19.4; or: export OPENBLAS_CORETYPE=ARMV8\n" in out
        assert "its import was not tested, because numpy's failed" in " ".join(out.split())

    def test_a_tensorflow_that_hangs_is_ended_and_the_rest_still_told(self, tmp_path):
        plant(tmp_path / "first", {"tensorflow.py": "import time\ntime.sleep(600)\n"})
        started = time.monotonic()
        code, out, _ = doctor("--timeout", "20", "--json", "-", first=str(tmp_path / "first"))
        [own] = json.loads(out)["interpreters"]
        found = {one["subject"]: one for one in own["findings"]}
        assert code == 3 and time.monotonic() - started < 300
        assert found["TensorFlow"]["state"] == "broken" and re.search(
            r"took longer than 1\d\.", found["TensorFlow"]["found"]
        )
        assert found["numpy"]["state"] == "ok" and found["GPU"]["state"] in ("unknown", "ok")

    def test_where_rich_is_missing_it_is_said_in_plain_lines(self, saying, tmp_path):
        plant(tmp_path / "first", {"rich.py": "raise ImportError('no rich')\n"})
        code, out, err = doctor("--python", answering(saying, TX2_FACTS), first=str(tmp_path / "first"))
        assert code == 0 and "ok        numpy            1.19.4\n" in out, err


@pytest.mark.interpreters
class TestOldInterpreters:
    def test_both_are_looked_at_from_here(self, tf1_python, tx2_python, capsys, monkeypatch):
        monkeypatch.delenv("TF2_BEHAVIOR", raising=False)  # which TensorFlow 2 sets, and 1.15 has another Keras under
        assert cli.main(["doctor", "--json", "-", "-q", "--python", tf1_python, "--python", tx2_python]) == 0
        found = [
            {one["subject"]: one for one in each["findings"]}
            for each in json.loads(capsys.readouterr().out)["interpreters"]
        ]
        assert [each["TensorFlow"]["found"].split(",")[0][:4] for each in found] == ["1.15", "2.6."]
        assert all(one["state"] == "ok" for each in found for one in each.values() if one["subject"] != "Python")
        assert found[0]["Keras"]["found"] == "2.2.4-tf (tf.keras)"

    def test_the_doctor_runs_on_python_3_6(self, tx2_python):
        code, out, err = doctor("-v", python=tx2_python)
        assert code == 0 and err == "", out + err
        assert "\nok        Python           3.6." in out and "\nSeen\n" in out and "  packages: " in out
