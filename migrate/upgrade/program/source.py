"""A Python file on disk: its text, encoding and line starts."""

import codecs
import io
import re
import tokenize
from typing import List, NamedTuple

from poets.migrate.task.errors import BadInput

LINE_END = re.compile("\r\n|\r|\n")  # as in Python's parser: a form feed or U+2028 does not end a line


class ScriptText(NamedTuple):
    """The text of a file, with what is needed to write it back byte for byte."""

    path: str
    text: str
    """Without a byte order mark."""
    encoding: str
    """In Python's name for it."""
    mark: bytes = b""
    """The byte order mark; empty if there is none."""

    def encoded(self, text: str) -> bytes:
        """``text`` in this file's encoding."""
        return self.mark + text.encode(self.encoding)


def decode(path: str, data: bytes) -> ScriptText:
    """Decode a file as Python does: by its byte order mark or coding cookie, else as UTF-8.

    Raises:
        BadInput: the text is not in the declared encoding, or Python does not know that encoding.
    """
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        encoding = "utf-8" if mark else encoding
        text = data[len(mark) :].decode(encoding)
        if mark + text.encode(encoding) != data:
            raise BadInput(f"{path}: cannot be written back byte for byte in its encoding, {encoding}")
    except LookupError:  # such as rot13, which makes text from text
        raise BadInput(f"{path}: declares the encoding {encoding}, which is none of text; declare the real one")
    except UnicodeEncodeError:
        raise BadInput(f"{path}: cannot be written back byte for byte in its encoding, {encoding}")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path}: not {error.encoding} text (byte {error.start}); declare its encoding in the first line, as in "
            "`# coding: latin-1`"
        )
    except SyntaxError as error:
        said = error.msg if "unknown" in error.msg else "not UTF-8 text, and no other encoding is declared"
        raise BadInput(f"{path}: {said}; declare it in the first line, as in `# coding: latin-1`")
    return ScriptText(path, text, encoding, mark)


class Lines:
    """Map positions of Python's parser (line from 1, column in UTF-8 bytes) to indices into the text."""

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
        """A line's text, including its line end."""
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return self.text[self.starts[line - 1] : end]

    def end_of_line(self, place: int) -> int:
        """The end of the line that contains ``place``, before the line end."""
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
    """From 1."""
    column: int
    """From 1, in characters."""


class Edit(NamedTuple):
    start: int
    """Index into the text."""
    end: int
    """Index after the last character that is replaced."""
    text: str
    """The replacement."""


def apply_edits(text: str, edits: List[Edit]) -> str:
    """Replace spans of the text; edits at the same place keep their order.

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
    """The first line end of a text; `\\n` if it has none."""
    found = LINE_END.search(text)
    return found.group() if found else "\n"


STRING_OR_COMMENT = re.compile(
    r"#[^\r\n]*"
    r"|[rRbBuUfFtT]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"
    r"|\"(?:\\(?:\r\n|.)|[^\"\\\r\n])*\"|'(?:\\(?:\r\n|.)|[^'\\\r\n])*')",
    re.DOTALL,
)


def masked(text: str) -> str:
    """The text with comments and strings blanked, everything else in place."""
    return STRING_OR_COMMENT.sub(
        lambda found: re.sub("[^\r\n]", " " if found.group()[0] == "#" else '"', found.group()), text
    )
