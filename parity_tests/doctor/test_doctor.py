"""`poets doctor`: this machine as it is, a TX2 as fake trees and fake answers, and Pythons that misbehave."""

import copy
import io
import json
import os
import re
import shlex
import subprocess
import sys
import time

import pytest
from rich.console import Console

from poets.migrate import cli
from poets.migrate.doctor import combinations, finding, interpreter, machine, probe, report
from poets.migrate.doctor.ask import ProbeAnswer, python_of
from poets.migrate.doctor.versions import satisfies
from poets.migrate.task.worker.start import project_root

RELEASE = "# R32 (release), REVISION: 7.1, GCID: 29818004, BOARD: t186ref, EABI: aarch64, DATE: Sat Feb 19 2022\n"
MEMINFO = (
    "MemTotal:        8038400 kB\nMemFree:         4024000 kB\nMemAvailable:    6024000 kB\n"
    "SwapTotal:       4019200 kB\nSwapFree:        3968000 kB\n"
)

# A TX2 with JetPack 4.6.1 as its documented layout has it (../shared/facts/tx2.md), at its fastest.
TX2_TREE = {
    "proc/meminfo": MEMINFO,
    "etc/nv_tegra_release": RELEASE,
    "etc/nvpmodel.conf": "< POWER_MODEL ID=0 NAME=MAXN >\nCORE_1 1\n< POWER_MODEL ID=3 NAME=MAXP_CORE_ARM >\n",
    "var/lib/nvpmodel/status": "pmode:0000",
    "sys/firmware/devicetree/base/compatible": "nvidia,quill\0nvidia,tegra186\0",
    "sys/devices/gpu.0/load": "534\n",
    "sys/devices/gpu.0/devfreq/17000000.gp10b/min_freq": "1300500000\n",
    "sys/devices/gpu.0/devfreq/17000000.gp10b/max_freq": "1300500000\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_min_freq": "2035200\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq": "2035200\n",
    "sys/bus/i2c/drivers/ina3221x/0-0041/iio:device1/rail_name_0": "VDD_IN\n",
    "sys/bus/i2c/drivers/ina3221x/0-0041/iio:device1/in_power0_input": "3056\n",
    "usr/local/cuda-10.2/version.txt": "CUDA Version 10.2.300\n",
    "usr/include/aarch64-linux-gnu/cudnn_version_v8.h": "#define CUDNN_MAJOR 8\n#define CUDNN_MINOR 2\n#define CUDNN_PATCHLEVEL 1\n",
}

# What the probe says there, in l4t-tensorflow:r32.7.1-tf2.7-py3; cuDNN, CUDA and Python as seen on a TX2.
TX2_FACTS = {
    "python": "3.6.9",
    "executable": "/usr/bin/python3",
    "machine": "aarch64",
    "boot_id": "a-b-c",
    "packages": {
        "tensorflow": "2.7.0+nv22.1",
        "keras": "2.7.0",
        "numpy": "1.19.4",
        "protobuf": "3.19.4",
        "setuptools": "59.6.0",
        "tensorflow-hub": "0.12.0",
    },
    "requires": ["numpy (>=1.14.5)", "keras (<2.8,>=2.7.0rc0)", "protobuf (>=3.9.2)"],
    "pkg_resources": True,
    "environment": {},
    "tegra": True,
    "l4t": "32.7.1",
    "cuda": "10.2.300",
    "cudnn": "8.2.1",
    "gpu_devices": ["/dev/nvhost-gpu"],
    "imports": {
        "numpy": {"version": "1.19.4", "seconds": 0.4},
        "tensorflow": {
            "version": "2.7.0",
            "keras": "2.7.0",
            "hub": "0.12.0",
            "cuda_build": True,
            "gpus": 1,
            "built_for": {"cuda_version": "10.2", "cudnn_version": "8"},
            "seconds": 21.5,
        },
    },
}


def plant(root, tree):
    """Write files under ``root`` (pathlib.Path); gives its path (str)."""
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return str(root)


def changed(**changes):
    """A TX2's facts, some of them others; of a record in them, the keys given; None takes a key away."""
    facts = copy.deepcopy(TX2_FACTS)
    for name, value in changes.items():
        if isinstance(value, dict) and name != "imports":
            facts[name] = {key: one for key, one in dict(facts[name], **value).items() if one is not None}
        else:
            facts[name] = value
    return facts


def with_tensorflow(version, keras=None, hub=None, **changes):
    """The facts of another TensorFlow, which works."""
    result = {"version": version.split("+")[0], "gpus": 1, "seconds": 9.5, "keras": keras or "2.2.4-tf"}
    packages = {"tensorflow": version, "keras": keras, "tensorflow-hub": hub}
    imports = {"numpy": TX2_FACTS["imports"]["numpy"], "tensorflow": result}
    return changed(**dict({"packages": packages, "imports": imports, "requires": []}, **changes))


def failing(**result):
    """Imports of which TensorFlow's went as said."""
    return {"numpy": TX2_FACTS["imports"]["numpy"], "tensorflow": dict({"seconds": 1.0}, **result)}


def examine(facts, host=None, is_own=False):
    """The findings about a Python that says ``facts``, by subject."""
    patient = interpreter.examine("tx2", ProbeAnswer(facts), "python3", host or interpreter.Host(), is_own)
    return {one.subject: one for one in patient.findings}


def look_at(root, answer=""):
    """The findings about a machine, by subject."""
    return {one.subject: one for one in machine.examine(root, lambda: answer).findings}


@pytest.fixture(autouse=True)
def no_tegrastats(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "find_tegrastats", lambda: None)
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture()
def saying(tmp_path):
    """A function that makes a program which is no Python: a command line (str) that runs lines of sh."""

    def make(*lines):
        path = tmp_path / (f"program{len(list(tmp_path.iterdir()))}")
        path.write_text("\n".join(("#!/bin/sh",) + lines) + "\n")
        path.chmod(0o755)
        return str(path)

    return make


def answering(saying, facts):
    """A command that answers like the probe, after what containers say at their start, whatever it is asked."""
    answer = probe.MARK + json.dumps(facts)
    return saying("echo '== TensorFlow =='", "cat > /dev/null", f"cat <<'END'\n{answer}\nEND")


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
        assert "importing it dies of SIGILL (Illegal instruction)" in " ".join(out.split())
        assert "-m pip install numpy==1.19.4; or: export OPENBLAS_CORETYPE=ARMV8\n" in out
        assert "its import was not tried, as numpy's failed" in " ".join(out.split())

    def test_a_tensorflow_that_hangs_is_ended_and_the_rest_still_told(self, tmp_path):
        plant(tmp_path / "first", {"tensorflow.py": "import time\ntime.sleep(600)\n"})
        started = time.monotonic()
        code, out, _ = doctor("--timeout", "20", "--json", "-", first=str(tmp_path / "first"))
        [own] = json.loads(out)["interpreters"]
        found = {one["subject"]: one for one in own["findings"]}
        assert code == 3 and time.monotonic() - started < 300
        assert found["TensorFlow"]["state"] == "broken" and re.search(
            r"had not ended after 1\d\.", found["TensorFlow"]["found"]
        )
        assert found["numpy"]["state"] == "ok" and found["GPU"]["state"] in ("unknown", "ok")

    def test_where_rich_is_missing_it_is_said_in_plain_lines(self, saying, tmp_path):
        plant(tmp_path / "first", {"rich.py": "raise ImportError('no rich')\n"})
        code, out, err = doctor("--python", answering(saying, TX2_FACTS), first=str(tmp_path / "first"))
        assert code == 0 and "ok        numpy            1.19.4\n" in out, err


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
            (["cat > /dev/null; echo hello"], "does not answer as a Python: exit code 0, it said: hello", "--version"),
            (["printf '\\001\\377garbage\\n'"], "it said: ??garbage", "--version"),
            ([f"echo '{probe.MARK}{{\"python\": '"], "does not answer as a Python", "--version"),
            ([f"echo '{probe.MARK}[]'"], "answers nonsense", "again"),
            (["exit 0"], "exit code 0, it said: nothing", "docker run and docker exec need -i"),
            (
                ["echo 'Permission denied (publickey).' >&2; exit 255"],
                "exit code 255, it said: Permission denied (publickey).",
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
        line = f"{ssh} tx2 \"cd '{tmp_path / 'my modules'}' && {sys.executable}\""
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
        try:
            code = cli.main(["doctor"] + argv)
        except SystemExit as ending:
            code = ending.code
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


WHEEL = "--extra-index-url https://developer.download.nvidia.com/compute/redist/jp/v461 tensorflow==%s"
DESCRIPTORS = "TypeError: Descriptors cannot not be created directly."
PROTOBUF_4 = with_tensorflow(
    "1.15.5+nv22.1", imports=failing(error=DESCRIPTORS), packages={"tensorflow": "1.15.5+nv22.1", "protobuf": "4.21.0"}
)


class TestJudgement:
    @pytest.mark.parametrize(
        "facts, subject, state, found, cure",
        [
            (TX2_FACTS, "combination", "ok", "TensorFlow 2.7.0+nv22.1 is for L4T 32.7.1 (JetPack 4.6.1)", ""),
            (changed(l4t="32.7.4"), "combination", "ok", "L4T 32.7.4 (JetPack 4.6.4)", ""),
            (with_tensorflow("1.15.5+nv22.1"), "combination", "ok", "known to be good", ""),
            (
                with_tensorflow("2.1.0+nv20.3"),
                "combination",
                "broken",
                "is for JetPack 4.3 (CUDA 10.0, cuDNN 7.6); here is"
                " L4T 32.7.1 (JetPack 4.6.1) with CUDA 10.2, cuDNN 8.2",
                WHEEL % "2.7.0+nv22.1",
            ),
            (with_tensorflow("1.15.0+nv19.12"), "combination", "broken", "is for JetPack 4.3", WHEEL % "1.15.5+nv22.1"),
            (
                changed(l4t="32.4.4", cudnn="8.0.0"),
                "combination",
                "broken",
                "is for JetPack 4.6.1",
                "jp/v44 tensorflow==2.3.0+nv20.9",
            ),
            (
                with_tensorflow("2.5.0+nv21.8"),
                "combination",
                "warning",
                "is for JetPack 4.6; on L4T 32.7.1",
                WHEEL % "2.7",
            ),
            (with_tensorflow("2.7.0"), "combination", "warning", "runs on the CPU only", WHEEL % "2.7.0+nv22.1"),
            (changed(cuda="10.0.326"), "combination", "broken", "comes with CUDA 10.2; found: CUDA 10.0.326", "apt"),
            (changed(cudnn="8.0.0"), "combination", "broken", "comes with cuDNN 8.2; found: cuDNN 8.0.0", "--runtime"),
            (changed(cuda=None, cudnn=None), "combination", "unknown", "no CUDA and no cuDNN was found", "--runtime"),
            (changed(l4t=None), "combination", "unknown", "L4T is not known", "-v /etc/nv_tegra_release"),
            (
                changed(l4t="36.4.0"),
                "combination",
                "unknown",
                "no TensorFlow is known here for L4T 36.4.0",
                "nvidia.com",
            ),
            (changed(imports=failing(version="2.7.0", gpus=0)), "GPU", "warning", "takes the CPU", "--runtime nvidia"),
            (
                changed(imports={"numpy": {"signal": "SIGILL"}}, packages={"numpy": "1.19.5"}),
                "numpy",
                "broken",
                "1.19.5: importing it dies of SIGILL",
                "python3 -m pip install numpy==1.19.4",
            ),
            (changed(imports={"numpy": {"version": "1.19.5"}}), "numpy", "warning", "dies of SIGILL on some", "1.19.4"),
            (
                changed(imports={"numpy": {"version": "1.19.5"}}, environment={"OPENBLAS_CORETYPE": "ARMV8"}),
                "numpy",
                "ok",
                "OPENBLAS_CORETYPE is ARMV8",
                "",
            ),
            (changed(imports={}), "numpy", "unknown", "not tried", "import numpy"),
            (
                changed(packages={"setuptools": "82.0.0"}, pkg_resources=False),
                "pkg_resources",
                "broken",
                "setuptools 82.0.0 no longer has it, and tensorflow-hub 0.12.0 imports it",
                "pip install 'setuptools<82'",
            ),
            (
                changed(packages={"setuptools": "82.0.0", "tensorflow-hub": None}, pkg_resources=False),
                "pkg_resources",
                "ok",
                "nothing here needs it",
                "",
            ),
            (
                PROTOBUF_4,
                "protobuf",
                "broken",
                "4.21.0; TensorFlow 1.15.5+nv22.1 needs protobuf<3.21",
                "'protobuf<3.21'",
            ),
            (PROTOBUF_4, "TensorFlow", "broken", DESCRIPTORS, "'protobuf<3.21'"),
            (changed(packages={"protobuf": "4.25.1"}), "protobuf", "warning", "the import works nevertheless", "<3.21"),
            (
                with_tensorflow(
                    "2.21.0",
                    "3.12.0",
                    packages={"tensorflow": "2.21.0", "protobuf": "5.29.0"},
                    requires=["protobuf<8.0.0,>=6.31.1"],
                    imports=failing(error="VersionError"),
                ),
                "protobuf",
                "broken",
                "needs protobuf<8.0.0,>=6.31.1",
                "'protobuf<8.0.0,>=6.31.1'",
            ),
            (
                changed(packages={"tensorflow": None}, imports=failing(error="ModuleNotFoundError")),
                "TensorFlow",
                "broken",
                "not installed",
                WHEEL % "2.7.0+nv22.1",
            ),
            (
                changed(packages={"tensorflow": None}, tegra=False, l4t=None, imports=failing(error="no")),
                "TensorFlow",
                "broken",
                "not installed",
                "python3 -m pip install tensorflow==2.6.2",
            ),
            (changed(imports=failing(signal="SIGKILL")), "TensorFlow", "broken", "memory runs out", "sudo poets flush"),
            (
                changed(imports=failing(error="ImportError: libcudart.so.10.2: cannot open shared object file")),
                "TensorFlow",
                "broken",
                "a library of CUDA's is missing",
                "import tensorflow",
            ),
            (
                changed(packages={"tensorflow-gpu": "1.15.0"}),
                "TensorFlow",
                "warning",
                "several are installed",
                "uninstall",
            ),
            (changed(packages={"keras": "2.9.0"}), "Keras", "broken", "needs keras==2.7.*", "'keras==2.7.*'"),
            (with_tensorflow("2.21.0", "2.15.0"), "Keras", "broken", "needs keras>=3", "'keras>=3'"),
            (with_tensorflow("1.15.5+nv22.1"), "Keras", "ok", "2.2.4-tf (tf.keras)", ""),
            (with_tensorflow("2.7.0+nv22.1", "2.7.0"), "tensorflow-hub", "warning", "modern twin needs it", "pip"),
            (
                changed(requires=["numpy (<1.19.0,>=1.16.0)"]),
                "requirements",
                "warning",
                "numpy 1.19.4 (wants <1.19.0,>=1.16.0)",
                "python3 -m pip install 'numpy<1.19.0,>=1.16.0'",
            ),
            (
                changed(tegra=False, l4t=None, imports=failing(version="2.7.0", gpus=0)),
                "GPU",
                "warning",
                "does not see it",
                "install CUDA",
            ),
            (
                changed(tegra=False, l4t=None, gpu_devices=[], imports=failing(version="2.7.0", gpus=0)),
                "GPU",
                "ok",
                "takes the CPU",
                "",
            ),
            (changed(python="3.15.0"), "Python", "warning", "newer than any", "python3.13"),
        ],
    )
    def test_what_is_found_and_its_cure(self, facts, subject, state, found, cure):
        one = examine(facts)[subject]
        assert one.state == state and found in one.found
        assert (
            cure in one.cure
            and "\n" not in one.cure
            and bool(one.cure) == (state in ("broken", "warning") or bool(cure))
        )

    def test_every_known_combination_is_good_on_its_l4t_alone(self):
        for row in combinations.JETPACKS:
            l4t = ".".join(str(number) for number in row.l4t)
            cuda, cudnn = "%d.%d.1" % row.cuda, "%d.%d.1" % row.cudnn
            for other in combinations.JETPACKS:
                for wheel in other.wheels:
                    state = combinations.judge(wheel, l4t, cuda, cudnn, "python3").state
                    assert (state == "ok") == (other == row), (wheel, l4t)

    def test_nothing_said_is_nothing_known_and_never_ok(self):
        states = {subject: one.state for subject, one in examine({"python": "3.6.9"}).items()}
        assert states.pop("Python") == "ok" and "ok" not in states.values()
        assert [one.state for one in examine({}).values()] == ["unknown"]

    def test_a_container_on_this_machine_has_this_machines_l4t(self):
        facts = changed(l4t=None)
        assert examine(facts, interpreter.Host("a-b-c", "32.7.1"))["combination"].state == "ok"
        assert examine(facts, interpreter.Host("d-e-f", "32.7.1"))["combination"].state == "unknown"

    def test_what_poets_itself_needs_is_asked_of_its_own_python_only(self):
        assert examine(TX2_FACTS, is_own=True)["poets"].cure == "python3 -m pip install rich pillow"
        assert "poets" not in examine(TX2_FACTS)

    @pytest.mark.parametrize(
        "version, demanded, expected",
        [
            ("1.19.5", "~=1.19.2", True),
            ("1.20.0", "~=1.19.2", False),
            ("2.7.0+nv22.1", "<2.8,>=2.7", True),
            ("2.7.0", "==2.7.*", True),
            ("2.8.0", "==2.7.*", False),
            ("3.0", "==3", True),
            ("1.0", "!=1.0", False),
            ("1.0", "", None),
            ("one", ">1", None),
            ("1.0", "===1.0", None),
        ],
    )
    def test_versions(self, version, demanded, expected):
        assert satisfies(version, demanded) is expected


class TestMachine:
    def test_a_tx2_at_its_best(self, tmp_path):
        found = look_at(plant(tmp_path, TX2_TREE))
        assert {one.state for one in found.values()} == {"ok"} and len(found) == 8
        assert found["L4T"].found == "32.7.1 (JetPack 4.6.1)" and found["power mode"].found == "MAXN (0)"
        assert found["tegrastats"].found == "not here, as in containers; /sys tells GPU load and power"

    @pytest.mark.parametrize(
        "path, text, subject, state, found, cure",
        [
            ("proc/meminfo", MEMINFO.replace("4019200", "0"), "swap", "warning", "none: with 8 GB", "swapon /swapfile"),
            ("proc/meminfo", MEMINFO.replace("6024000", "302400"), "memory", "broken", "alone takes", "ps aux"),
            (
                "proc/meminfo",
                MEMINFO.replace("4024000", "402400"),
                "memory",
                "warning",
                "page cache",
                "sudo poets flush",
            ),
            ("proc/meminfo", "", "memory", "unknown", "does not tell", "free -m"),
            ("proc/meminfo", "", "swap", "unknown", "does not tell", "swapon"),
            (
                "var/lib/nvpmodel/status",
                "pmode:0003",
                "power mode",
                "warning",
                "MAXP_CORE_ARM (3): not the fastest",
                "sudo nvpmodel -m 0",
            ),
            ("var/lib/nvpmodel/status", "", "power mode", "unknown", "does not tell", "sudo nvpmodel -q"),
            (
                "sys/devices/gpu.0/devfreq/17000000.gp10b/min_freq",
                "114750000",
                "clocks",
                "warning",
                "not pinned",
                "sudo jetson_clocks",
            ),
            ("sys/devices/gpu.0/load", "", "tegrastats", "warning", "does not tell GPU load", "docker run"),
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


REPORT = """\
this machine
ok        memory           5.7 of 7.7 GB available
warning   swap             none: with 8 GB of memory, a large batch gets the
                           process killed

What to do
  swap: sudo fallocate -l 4G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && sudo swapon /swapfile

docker run -i --rm tf1 python3
broken    numpy            1.19.5: importing it dies of SIGILL (Illegal
                           instruction)
unknown   TensorFlow       1.15.5+nv22.1; its import was not tried, as numpy's
                           failed

What to do in that container (of docker run: in its Dockerfile)
  numpy: python3 -m pip install numpy==1.19.4; or: export OPENBLAS_CORETYPE=ARMV8
  TensorFlow: see to numpy, then type poets doctor again

Something is broken: 1 broken, 1 warning, 1 unknown, 1 ok
"""


def test_the_report_as_a_reader_sees_it(tmp_path):
    here = machine.examine(plant(tmp_path, dict(TX2_TREE, **{"proc/meminfo": MEMINFO.replace("4019200", "0")})))
    packages = {"tensorflow": "1.15.5+nv22.1", "numpy": "1.19.5"}
    facts = changed(packages=packages, imports={"numpy": {"signal": "SIGILL"}})
    there = interpreter.examine("docker run -i --rm tf1 python3", ProbeAnswer(facts), "python3", interpreter.Host())
    there = there._replace(place=python_of(["docker", "run", "python3"])[1])
    patients = [
        one._replace(
            findings=[each for each in one.findings if each.subject in ("memory", "swap", "numpy", "TensorFlow")]
        )
        for one in (here, there)
    ]
    stream = io.StringIO()
    report.render(patients, Console(file=stream, width=80, color_system=None))
    assert "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n" == REPORT
    assert finding.worst(patients) == "broken"


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
