"""The parts of a lesson. A lesson names code of the twins, which is read when the lesson is shown."""

import importlib
import pkgutil
from typing import List, NamedTuple

# in the order of a course: first how a program is written, then what surrounds it
ORDER = (
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
)


class CodePair(NamedTuple):
    legacy: str
    """`head:add_head`: a file of the twin and a name in it; `head:` is the whole file, "" is none."""
    modern: str
    """The same in the modern twin."""


class Break(NamedTuple):
    forgotten: str
    """The mistake, as a gerund."""
    code: str
    """Code that makes the mistake; `tf` and `np` are imported."""
    outcome: str
    """The result: the error's last line, or what is printed; `...` matches anything."""
    means: str
    """The explanation, and what to do."""


class QuotedFigure(NamedTuple):
    value: str
    """Exactly as in the source."""
    words: str
    """What the figure means."""
    source: str
    """A file of the project that states it, or where and when it was measured."""
    command: str
    """The command that measures it again; empty if there is none."""


class See(NamedTuple):
    command: str
    """A poets command."""
    words: str
    """What it shows."""


class Question(NamedTuple):
    asked: str
    choices: List[str]
    right: int
    """Index of the right choice."""
    because: str
    """Why the right choice is right."""


class Lesson(NamedTuple):
    name: str
    """As in `poets study NAME`."""
    line: str
    """One line, for the list of lessons."""
    changed: str
    """What differs between TF1 and TF2, in words."""
    why: str
    """The reason for the change."""
    pairs: List[CodePair]
    """The twins' code that shows it."""
    breaks: List[Break]
    """What goes wrong if it is forgotten."""
    figures: List[QuotedFigure]
    """Measurements of the project."""
    see: List[See]
    """Commands that show more."""
    questions: List[Question]


def names() -> List[str]:
    """All lessons, in the order of a course; those not in `ORDER` come last."""
    found = [one.name for one in pkgutil.iter_modules(importlib.import_module("poets.migrate.study.lessons").__path__)]
    return [name for name in ORDER if name in found] + [name for name in found if name not in ORDER]


def read(name: str) -> Lesson:
    """A lesson by its name."""
    lesson: Lesson = importlib.import_module("poets.migrate.study.lessons." + name).LESSON
    return lesson


def is_error(outcome: str) -> bool:
    """Whether a break ends in an exception, rather than in a wrong result."""
    kind = outcome.split(":")[0]
    return kind.isidentifier() and kind.endswith(("Error", "Exception"))
