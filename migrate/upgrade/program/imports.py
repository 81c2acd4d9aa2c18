"""Rewrite TensorFlow's import statements in the text, alias by alias."""

import ast
import re
from typing import Any, List, NamedTuple, Optional

from poets.migrate.upgrade.program.source import Edit, Lines

V1 = "tensorflow.compat.v1"
ALIAS = re.compile(r"([\w.]+)(?:((?:\s|\\)+as(?:\s|\\)+)(\w+))?\Z")


class Written(NamedTuple):
    start: int
    """Index into the text, like all places below."""
    end: int
    """End of the statement: after the last letter, or after `)`."""
    module: int
    """Where `a` of `from a import` begins; the start of the first alias of `import`."""
    aliases: List[Any]
    """(start, end) of each alias."""


def written(node: Any, lines: Lines, blank: str) -> Optional[Written]:
    """Locate an import statement's parts; None if its form is not safe to rewrite.

    Args:
        node: ast.Import or ast.ImportFrom.
        blank: str, the text without strings and comments.
    """
    start = lines.place(node.lineno, node.col_offset)
    end = end_of_statement(blank, start)
    text = blank[start:end].replace("\\\r\n", "   ").replace("\\\n", "  ").replace("\\\r", "  ")
    head = re.match(r"from\s+([\w.\s]*?)\s+import\b\s*\(?|import\b", text)
    if head is None:
        return None
    spans = []
    at = head.end()
    for part in text[at:].rstrip(") \t\r\n\f;").split(","):
        clean = part.strip()
        if clean:
            begin = start + at + part.index(clean)
            spans.append((begin, begin + len(clean)))
        at += len(part) + 1
    if len(spans) != len(node.names):
        return None
    module = start + head.start(1) if isinstance(node, ast.ImportFrom) else spans[0][0]
    return Written(start, end, module, spans)


def end_of_statement(blank: str, start: int) -> int:
    """The end of a statement that has no brackets except at most one pair of parentheses."""
    depth = 0
    for found in re.compile(r"[()]|;|\\(?:\r\n|\r|\n)|\r|\n").finditer(blank, start):
        letter = found.group()
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == ";" or (letter in "\r\n" and depth == 0):
            return start + len(blank[start : found.start()].rstrip())
    return start + len(blank[start:].rstrip())


def alias_edit(text: str, span: Any, module: str, bound: str) -> Edit:
    """Rewrite `import a as b` to `import <module> as b`, and keep the spaces."""
    found = ALIAS.match(text[span[0] : span[1]])
    between = found.group(2) if found and found.group(2) else " as "
    return Edit(span[0], span[1], module + between + bound)


def module_edit(place: int, old: str, new: str) -> Edit:
    """Rewrite `from <old> import` to `from <new> import`."""
    return Edit(place, place + len(old), new)
