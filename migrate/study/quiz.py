"""`poets study --quiz`: asks and checks on a terminal; elsewhere prints the questions, then the answers."""

from typing import Callable
from typing import List
from typing import Optional
from typing import Sequence

from poets.migrate.study.lesson import Lesson
from poets.migrate.study.lesson import Question

LETTERS = "abcdefgh"


def sheet(lessons: Sequence[Lesson]) -> str:
    """All questions, and below them all answers: to be printed for a class."""
    lines = ["Questions", ""]
    answers = ["Answers", ""]
    number = 0
    for lesson in lessons:
        for question in lesson.questions:
            number += 1
            lines += ["%d. (%s) %s" % (number, lesson.name, question.asked)] + _choices(question) + [""]
            answers.append("%d. %s. %s" % (number, _right(question), question.because))
    return "\n".join(lines + answers) + "\n"


def ask(lessons: Sequence[Lesson], read: Callable[[str], str], say: Callable[[str], None]) -> int:
    """Ask every question until it is answered; gives how many were right.

    Args:
        lessons: whose questions.
        read: shows a prompt and gives what was typed; an empty line leaves a question out. Raises EOFError at the end.
        say: shows a line.
    """
    asked = [(lesson, question) for lesson in lessons for question in lesson.questions]
    right = seen = 0
    for number, (lesson, question) in enumerate(asked, 1):
        say("%d of %d (%s): %s" % (number, len(asked), lesson.name, question.asked))
        for line in _choices(question):
            say(line)
        try:
            answer = _answer(question, read, say)
        except EOFError:
            say("")
            break
        seen += 1
        right += answer == question.right
        say("%s %s\n" % ("Right." if answer == question.right else "No: %s." % _right(question), question.because))
    say("%d of %d right." % (right, seen))
    return right


def _answer(question: Question, read: Callable[[str], str], say: Callable[[str], None]) -> Optional[int]:
    letters = LETTERS[:len(question.choices)]
    while True:
        typed = read("Your answer (%s): " % ", ".join(letters)).strip().lower().rstrip(")")
        if not typed:
            return None
        if typed in list(letters):
            return letters.index(typed)
        say("Type one of %s; an empty line leaves the question out." % ", ".join(letters))


def _choices(question: Question) -> List[str]:
    return ["   %s) %s" % pair for pair in zip(LETTERS, question.choices)]


def _right(question: Question) -> str:
    return "%s) %s" % (LETTERS[question.right], question.choices[question.right])
