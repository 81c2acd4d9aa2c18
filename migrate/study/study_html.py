"""A study as one self-contained HTML page: `--html FILE`."""

import os
from typing import Optional

from poets.migrate.study import chapter, homework
from poets.migrate.study import lesson as lessons
from poets.migrate.task.errors import BrokenEnvironment


def check_installed() -> None:
    """Check that the page can be written.

    Raises:
        BrokenEnvironment: jinja2 is missing.
    """
    try:
        import jinja2  # noqa: F401
    except ImportError as error:
        raise BrokenEnvironment(f"--html needs jinja2 ({error}): install poets-migrate[report]")


def render(name: Optional[str], whole: bool = False) -> str:
    """The page of a lesson, a step or the homework's questions; without a name, of all lessons and the questions."""
    import jinja2

    chosen = [] if name == "questions" else [name] if name else lessons.names()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(os.path.dirname(os.path.abspath(__file__))),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["spans"] = _spans
    environment.filters["indent_of"] = _indent
    return str(
        environment.get_template("study.jinja").render(
            chapters=[chapter.find(one, whole) for one in chosen],
            letters="abcdefgh",
            is_error=lessons.is_error,
            questions=homework.QUESTIONS if name in (None, "questions") else [],
            source=homework.SOURCE,
        )
    )


def _spans(words: str) -> "object":
    """Text with code in single or double backquotes, as HTML."""
    import markupsafe

    pieces = [markupsafe.escape(piece) for piece in words.replace("``", "`").split("`")]
    return markupsafe.Markup("").join(
        markupsafe.Markup("<code>%s</code>") % piece if place % 2 else piece for place, piece in enumerate(pieces)
    )


def _indent(row: chapter.Row) -> int:
    """The spaces before a line's first word; a line wrapped in a narrow window continues below that word."""
    line = "".join(words for _, words in row.segments)
    return len(line) - len(line.lstrip(" "))
