"""Show a study on the terminal: stacked on 80 columns, side by side from 120 columns on."""

from typing import Any, Optional, Sequence, Tuple

from poets.migrate.study import homework
from poets.migrate.study import lesson as lessons
from poets.migrate.study.chapter import Beside, Chapter, ChapterBlock, Row, steps
from poets.migrate.study.examples import TOLD_OF, ExampleOutput
from poets.migrate.study.lesson import Lesson

SIDE_BY_SIDE = 120  # columns
STYLES = {
    "": "",
    "keyword": "bold blue",
    "string": "green",
    "comment": "italic bright_black",
    "number": "cyan",
    "name": "bold",
}
TWIN_STYLES = {"legacy": "yellow", "modern": "magenta"}


def show(chapter: Chapter, console: Any) -> None:
    """Print a chapter on a rich Console."""
    _title(console, f"{chapter.name}: {chapter.line}")
    if chapter.lesson:
        _paragraph(console, "What changed", chapter.lesson.changed)
        _paragraph(console, "Why", chapter.lesson.why)
    for beside in chapter.twins:
        _beside(console, beside)
    console.print(_text("Lines of code shown: legacy {}, modern {}.".format(*chapter.code), "bold"))
    console.print()
    if chapter.lesson:
        _rest(console, chapter.lesson)


def show_list(console: Any, begin: bool) -> None:
    """Print one line per lesson and the steps; with ``begin``, also how to begin."""
    _title(console, "The TF1 and the TF2 program side by side")
    _lines(
        console,
        [(name, lessons.read(name).line) for name in lessons.names()]
        + [("questions", "the homework's thirteen questions, with answers")],
    )
    console.print()
    console.print(_text(f"Steps (whole files): {', '.join(steps())}"))
    if begin:
        console.print()
        console.print(
            _text("Begin with the first lesson, then the most surprising one; the page contains all lessons:")
        )
        for command in (
            "poets study placeholders",
            "poets study resize",
            "poets study --html study.html",
            "poets study --quiz",
        ):
            _command(console, command)


def show_questions(console: Any) -> None:
    """Print the homework's questions with their answers."""
    _title(console, "The homework's thirteen questions")
    console.print(_text(homework.SOURCE))
    console.print()
    for one in homework.QUESTIONS:
        console.print(_text(f"{one.number}. {one.subject}", "bold"))
        console.print(_text(one.answer))
        if one.figures:
            console.print(_text(one.figures, "bright_black"))
        _command(console, one.command)
        console.print()


def show_tried(answer: ExampleOutput, console: Any) -> None:
    """Print the results of the examples."""
    for one in answer.tried:
        console.print(
            _text(
                f"{'as quoted' if one.as_quoted else 'OTHER'}  {one.example.forgotten}",
                "green" if one.as_quoted else "bold red",
            )
        )
        if not one.as_quoted:
            console.print(_text(f"         quoted: {one.example.outcome}\n         got:    {one.got or 'nothing'}"))
    if not answer.tensorflow.startswith(TOLD_OF + "."):
        console.print(
            _text(
                f"The lessons quote TensorFlow {TOLD_OF}. If another version says something else, that is a "
                "difference between the two."
            )
        )
    right = sum(one.as_quoted for one in answer.tried)
    console.print(_text(f"TensorFlow {answer.tensorflow}: {right} of {len(answer.tried)} as quoted", "bold"))


def _lines(console: Any, pairs: Sequence[Tuple[str, str]]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=0, expand=True)
    table.add_column("name", width=15, no_wrap=True)
    table.add_column("line", ratio=1)
    for name, line in pairs:
        table.add_row(_text("  " + name, "bold"), _text(line))
    console.print(table)


def _title(console: Any, words: str) -> None:
    console.print(_text(words, "bold"))
    console.print(_text("=" * min(len(words), console.width), "bold"))
    console.print()


def _paragraph(console: Any, heading: str, words: str) -> None:
    console.print(_text(heading, "bold"))
    console.print(_text(words))
    console.print()


def _beside(console: Any, beside: Beside) -> None:
    from rich.table import Table

    blocks = [block for block in beside if block is not None]
    if console.width >= SIDE_BY_SIDE:
        table = Table(box=None, show_header=False, padding=0, expand=True)
        table.add_column("legacy", ratio=1)
        table.add_column("", width=2)
        table.add_column("modern", ratio=1)
        table.add_row(_heading(beside.legacy), "", _heading(beside.modern))
        table.add_row(_code(beside.legacy), "", _code(beside.modern))
        console.print(table)
    else:
        for block in blocks:
            console.print(_heading(block))
            console.print(_code(block))
    console.print()
    _notes(console, blocks)


def _heading(block: Optional[ChapterBlock]) -> Any:
    if block is None:
        return _text("")
    return _text(
        f"{block.file}, {block.name or 'the whole file'} (line {block.first}, {block.code} of code)",
        "bold " + TWIN_STYLES[block.twin],
    )


def _code(block: Optional[ChapterBlock]) -> Any:
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=0, expand=True)
    table.add_column("number", width=4, justify="right", no_wrap=True)
    table.add_column("", width=1)
    table.add_column("line", ratio=1, overflow="fold")
    for row in block.rows if block else []:
        table.add_row(_text(str(row.number), "bright_black"), "", _line(row))
    return table


def _line(row: Row) -> Any:
    """A line of code; a wrapped line continues below its first word."""
    from rich.padding import Padding

    line = _text("")
    for kind, words in row.segments:
        line.append(words, style=STYLES[kind])
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    return Padding(line[indent:], (0, 0, 0, indent)) if 0 < indent < len(line.plain) else line


def _notes(console: Any, blocks: Sequence[ChapterBlock]) -> None:
    from rich.padding import Padding

    for block in blocks:
        for note in block.notes:
            words = _text(f"{block.file}:{note.line}  ", "bold " + TWIN_STYLES[block.twin])
            words.append(note.text, style="not bold default")
            console.print(Padding(words, (0, 0, 0, 2)))
    if any(block.notes for block in blocks):
        console.print()


def _rest(console: Any, lesson: Lesson) -> None:
    from rich.padding import Padding

    console.print(_text("What breaks if you forget it", "bold"))
    for one in lesson.breaks:
        console.print(_text(f"- {one.forgotten}:"))
        console.print(Padding(_text(one.code, "cyan"), (0, 0, 0, 6)))
        console.print(Padding(_text("-> " + one.outcome.replace("\n", "\n   "), "red"), (0, 0, 0, 3)))
        console.print(Padding(_text(one.means), (0, 0, 0, 2)))
    console.print()
    if lesson.figures:
        console.print(_text("Measured", "bold"))
    for figure in lesson.figures:
        console.print(_text(f"- {figure.value} {figure.words} ({figure.source})"))
        _command(console, figure.command)
    if lesson.figures:
        console.print()
    console.print(_text("See it", "bold"))
    for see in lesson.see:
        console.print(_text(f"- {see.words}:"))
        _command(console, see.command)
    console.print()
    console.print(
        _text(
            f"Questions: poets study {lesson.name} --quiz. To run the examples above: poets study {lesson.name} --try"
        )
    )


def _command(console: Any, command: str) -> None:
    if command:
        console.print(_text("    " + command, "cyan"), soft_wrap=True)  # a wrapped command cannot be copied


def _text(words: str, style: str = "") -> Any:
    from rich.text import Text

    return Text(words, style=style)
