"""One file of Python as it lies on disk: its text, its encoding, and where its lines begin."""

import codecs
import io
import re
import tokenize
from typing import List, NamedTuple

from poets.migrate.task.errors import BadInput

LINE_END = re.compile("\r\n|\r|\n")  # as Python's parser has it: a form feed or U+2028 ends no line


class ScriptText(NamedTuple):
    """The text of a file, and what it takes to write it back byte for byte."""

    path: str
    text: str  # without a byte order mark
    encoding: str
    mark: bytes = b""  # the byte order mark, where there is one

    def encoded(self, text: str) -> bytes:
        """``text`` as bytes of this file."""
        return self.mark + text.encode(self.encoding)


def decode(path: str, data: bytes) -> ScriptText:
    """A file's text, by its byte order mark or cookie, UTF-8 where it has neither, as Python reads it.

    Raises:
        BadInput: it is not text in the encoding that it says, or says none that Python knows.
    """
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        encoding = "utf-8" if mark else encoding
        text = data[len(mark) :].decode(encoding)
        if mark + text.encode(encoding) != data:
            raise BadInput(f"{path}: its encoding, {encoding}, does not give its bytes back")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path}: not {error.encoding} text (byte {error.start}); name its encoding in its first line, as in "
            "`# coding: latin-1`"
        )
    except SyntaxError as error:
        said = error.msg if "unknown" in error.msg else "not UTF-8 text, and it names no other encoding"
        raise BadInput(f"{path}: {said}; name it in the first line, as in `# coding: latin-1`")
    return ScriptText(path, text, encoding, mark)


class Lines:
    """Positions as Python's parser gives them (line from 1, column in UTF-8 bytes) to places in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0] + [found.end() for found in LINE_END.finditer(text)]

    def place(self, line: int, column: int) -> int:
        """Index into the text."""
        start = self.starts[line - 1]
        whole = self.line(line)
        if whole.isascii() if hasattr(whole, "isascii") else len(whole.encode("utf-8")) == len(whole):
            return start + column
        return start + len(whole.encode("utf-8")[:column].decode("utf-8", "ignore"))

    def line(self, line: int) -> str:
        """A line's text, its end included."""
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return self.text[self.starts[line - 1] : end]

    def end_of_line(self, place: int) -> int:
        """Where the line with ``place`` in it ends, before its line end."""
        found = LINE_END.search(self.text, place)
        return found.start() if found else len(self.text)

    def position(self, place: int) -> "Position":
        """Line and column, both from 1, in characters, as editors count."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= place else (low, middle)
        return Position(low + 1, place - self.starts[low] + 1)


class Position(NamedTuple):
    line: int
    column: int


class Edit(NamedTuple):
    start: int
    end: int
    text: str


def apply_edits(text: str, edits: List[Edit]) -> str:
    """The text with spans replaced; edits at one place stay in their order.

    Raises:
        ValueError: two spans overlap.
    """
    parts, done = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if edit.start < done:
            raise ValueError(f"overlapping edits at {edit.start}")
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join(parts + [text[done:]])


def line_end_of(text: str) -> str:
    """The first line end of a text; `\\n` where it has none."""
    found = LINE_END.search(text)
    return found.group() if found else "\n"


STRING_OR_COMMENT = re.compile(
    r"#[^\r\n]*"
    r"|[rRbBuUfFtT]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"
    r"|\"(?:\\(?:\r\n|.)|[^\"\\\r\n])*\"|'(?:\\(?:\r\n|.)|[^'\\\r\n])*')",
    re.DOTALL,
)


def masked(text: str) -> str:
    """The text with comments and strings blanked, all else in its place."""
    return STRING_OR_COMMENT.sub(
        lambda found: re.sub("[^\r\n]", " " if found.group()[0] == "#" else '"', found.group()), text
    )
