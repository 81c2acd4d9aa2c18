"""`poets study --quiz`: ask and check on a terminal; elsewhere print the questions, then the answers."""

from typing import Callable, List, Optional, Sequence

from poets.migrate.study.lesson import Lesson, Question

LETTERS = "abcdefgh"


def sheet(lessons: Sequence[Lesson]) -> str:
    """All questions, followed by all answers, to print for a class."""
    lines = ["Questions", ""]
    answers = ["Answers", ""]
    number = 0
    for lesson in lessons:
        for question in lesson.questions:
            number += 1
            lines += [f"{number}. ({lesson.name}) {question.asked}"] + _choices(question) + [""]
            answers.append(f"{number}. {_right(question)}. {question.because}")
    return "\n".join(lines + answers) + "\n"


def ask(lessons: Sequence[Lesson], read: Callable[[str], str], say: Callable[[str], None]) -> int:
    """Ask every question until it is answered; returns the number of right answers.

    Args:
        lessons: the lessons whose questions are asked.
        read: shows a prompt and returns what was typed; an empty line skips a question. Raises EOFError at the end.
        say: prints a line.
    """
    asked = [(lesson, question) for lesson in lessons for question in lesson.questions]
    right = seen = 0
    for number, (lesson, question) in enumerate(asked, 1):
        say(f"{number} of {len(asked)} ({lesson.name}): {question.asked}")
        for line in _choices(question):
            say(line)
        try:
            answer = _answer(question, read, say)
        except EOFError:
            say("")
            break
        seen += 1
        right += answer == question.right
        say(f"{'Right.' if answer == question.right else f'No: {_right(question)}.'} {question.because}\n")
    say(f"{right} of {seen} right.")
    return right


def _answer(question: Question, read: Callable[[str], str], say: Callable[[str], None]) -> Optional[int]:
    letters = LETTERS[: len(question.choices)]
    while True:
        typed = read(f"Your answer ({', '.join(letters)}): ").strip().lower().rstrip(")")
        if not typed:
            return None
        if typed in list(letters):
            return letters.index(typed)
        say(f"Type one of {', '.join(letters)}; an empty line skips the question.")


def _choices(question: Question) -> List[str]:
    return [f"   {letter}) {choice}" for letter, choice in zip(LETTERS, question.choices)]


def _right(question: Question) -> str:
    return f"{LETTERS[question.right]}) {question.choices[question.right]}"
