"""Contents of a study, for all output formats: terminal, HTML and JSON take their words and code from here."""

from typing import List, NamedTuple, Optional, Tuple

from poets.migrate.study import lesson as lessons
from poets.migrate.study import source
from poets.migrate.study.highlight import Segment, coloured
from poets.migrate.study.lesson import Lesson
from poets.migrate.task.errors import BadInput
from poets.migrate.task.stages import TWINS


class Row(NamedTuple):
    number: int
    """Line number in the file."""
    segments: List[Segment]
    """The line's text, cut into pieces of one style."""


class ChapterBlock(NamedTuple):
    twin: str
    """`legacy` or `modern`: the style of the file."""
    file: str
    """`legacy/images.py`."""
    name: str
    """`resize`; empty for the whole file."""
    first: int
    """Number of its first line in the file."""
    last: int
    """Number of its last line."""
    code: int
    """Lines of code."""
    rows: List[Row]
    """The lines shown."""
    notes: List[source.Note]
    """The notes marked `study:` in it."""


class Beside(NamedTuple):
    legacy: Optional[ChapterBlock]
    """None if only modern has it."""
    modern: Optional[ChapterBlock]
    """None if only legacy has it."""


class Chapter(NamedTuple):
    name: str
    """Name of the lesson or the step."""
    line: str
    """What it is about, one line."""
    lesson: Optional[Lesson]
    """None for a step, which has only code and notes."""
    twins: List[Beside]
    """The pairs of code, in order."""
    code: Tuple[int, int]
    """Lines of code shown, of legacy and of modern."""


def of_lesson(lesson: Lesson, whole: bool = False) -> Chapter:
    """A lesson with its code; ``whole`` shows complete docstrings instead of their first paragraphs."""
    twins = [
        Beside(_block("legacy", pair.legacy, whole), _block("modern", pair.modern, whole)) for pair in lesson.pairs
    ]
    return Chapter(lesson.name, lesson.line, lesson, twins, _code(twins))


def of_step(step: str, whole: bool = False) -> Chapter:
    """A file of the twins, function by function: functions of the same name side by side, in legacy's order.

    Raises:
        BadInput: neither twin has such a file.
    """
    files = [source.read_file(twin, step) for twin in TWINS]
    if files == [None, None]:
        raise BadInput(f"no file {step}.py in either twin")
    tops = [file.top if file else [] for file in files]
    twins = []
    for legacy, modern in aligned(tops[0], tops[1]):
        names = [f"{step}:{name}" if name else "" for name in (legacy, modern)]
        twins.append(Beside(_block("legacy", names[0], whole), _block("modern", names[1], whole)))
    return Chapter(step, _first_sentence(next(file for file in files if file)), None, twins, _code(twins))


def steps() -> List[str]:
    """Names of the files that both twins have."""
    legacy, modern = (source.modules_of(twin) for twin in TWINS)
    return [name for name in legacy if name in modern]


def files() -> List[str]:
    """Names of the files that at least one twin has."""
    return sorted({name for twin in TWINS for name in source.modules_of(twin)})


def aligned(legacy: List[str], modern: List[str]) -> List[Tuple[str, str]]:
    """Pairs of names that keep both orders where possible; a name in only one twin is paired with an empty one."""
    pairs = []
    rest = list(modern)
    for name in legacy:
        if name in rest:
            place = rest.index(name)
            early = [other for other in rest[:place] if other not in legacy]
            pairs += [("", other) for other in early] + [(name, name)]
            rest = [other for other in rest if other not in early and other != name]
        else:
            pairs.append((name, ""))
    return pairs + [("", name) for name in rest]


def _block(twin: str, place: str, whole: bool) -> Optional[ChapterBlock]:
    if not place:
        return None
    module, name = place.split(":")
    file = source.read_file(twin, module)
    if file is None or name not in file.parts:
        raise BadInput(f"{twin} has no {place}")
    part = file.parts[name]
    colours = coloured(file.lines, file.tokens)
    rows = [
        Row(number, colours[number - 1])
        for number in range(part.first, part.last + 1)
        if part.hidden.get(number, "") not in ("note",) + (() if whole else ("more",))
    ]
    return ChapterBlock(part.twin, part.file, part.name, part.first, part.last, part.code, rows, part.notes)


def _code(twins: List[Beside]) -> Tuple[int, int]:
    sides = [
        {(one.file, one.first): one.code for one in side if one}
        for side in ([pair.legacy for pair in twins], [pair.modern for pair in twins])
    ]
    return sum(sides[0].values()), sum(sides[1].values())


def _first_sentence(file: source.File) -> str:
    return file.lines[0].strip('"').split(". ")[0].rstrip(".") if file.lines else ""


def find(name: str, whole: bool = False) -> Chapter:
    """The lesson or the step of that name.

    Raises:
        BadInput: there is none; the message suggests the most similar name.
    """
    if name in lessons.names():
        return of_lesson(lessons.read(name), whole)
    if name in files():
        return of_step(name, whole)
    import difflib

    near = difflib.get_close_matches(name, lessons.names() + files() + ["questions"], n=1)
    offer = f"; did you mean '{near[0]}'?" if near else ""
    raise BadInput(f"no lesson '{name}'{offer} (poets study --list lists them)")
