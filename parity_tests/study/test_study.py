"""`poets study`: the twins' own code beside each other, on a terminal, piped, as JSON and as a quiz. No TensorFlow."""

import io
import json
import os
import pty
import re
import subprocess
import sys

import pytest
from rich.console import Console

from parity_tests.fixtures.commands.ending import exit_code
from poets.migrate.study import chapter, command, homework, quiz, source, terminal
from poets.migrate.study import lesson as lessons
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.worker.start import project_root

LESSONS = [lessons.read(name) for name in lessons.names()]


def shown(name, width):
    """A chapter as text."""
    text = io.StringIO()
    terminal.show(chapter.find(name), Console(file=text, width=width, color_system=None))
    return text.getvalue()


def test_a_step_is_shown_function_by_function():
    found = chapter.find("images")
    names = [(beside.legacy and beside.legacy.name, beside.modern and beside.modern.name) for beside in found.twins]
    both = [("decode", "decode"), ("resize", "resize"), ("normalize", "normalize"), ("distort", "distort")]
    assert names == [("Stages", None)] + both + [("add_stages", None)]
    assert set(chapter.steps()) >= {
        "backbone",
        "bottlenecks",
        "head",
        "train",
        "evaluate",
        "summaries",
        "export",
        "retrain",
        "label_image",
        "mnist",
        "worker",
    }
    for name in chapter.files():
        assert chapter.find(name).line
    alone = chapter.find("hub_layer")
    assert all(beside.legacy is None and beside.modern for beside in alone.twins) and alone.code[0] == 0


def test_narrow_is_stacked_and_wide_is_side_by_side():
    narrow, wide = shown("resize", 80), shown("resize", 120)
    assert max(len(line.rstrip()) for line in narrow.splitlines() if "poets " not in line) <= 80
    both = re.compile("legacy/images.py, resize .*modern/images.py, resize ")
    assert both.search(wide) and not both.search(narrow)
    assert narrow.index("legacy/images.py, resize ") < narrow.index("modern/images.py, resize ")
    for text in (narrow, wide):
        assert "study:" not in text
        assert re.search(r"legacy/images.py:\d+  TF1 maps output pixel i to input i \* scale", text)
        assert "3.6 grey levels" in text and "-> [0. 2. 4. 6.]" in text


@pytest.mark.parametrize("name", lessons.names())
def test_every_lesson_fits_its_width(name):
    for width in (80, 120, 200):
        for line in shown(name, width).splitlines():
            assert len(line.rstrip()) <= width or line.startswith("    ")  # a command to copy is not broken


def test_verbose_shows_docstrings_whole(capsys):
    assert command.main(["resize", "-v"]) == 0
    whole = capsys.readouterr().out
    assert command.main(["resize"]) == 0
    assert "Returns:" in whole and "Returns:" not in capsys.readouterr().out


def test_piped_it_is_plain_text(capsys):
    assert command.main(["resize"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and not [line for line in out.splitlines() if line != line.rstrip()]
    assert command.main(["resize", "--width", "160"]) == 0
    assert "modern/images.py, resize" in capsys.readouterr().out.split("legacy/images.py, resize")[1].splitlines()[0]


def test_the_list_has_every_lesson_and_the_start_says_how_to_begin(capsys):
    assert command.main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert command.main([]) == 0
    start = capsys.readouterr().out
    for lesson in LESSONS:
        assert re.search(r"^  %s +%s" % (lesson.name, re.escape(lesson.line[:30])), listed, re.MULTILINE)
    assert start.startswith(listed.rstrip()) and "poets study placeholders" in start


@pytest.mark.parametrize(
    "argv, expected",
    [
        (["reszie"], "error: no lesson 'reszie'; did you mean 'resize'? (poets study --list lists them)"),
        (["wholly_unknown_xyz"], "error: no lesson 'wholly_unknown_xyz' (poets study --list lists them)"),
        (["qestions"], "did you mean 'questions'?"),
        (["head", "--quiz"], "error: head is a step and has neither quiz nor examples"),
        (["questions", "--try"], "error: questions are the homework's"),
        (["resize", "--width", "10"], "error: --width: 10 is below 40 columns"),
        (["resize", "--json", "/proc/none/x.json"], "--json: cannot write"),
        (["--json", "-", "--html", "-"], "cannot both write to standard output"),
        (["resize", "--try", "--html", "x.html"], "error: --html and --try cannot be combined"),
        (["--list", "--quiz"], "not allowed with argument"),
        (["resize", "--frobnicate"], "unrecognized arguments: --frobnicate"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(argv, expected, capsys):
    code = exit_code(command.main, argv)
    out, err = capsys.readouterr()
    assert code == 2 and not out
    assert expected in err and len(err.strip().splitlines()) == 1


def test_json_has_everything(capsys, tmp_path):
    assert command.main(["--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [lesson["name"] for lesson in found["lessons"]] == lessons.names()
    assert [one["number"] for one in found["questions"]["questions"]] == list(range(1, 14))
    one = found["lessons"][lessons.names().index("resize")]
    block = one["twins"][1]["legacy"]
    assert block["file"] == "legacy/images.py" and "resize_bilinear" in "".join(block["lines"].values())
    assert one["lines_of_code"]["legacy"] > 0 and one["breaks"] and one["questions"]
    assert command.main(["head", "--json", str(tmp_path / "head.json"), "-q"]) == 0
    assert json.loads((tmp_path / "head.json").read_text())["lessons"][0]["name"] == "head"
    assert capsys.readouterr() == ("", "")


def test_quiz_on_paper(capsys):
    assert command.main(["resize", "--quiz"]) == 0
    out = capsys.readouterr().out
    questions, answers = out.split("\nAnswers\n")
    assert questions.startswith("Questions\n") and "   a) " in questions
    count = len(lessons.read("resize").questions)
    assert len(re.findall(r"^\d+\. ", answers, re.MULTILINE)) == count
    assert command.main(["--quiz"]) == 0
    assert capsys.readouterr().out.count("\n   a) ") == sum(len(lesson.questions) for lesson in LESSONS)


def test_quiz_asks_again_checks_and_counts():
    lesson = lessons.read("resize")
    right = quiz.LETTERS[lesson.questions[0].right]
    typed = iter(["x", right.upper() + ")", ""])
    said = []

    def read(prompt):
        said.append(prompt)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError

    assert quiz.ask([lesson], read, said.append) == 1
    text = "\n".join(said)
    assert "Type one of a, b, c" in text and "\nRight. " in text and "\nNo: " in text
    assert said[-1] == "1 of 2 right."


def test_on_a_terminal_the_quiz_asks_and_checks():
    keyboard, terminal_end = pty.openpty()
    right = [quiz.LETTERS[question.right] for question in lessons.read("resize").questions]
    try:
        run = subprocess.Popen(
            [sys.executable, "-m", "poets", "study", "resize", "--quiz"],
            cwd=project_root(),
            stdin=terminal_end,
            stdout=terminal_end,
            stderr=terminal_end,
        )
        os.write(keyboard, "".join(letter + "\n" for letter in right).encode("ascii"))
        assert run.wait(60) == 0
        said = os.read(keyboard, 65536).decode("utf-8")
    finally:
        os.close(keyboard)
        os.close(terminal_end)
    assert said.count("Right.") == len(right) and f"{len(right)} of {len(right)} right." in said
    assert "\nAnswers" not in said.replace("\r", "")


def test_the_homeworks_thirteen(capsys):
    assert [one.number for one in homework.QUESTIONS] == list(range(1, 14))
    assert all(one.subject and one.answer and one.command.startswith("poets ") for one in homework.QUESTIONS)
    assert command.main(["questions"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for one in homework.QUESTIONS:
        assert " ".join(one.answer.split()) in out and one.command in out


def test_it_starts_without_tensorflow_and_knows_a_package_that_is_missing(monkeypatch):
    program = (
        "import sys; from poets.migrate import cli; code = cli.main(['study', 'resize', '-q']); "
        "sys.exit(code or len({'tensorflow', 'keras', 'jinja2', 'poets.legacy', 'poets.modern'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=project_root(), timeout=60).returncode == 0
    monkeypatch.setitem(source.PACKAGES, "modern", "poets.no_such_twin")
    with pytest.raises(BrokenEnvironment, match="poets.no_such_twin is missing") as caught:
        chapter.find("images")
    assert caught.value.exit_code == 3
