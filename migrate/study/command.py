"""The command `poets study`: the twins side by side, one lesson at a time."""

import argparse
import io
import sys
from typing import Any, Callable, List, Optional

from poets.migrate import console
from poets.migrate.study import chapter, examples, quiz, study_html, study_json, terminal
from poets.migrate.study import lesson as lessons
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser, add_output_flags

NARROWEST = 40
EPILOG = (
    "A lesson is a name from --list; a step is a file that both twins have, shown function by "
    "function; `questions` shows the homework's thirteen questions with answers."
)


def make_parser() -> argparse.ArgumentParser:
    """The flags."""
    parser = Parser(
        prog="poets study",
        epilog=EPILOG,
        description="Show the TF1 and the TF2 program side by side: what changed, why, and what breaks.",
    )
    parser.add_argument("lesson", nargs="?", metavar="LESSON", help="a lesson, a step, or `questions`")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--list", action="store_true", help="list the lessons")
    group.add_argument("--quiz", action="store_true", help="ask the questions of the lesson, or of all lessons")
    group.add_argument(
        "--try",
        action="store_true",
        dest="attempt",
        help="run the examples of what breaks, of the lesson or of all lessons, with this TensorFlow",
    )
    parser.add_argument("--html", metavar="FILE", help="write the lesson, or all lessons, as one HTML page")
    parser.add_argument(
        "--width", type=int, metavar="N", help="width in columns; from 120 on, the twins are shown side by side"
    )
    add_output_flags(parser, "the lesson, or all lessons,", "show complete docstrings")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: study(flags))


def study(flags: argparse.Namespace) -> int:
    """Show, write, ask or try, as the flags ask.

    Raises:
        BadInput: no such lesson, or a file that cannot be written.
        BrokenEnvironment: a required package is missing.
    """
    _check(flags)
    if flags.attempt:
        return _try(flags)
    if flags.json:
        console.write_json(flags.json, study_json.record(flags.lesson, flags.verbose))
    if flags.html:
        console.write_out(flags.html, study_html.render(flags.lesson, flags.verbose))
    if "-" in (flags.json, flags.html) or flags.quiet:
        return 0
    if flags.quiz:
        _quiz(flags)
    elif flags.html or flags.json:
        console.say("written: " + ", ".join(filter(None, (flags.html, flags.json))))
    else:
        _show(lambda screen: _print(flags, screen), flags.width)
    return 0


def _check(flags: argparse.Namespace) -> None:
    for name, target in (("--json", flags.json), ("--html", flags.html)):
        if target not in (None, "-"):
            check_writable(target, name)
    if flags.json == "-" and flags.html == "-":
        raise BadInput("--json and --html cannot both write to standard output; give one of them a file")
    if flags.attempt and flags.html:
        raise BadInput("--html and --try cannot be combined: give one of them")
    if flags.width is not None and flags.width < NARROWEST:
        raise BadInput(f"--width: {int(flags.width)} is below {NARROWEST} columns")
    if flags.lesson and (flags.quiz or flags.attempt):
        _lessons(flags.lesson)
    elif flags.lesson and flags.lesson != "questions":
        chapter.find(flags.lesson)
    if flags.html:
        study_html.check_installed()


def _lessons(name: Optional[str]) -> List[lessons.Lesson]:
    """The lesson of that name, or all lessons.

    Raises:
        BadInput: there is no such lesson.
    """
    if name == "questions":
        raise BadInput("questions are the homework's and have answers; --quiz and --try take a lesson (see --list)")
    if name and name not in lessons.names():
        chapter.find(name)  # its error suggests similar names
        raise BadInput(f"{name} is a step and has neither quiz nor examples; poets study --list lists the lessons")
    return [lessons.read(one) for one in lessons.names() if name in (None, one)]


def _show(draw: Callable[[Any], None], width: Optional[int]) -> None:
    """Print on the terminal; elsewhere print plain text, without the spaces with which rich pads tables."""
    from rich.console import Console

    screen = console.screen(sys.stdout)
    if width:
        screen = Console(file=sys.stdout, width=width, color_system="auto" if screen.is_terminal else None)
    if screen.is_terminal:
        draw(screen)
        return
    text = io.StringIO()
    draw(Console(file=text, width=screen.width, color_system=None))
    sys.stdout.write("".join(line.rstrip() + "\n" for line in text.getvalue().splitlines()))
    sys.stdout.flush()


def _print(flags: argparse.Namespace, screen: Any) -> None:
    if flags.lesson == "questions":
        terminal.show_questions(screen)
    elif flags.lesson:
        terminal.show(chapter.find(flags.lesson, flags.verbose), screen)
    else:
        terminal.show_list(screen, begin=not flags.list)


def _quiz(flags: argparse.Namespace) -> None:
    chosen = _lessons(flags.lesson)
    if sys.stdin.isatty() and sys.stdout.isatty():
        quiz.ask(chosen, input, print)
    else:
        sys.stdout.write(quiz.sheet(chosen))
        sys.stdout.flush()


def _try(flags: argparse.Namespace) -> int:
    """Run examples; exit code 1 if one does not do what the lesson says, for example on another TensorFlow."""
    chosen = _lessons(flags.lesson)
    if not flags.quiet:
        console.say("importing TensorFlow and running the examples ...")
    answer = examples.attempt([one for lesson in chosen for one in lesson.breaks])
    if flags.json:
        console.write_json(flags.json, study_json.of_examples(answer))
    if not flags.quiet and flags.json != "-":
        _show(lambda screen: terminal.show_tried(answer, screen), flags.width)
    return 0 if all(one.as_quoted for one in answer.tried) else 1
