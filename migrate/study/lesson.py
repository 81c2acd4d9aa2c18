"""What a lesson is made of. Its texts are ours; its code is the twins' own, named here and read when it is shown."""

import importlib
import pkgutil
from typing import List, NamedTuple

# in the order of a course: from how a program is written to what is around it
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
    """`head:add_head`: a file of the twin and a name in it; `head:` is the whole file; "" is nothing."""
    modern: str


class Break(NamedTuple):
    forgotten: str
    """What somebody did who did not know."""
    code: str
    """Which does it; `tf` and `np` are imported."""
    outcome: str
    """What Python then says: the error's last line, or what is printed; `...` stands for anything."""
    means: str
    """What that means, and what to do."""


class QuotedFigure(NamedTuple):
    value: str
    """As it stands in the source."""
    words: str
    """What it is of."""
    source: str
    """A file of the project that states it, or where and when it was measured."""
    command: str
    """What measures it again; empty where nothing here does."""


class See(NamedTuple):
    command: str
    """Of poets."""
    words: str
    """What it shows."""


class Question(NamedTuple):
    asked: str
    choices: List[str]
    right: int
    """Place among the choices."""
    because: str


class Lesson(NamedTuple):
    name: str
    line: str
    """For the list."""
    changed: str
    why: str
    pairs: List[CodePair]
    breaks: List[Break]
    figures: List[QuotedFigure]
    see: List[See]
    questions: List[Question]


def names() -> List[str]:
    """All lessons, in the order of a course; one that has just been added comes last."""
    found = [one.name for one in pkgutil.iter_modules(importlib.import_module("poets.migrate.study.lessons").__path__)]
    return [name for name in ORDER if name in found] + [name for name in found if name not in ORDER]


def read(name: str) -> Lesson:
    """A lesson by its name."""
    lesson: Lesson = importlib.import_module("poets.migrate.study.lessons." + name).LESSON
    return lesson


def is_error(outcome: str) -> bool:
    """Whether a break ends in an exception, and not in something else than what was meant."""
    kind = outcome.split(":")[0]
    return kind.isidentifier() and kind.endswith(("Error", "Exception"))
