"""`poets study --try`: what the lessons say breaks does break so, on the TensorFlow at hand; one process for all."""

import json
import os
import subprocess
import sys

import pytest

from poets.migrate.study import command, examples
from poets.migrate.study import lesson as lessons
from poets.migrate.task.errors import BrokenEnvironment


@pytest.fixture(scope="module")
def answer():
    return examples.attempt([one for name in lessons.names() for one in lessons.read(name).breaks])


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", lessons.names())
def test_every_example_ends_as_its_lesson_tells(answer, name):
    own = lessons.read(name).breaks
    tried = [one for one in answer.tried if one.example in own]
    assert len(tried) == len(own)
    for one in tried:
        assert one.as_quoted, f"{one.example.forgotten}\ntold: {one.example.outcome}\ngot:  {one.got}"


@pytest.mark.tensorflow
def test_the_command_says_so(capsys):
    assert command.main(["resize", "--try", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tensorflow"].startswith("2.") and all(one["as_told"] for one in found["examples"])


@pytest.mark.parametrize(
    "told, got, same",
    [
        ("ValueError: No step set.", "ValueError: No step set. Please specify one", True),
        ("ValueError: ...contains no shape.", "ValueError: 'images' contains no shape.", True),
        ("ValueError: ...contains no shape.", "TypeError: 'images' contains no shape.", False),
        ("a\nb", "a\nb", True),
        ("[0. 2.]", "[0.5 2.5]", False),
        ("b", "a b", False),
        ("0.2", "0.23", False),
    ],
)
def test_outcomes_are_held_against_what_is_told(told, got, same):
    assert examples.matches(told, got) is same


def test_an_example_that_ends_otherwise_is_exit_1(monkeypatch, capsys):
    own = lessons.read("resize").breaks[:2]
    tried = [examples.Tried(own[0], own[0].outcome, True), examples.Tried(own[1], "no error at all", False)]
    monkeypatch.setattr(examples, "attempt", lambda given: examples.ExampleOutput("2.99.0", tried))
    assert command.main(["resize", "--try"]) == 1
    out = capsys.readouterr().out
    assert "got:    no error at all" in out and "TensorFlow 2.99.0: 1 of 2 as quoted\n" in out
    assert "The lessons quote TensorFlow 2.21." in out


def test_without_tensorflow_it_is_one_line_and_exit_3(monkeypatch, tmp_path, capsys):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('no TensorFlow in this test')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert command.main(["resize", "--try"]) == 3
    err = capsys.readouterr().err.splitlines()
    assert "no TensorFlow in this test" in err[-1] and "poets doctor" in err[-1] and "Traceback" not in "".join(err)


def test_examples_that_hang_are_ended(monkeypatch):
    monkeypatch.setattr(examples, "TIMEOUT_S", 0.01)
    with pytest.raises(BrokenEnvironment, match="took over"):
        examples.attempt([])


def test_the_answer_is_one_line_whatever_an_example_prints(tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        "__version__ = '2'\nclass L:\n    def setLevel(self, level): print('noise')\ndef get_logger(): return L()\n"
    )
    programs = ["print('one')\nprint(tf.__version__)", "1 / 0", "import sys; sys.stdout.write('x')"]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(tmp_path)] + [path for path in sys.path if path]))
    run = subprocess.run(
        [sys.executable, "-m", "poets.migrate.study.run_examples"],
        input=json.dumps(programs).encode(),
        stdout=subprocess.PIPE,
        env=environment,
        timeout=60,
    )
    said = json.loads(run.stdout.decode())
    assert said["outcomes"] == ["one\n2", "ZeroDivisionError: division by zero", "x"]
