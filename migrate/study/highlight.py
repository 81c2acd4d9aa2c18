"""Highlight Python: which parts of a line are keywords, strings, comments, numbers or defined names."""

import keyword
import tokenize
from typing import Any, List, Sequence, Tuple

KINDS = ("keyword", "string", "comment", "number", "name")

Segment = Tuple[str, str]  # kind (empty for plain text) and text


def coloured(lines: Sequence[str], tokens: Sequence[Any]) -> List[List[Segment]]:
    """The segments of every line."""
    kinds = [[""] * len(line) for line in lines]
    before = ""
    for token in tokens:
        kind = _kind(token, before)
        before = token.string
        for row in range(token.start[0], token.end[0] + 1) if kind else ():
            start = token.start[1] if row == token.start[0] else 0
            end = token.end[1] if row == token.end[0] else len(lines[row - 1])
            kinds[row - 1][start:end] = [kind] * (end - start)
    return [_segments(line, marks) for line, marks in zip(lines, kinds)]


def _kind(token: Any, before: str) -> str:
    name = tokenize.tok_name[token.type]
    if name == "NAME":
        return "keyword" if keyword.iskeyword(token.string) else "name" if before in ("def", "class") else ""
    if name == "STRING" or name.startswith("FSTRING"):
        return "string"
    return {"COMMENT": "comment", "NUMBER": "number"}.get(name, "")


def _segments(line: str, marks: List[str]) -> List[Segment]:
    found: List[Segment] = []
    start = 0
    for place in range(1, len(line) + 1):
        if place == len(line) or marks[place] != marks[start]:
            found.append((marks[start], line[start:place]))
            start = place
    return found
