"""What a lesson is made of. Its texts are ours; its code is the twins' own, named here and read when it is shown."""

import importlib
import pkgutil
from typing import List
from typing import NamedTuple

# in the order of a course: from how a program is written to what is around it
ORDER = ("placeholders", "session", "variables", "collections", "surgery", "saving", "optimizers", "dropout", "resize",
         "pipelines", "memory", "keras", "hub")

Pair = NamedTuple("Pair", [
    ("legacy", str),  # `head:add_head`: a file of the twin and a name in it; `head:` is the whole file; "" is nothing
    ("modern", str),
])

Break = NamedTuple("Break", [
    ("forgotten", str),  # what somebody did who did not know
    ("code", str),  # which does it; `tf` and `np` are imported
    ("outcome", str),  # what Python then says: the error's last line, or what is printed; `...` stands for anything
    ("means", str),  # what that means, and what to do
])

Figure = NamedTuple("Figure", [
    ("value", str),  # as it stands in the source
    ("words", str),  # what it is of
    ("source", str),  # a file of the project that states it, or where and when it was measured
    ("command", str),  # what measures it again; empty where nothing here does
])

See = NamedTuple("See", [
    ("command", str),  # of poets
    ("words", str),  # what it shows
])

Question = NamedTuple("Question", [
    ("asked", str),
    ("choices", List[str]),
    ("right", int),  # place among the choices
    ("because", str),
])

Lesson = NamedTuple("Lesson", [
    ("name", str),
    ("line", str),  # for the list
    ("changed", str),
    ("why", str),
    ("pairs", List[Pair]),
    ("breaks", List[Break]),
    ("figures", List[Figure]),
    ("see", List[See]),
    ("questions", List[Question]),
])


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
