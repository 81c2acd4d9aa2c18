"""`poets parity --task mnist` as a user runs it: mistakes, its reports, workers that die, old interpreters."""

import json
import os
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.ending import exit_code
from poets.migrate import cli
from poets.migrate.judge.lab import command


@pytest.mark.parametrize(
    "argv, words",
    [
        (["mnist"], "usage: poets mnist {legacy,modern}"),
        (["parity", "--task", "mnist", "--data", "nowhere"], "error: --data: no file or folder 'nowhere' here"),
        (["parity", "--task", "mnist", "--data", "x", "--download"], "--data and --download: give one"),
        (["parity", "--task=mnist", "--epochs", "0"], "--epochs 0 leaves nothing to compare"),
        (["parity", "--task", "mnist", "--dropout", "1"], "--dropout must be 0 or more and below 1"),
        (["parity", "--task", "mnist", "--timeout", "0"], "--timeout must be above 0"),
        (["parity", "--task", "mnist", "--junit", "/proc/none/x.xml"], "--junit: cannot write"),
        (["parity", "--task", "mnist", "--layers", "deep"], "--task mnist: argument --layers"),
        (["parity", "--task", "golf"], "argument --task"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(argv, words, capsys):
    code = exit_code(cli.main, argv)
    err = capsys.readouterr().err
    assert code == 2 and words in err and len(err.strip().splitlines()) == 1


def judged(*flags, **options):
    """`poets parity --task mnist` in a process of its own: (exit code, verdict or None, stdout, stderr)."""
    folder = options["folder"]
    report = os.path.join(str(folder), "verdict.json")
    code, out, err = tiny.run_command(
        "poets",
        "parity",
        "--task",
        "mnist",
        "--json",
        report,
        *flags,
        python=options.get("python", sys.executable),
        cwd=str(folder),
    )
    verdict = None
    if os.path.exists(report):
        with open(report, encoding="utf-8") as file:
            verdict = json.load(file)
    return code, verdict, out, err


@pytest.mark.tensorflow
def test_the_command(data, tmp_path):
    code, verdict, out, err = judged(
        "--data", data, "--epochs", "2", "--markdown", "v.md", "--junit", "v.xml", folder=tmp_path
    )
    assert code == 0, out + err
    assert verdict["verdict"] == "parity" and verdict["steps"] == 26 and verdict["first_step"] is None
    losses = verdict["parts"]["losses of all steps"]
    assert 0 < losses["max_abs"] <= 1e-13 and losses["elements"] == 26
    assert verdict["parts"]["final weights"]["elements"] == verdict["parameters"]
    assert verdict["top1_agreement"] == 1.0 and len(verdict["curve"]["legacy"]) == 2
    lines = out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 80 and "PARITY" in out
    assert "**PARITY**" in (tmp_path / "v.md").read_text() and "Epochs" in (tmp_path / "v.md").read_text()
    suite = ElementTree.parse(str(tmp_path / "v.xml")).getroot()
    assert suite.get("tests") == "5" and suite.get("failures") == "0"


@pytest.mark.tensorflow
def test_a_worker_that_dies_ends_with_4(data, tmp_path):
    python = f"{sys.executable} -m parity_tests.fixtures.workers.broken_mnist_worker dies"
    code, verdict, _, err = judged(
        "--data", data, "--epochs", "1", "--twins", "modern,modern", "--legacy-python", python, folder=tmp_path
    )
    assert code == 4 and verdict is None
    assert "the modern worker died during 'train_mnist'" in err and "the last words of the worker" in err


def test_a_python_without_tensorflow_ends_with_3(data, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "tensorflow.py").write_text("raise ImportError('no TensorFlow in this test')\n")
    python = f"env PYTHONPATH={tmp_path / 'broken'} {sys.executable}"
    code, _, _, err = judged("--data", data, "--legacy-python", python, folder=tmp_path)
    assert code == 3 and "no TensorFlow in this test" in err and "Traceback" not in err


def test_the_judges_flags_are_the_labs():
    flags = command.make_parser().parse_args([])
    assert (flags.hidden, flags.epochs, flags.batch_size, flags.dropout, flags.layers) == (128, 5, 32, 0.2, "dense")


@pytest.mark.interpreters
@pytest.mark.parametrize("layers", ["dense", "conv"])
def test_tensorflow_1_15_against_this_keras(data, tmp_path, tf1_python, layers):
    code, verdict, out, err = judged(
        "--data", data, "--epochs", "2", "--layers", layers, "--legacy-python", str(tf1_python), folder=tmp_path
    )
    assert code == 0, out + err
    assert verdict["interpreters"]["legacy"]["tensorflow"] == "1.15.5"
    assert 0 < verdict["parts"]["losses of all steps"]["max_abs"] <= 1e-13


@pytest.mark.interpreters
def test_the_judge_and_both_twins_on_python_3_6(data, tmp_path, tx2_python):
    code, verdict, out, err = judged("--data", data, "--epochs", "2", folder=tmp_path, python=str(tx2_python))
    assert code == 0, out + err
    assert verdict["interpreters"]["modern"]["keras"] == "2.6.0"
    assert verdict["parts"]["losses of all steps"]["max_abs"] <= 1e-13
