"""`poets upgrade --prove`: old scripts run under TF 1.15, the upgraded ones under today's TF 2, and give the same."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from poets.migrate import cli
from poets.migrate.task.worker.start import project_root
from poets.migrate.upgrade.proof import same_files
from poets.migrate.upgrade.proof.prove import Check, kind_of, script_words, with_chance_named
from poets.migrate.upgrade.proof.same_text import compare_text

SCRIPTS = Path(__file__).resolve().parent / "tf1_scripts"
RUNNING = {
    "retrain.py": (
        "retrain.py --how_many_training_steps 25 --learning_rate=0.1",
        {"graph.pb, graph", "retrain_logs/train/events.out.tfevents.*, events", "labels.txt, text"},
    ),
    "mnist_lab.py": ("mnist_lab.py", {"logits.npy, array"}),
    "layers_net.py": ("layers_net.py", {"weights.npz, array"}),
    "contrib_same.py": ("contrib_same.py", set()),
    "queues.py": ("queues.py", {"numbers.csv, text"}),
    "saver.py": ("saver.py", {"checkpoints/model-5.index, checkpoint", "checkpoints/checkpoint, text"}),
    "flags_app.py": ("flags_app.py --times=3 --loud", {"said.txt, text"}),
    "records.py": ("records.py", {"numbers.tfrecord, records"}),
    "keras_v1.py": ("keras_v1.py", set()),
    "internals.py": ("internals.py --name=you", set()),
}
OFTEN = ("queues.py", "retrain.py", "saver.py")  # all ten, which takes minutes, under POETS_THOROUGH=1


def prove(folder, command, *flags):
    """(exit code, the record) of a proof in ``folder`` (pathlib.Path)."""
    record = folder.parent / (folder.name + ".json")
    code = cli.main(["upgrade", str(folder), "--prove", command, "--json", str(record)] + [str(one) for one in flags])
    return code, json.loads(record.read_text()) if record.exists() else None


@pytest.fixture()
def script(tmp_path):
    """A function that gives a folder (pathlib.Path) with one of the sample scripts."""

    def copy(*names):
        folder = tmp_path / "scripts"
        folder.mkdir(exist_ok=True)
        for name in names:
            shutil.copy(str(SCRIPTS / name), str(folder / name))
        return folder

    return copy


@pytest.mark.interpreters
@pytest.mark.slow
class TestRealRuns:
    @pytest.mark.parametrize("name", sorted(RUNNING) if os.environ.get("POETS_THOROUGH") else OFTEN)
    def test_a_script_gives_the_numbers_of_version_1(self, name, script, tf1_python, capsys):
        command, expected = RUNNING[name]
        folder = script(name)
        code, record = prove(folder, command, "--legacy-python", tf1_python)
        assert code == 0, capsys.readouterr().out
        checks = {one["subject"]: one for one in record["proof"]["checks"]}
        assert expected <= set(checks) and all(one["same"] for one in checks.values())
        print(name, {subject: one["apart"] for subject, one in checks.items()})
        assert [path.name for path in folder.iterdir()] == [name]  # they ran in copies

    def test_the_label_script_on_the_retrained_graph(self, script, tf1_python, tmp_path, capsys):
        folder = script("retrain.py", "label_image.py")
        kept = {name: value for name, value in os.environ.items() if name != "TF2_BEHAVIOR"}
        subprocess.run(
            shlex.split(tf1_python) + ["retrain.py"],
            cwd=str(folder),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(kept, CUDA_VISIBLE_DEVICES=""),
        )
        code, record = prove(folder, "python label_image.py --image=stripes.png", "--legacy-python", tf1_python)
        assert code == 0, capsys.readouterr().out
        [printed] = record["proof"]["checks"]
        assert printed["subject"] == "printed, 3 lines, 3 numbers" and printed["apart"] <= 1e-5

    def test_what_is_not_the_same_is_said(self, script, tf1_python, capsys):
        folder = script()
        (folder / "a.py").write_text(
            "import numpy as np\nimport tensorflow as tf\nnewer = int(tf.__version__[0]) - 1\nprint('value', 2.0 + "
            "newer)\n"
            "np.save('a.npy', np.arange(3.0) + newer * 1e-3)\nopen('%d.txt' % newer, 'w').close()\n"
        )
        before = (folder / "a.py").read_text()
        code, record = prove(folder, "a.py", "--legacy-python", tf1_python, "--in-place")
        assert code == 1 and record["proof"]["same"] is False
        assert (folder / "a.py").read_text() == before  # written where it is proven
        told = {one["subject"]: one["where"] for one in record["proof"]["checks"] if not one["same"]}
        assert told == {
            "printed, 1 lines, 1 numbers": "line 1: 2.0 became 3.0 in 'value 2.0'",
            "a.npy, array": ": 0.001 apart",
            "0.txt": "only the old script wrote it",
            "1.txt": "only the new script wrote it",
        }
        assert "NOT PROVEN: 0 of 4 the same" in capsys.readouterr().out

    def test_a_script_that_does_not_run_is_no_proof(self, script, tf1_python, capsys):
        folder = script("estimator_iris.py")
        code, record = prove(folder, "estimator_iris.py", "--legacy-python", tf1_python)
        assert code == 1 and not record["proof"]["same"]
        assert "the new script: exit code 1 under TF 2" in capsys.readouterr().out


@pytest.mark.interpreters
class TestOldPythons:
    def test_python_3_6_finds_and_writes_the_same(self, tx2_python, tmp_path):
        records = []
        for python in ([sys.executable], shlex.split(tx2_python)):
            subprocess.run(
                python
                + [
                    "-m",
                    "poets",
                    "upgrade",
                    str(SCRIPTS),
                    "-q",
                    "--output",
                    str(tmp_path / "out"),
                    "--json",
                    str(tmp_path / "out.json"),
                ],
                cwd=project_root(),
                timeout=300,
                stderr=subprocess.DEVNULL,
            )
            found = json.loads((tmp_path / "out.json").read_text())["files"]
            texts = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
            lines = [
                (os.path.basename(one["path"]), each["line"], each["rule"], each["subject"])
                for one in found
                for each in one["findings"]
                if each["rule"] != "syntax"
            ]
            records.append((texts, lines))
        assert records[0] == records[1]


class TestWithoutInterpreters:
    @pytest.mark.parametrize(
        "flags, words",
        [
            (["--legacy-python", "/no/such/python"], "does not run"),
            (["--legacy-python", "false"], "no TensorFlow under 'false'"),
        ],
    )
    def test_a_missing_python_is_code_3(self, flags, words, script, capsys):
        code, _ = prove(script("queues.py"), "queues.py", *flags)
        assert code == 3 and words in capsys.readouterr().err

    def test_the_wrong_tensorflow_is_code_3(self, script, capsys):
        code, _ = prove(script("queues.py"), "queues.py", "--legacy-python", sys.executable)
        assert code == 3 and "TensorFlow 1.15 is required" in capsys.readouterr().err

    def test_a_missing_script_is_code_2(self, script, capsys):
        code, _ = prove(script("queues.py"), "other.py", "--legacy-python", "false")
        assert code == 2 and "no script 'other.py'" in capsys.readouterr().err

    def test_what_differs_by_chance_is_said_to(self):
        checks = [Check("a", False, 1.0, "x"), Check("b", False, 1.0, "y"), Check("c", True, 0.0, "")]
        others = [Check("a", False, 1.0, "z"), Check("b", True, 0.0, ""), Check("c", False, 1.0, "w")]
        assert [(one.same, one.where) for one in with_chance_named(checks, others)] == [
            (False, "x (two runs under TF 1 differ too: z)"),
            (False, "y"),
            (True, ""),
        ]

    def test_the_words_after_python(self):
        assert script_words("python3 queues.py --a 'b c'", str(SCRIPTS)) == ["queues.py", "--a", "b c"]


class TestText:
    @pytest.mark.parametrize(
        "old, new",
        [
            ("loss 0.500001", "loss 0.500002"),
            ("took 3.1 s at 10:11:12", "took 9 s at 12:00:00"),
            ("[0.5 1. ]", "[ 0.5 1.0]"),
            ("2017-01-02 10:11:12.123: a", "2026-11-23 01:02:03.5: a"),
            ("[0.5, 2]", "[np.float32(0.5), np.int64(2)]"),
            ("nan inf", "nan inf"),
            ("at 0x7f0123456789", "at 0x7fabcdef0123"),
            ("a  b ", "a b"),
            ("1e6", "1000000"),
        ],
    )
    def test_the_same(self, old, new):
        assert compare_text(old, new, 1e-5).same

    @pytest.mark.parametrize(
        "old, new, where",
        [
            ("loss 0.5", "loss 0.6", "line 1: 0.5 became 0.6 in 'loss 0.5'"),
            ("a\nb", "a", "2 lines became 1"),
            ("daisy 1", "rose 1", "line 1: 'daisy 1' became 'rose 1'"),
            ("1 2", "1", "line 1: '1 2' became '1'"),
            ("loss 1.0", "loss nan", "line 1: 1.0 became nan in 'loss 1.0'"),
            ("v1.15", "v2.21", "line 1: 'v1.15' became 'v2.21'"),
        ],
    )
    def test_not_the_same(self, old, new, where):
        found = compare_text(old, new, 1e-5)
        assert not found.same and found.where == where


class TestFiles:
    def test_arrays_by_value_and_never_by_pickle(self, tmp_path):
        np.save(str(tmp_path / "a.npy"), np.array([1.0, np.nan, 1e9]))
        np.save(str(tmp_path / "b.npy"), np.array([1.0, np.nan, 1e9 + 1]))
        np.save(str(tmp_path / "c.npy"), np.array([{}]), allow_pickle=True)
        paths = [str(tmp_path / name) for name in ("a.npy", "b.npy", "c.npy")]
        assert same_files.compare("array", paths[0], paths[1], 1e-5) == (True, pytest.approx(1e-9), "")
        assert same_files.compare("array", paths[0], paths[1], 1e-12)[0] is False
        assert "without unpickling" in same_files.compare("array", paths[0], paths[2], 1)[2]

    def test_kinds(self, tmp_path):
        for name, kind in (
            ("a.npz", "array"),
            ("graph.pb", "graph"),
            ("m.index", "checkpoint"),
            ("a.png", "picture"),
            ("m.data-00000-of-00001", None),
            ("events.out.tfevents.1.host", "events"),
            ("a.txt", "text"),
        ):
            (tmp_path / name).write_text("a")
            assert kind_of(str(tmp_path / name)) == kind
        (tmp_path / "a.bin").write_bytes(b"\xff\x00")
        assert kind_of(str(tmp_path / "a.bin")) == "bytes"
