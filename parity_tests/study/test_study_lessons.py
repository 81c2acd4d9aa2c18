"""The lessons: every function, figure and command that they name is there."""

import argparse
import os
import shlex
import subprocess
import sys

import pytest

from poets.migrate import cli
from poets.migrate.study import chapter, homework, quiz
from poets.migrate.study import lesson as lessons
from poets.migrate.task.errors import BadInput
from poets.migrate.task.worker.start import project_root

ASKED_FOR = {
    "placeholders",
    "session",
    "variables",
    "collections",
    "surgery",
    "saving",
    "optimizers",
    "dropout",
    "resize",
    "pipelines",
    "memory",
    "keras",
    "hub",
}
LESSONS = [lessons.read(name) for name in lessons.names()]
LINES = (
    [see.command for lesson in LESSONS for see in lesson.see]
    + [figure.command for lesson in LESSONS for figure in lesson.figures if figure.command]
    + [one.command for one in homework.QUESTIONS]
)
COMMANDS = sorted({part.strip() for line in LINES for part in line.split("&&")})


def test_the_lessons_asked_for_are_there():
    assert set(lessons.names()) == set(lessons.ORDER) == ASKED_FOR
    assert [lesson.name for lesson in LESSONS] == lessons.names()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_function_named_exists_and_is_shown_as_it_stands(lesson):
    assert lesson.pairs
    found = chapter.of_lesson(lesson)
    for beside in found.twins:
        assert beside.legacy or beside.modern
        for block in filter(None, beside):
            with open(os.path.join(project_root(), block.file), encoding="utf-8") as file:
                lines = file.read().splitlines()
            assert block.rows
            for row in block.rows:
                assert "".join(words for _, words in row.segments) == lines[row.number - 1]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_has_all_its_parts(lesson):
    assert lesson.changed and lesson.why and lesson.see and len(lesson.breaks) >= 3 and len(lesson.questions) >= 2
    for question in lesson.questions:
        assert 2 <= len(question.choices) <= len(quiz.LETTERS) and 0 <= question.right < len(question.choices)
        assert len(set(question.choices)) == len(question.choices) and question.because
    for one in lesson.breaks:
        compile(one.code, "example", "exec")
        assert one.outcome and one.means
    assert all(ord(letter) < 128 for letter in repr(lesson))  # Python 3.6 without LANG writes ASCII alone


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_figure_stands_in_the_source_it_names(lesson):
    for figure in lesson.figures:
        path = os.path.join(project_root(), figure.source)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                assert figure.value in file.read(), f"{figure.value} is no longer in {figure.source}"
        else:
            measured = figure.source.startswith("measured on TensorFlow") and figure.command
            assert measured or "MIDS-W251" in figure.source


def test_answers_are_not_always_in_one_place():
    right = [question.right for lesson in LESSONS for question in lesson.questions]
    assert max(right.count(place) for place in set(right)) < 0.8 * len(right)


class Parsed(BaseException):
    """Flags were read, so the command exists and takes them."""


@pytest.mark.tensorflow
@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one_that_poets_takes(line, monkeypatch):
    words = shlex.split(line)
    real = argparse.ArgumentParser.parse_args

    def parse(self, *args, **kwargs):
        real(self, *args, **kwargs)
        raise Parsed

    if words[:3] == ["python", "-m", "timeit"]:
        compile("\n".join(words[-2:]), line, "exec")
        return
    if words[:2] == ["python", "-m"]:
        assert (
            subprocess.run(
                [sys.executable, "-m"] + words[2:] + ["--help"], stdout=subprocess.PIPE, timeout=60, cwd=project_root()
            ).returncode
            == 0
        )
        return
    assert words[0] == "poets"
    if words[1] == "--version":
        return
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    with pytest.raises(Parsed):
        cli.main(words[1:])


def test_a_lesson_that_names_nothing_is_refused():
    broken = lessons.read("resize")._replace(pairs=[lessons.CodePair("images:no_such", "")])
    with pytest.raises(BadInput, match="legacy has no images:no_such"):
        chapter.of_lesson(broken)
