"""Fills the page `side-by-side.md` from the source when mkdocs builds it, so that it never goes stale.

mkdocs calls `on_page_content`. Everything else is plain text to HTML, from the standard library alone.
"""

import ast
import difflib
import html
import io
import keyword
import os
import re
import tokenize
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

MARK = re.compile(r"<!-- side-by-side: (\S+) (\S+) -->")


class Block(NamedTuple):
    """Consecutive lines of a file that belong together: its docstring, its imports, a function, a class."""

    name: str
    """What it is aligned by."""
    first: int
    """Number of its first line, from 1."""
    lines: List[str]
    """Its lines, without line ends."""


class Row(NamedTuple):
    """What stands beside each other; None where a side has nothing."""

    left: Optional[Block]
    right: Optional[Block]


def on_page_content(content: str, config: Any, **_: Any) -> str:
    """Replace the mark of a rendered page by the two files that it names."""
    root = os.path.dirname(config["config_file_path"])
    return MARK.sub(lambda mark: side_by_side(root, mark.group(1), mark.group(2)), content)


def side_by_side(root: str, left: str, right: str) -> str:
    """Two Python files as HTML, function beside function where their names agree."""
    texts = []
    for path in (left, right):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            texts.append(file.read())
    blocks = [blocks_of(text) for text in texts]
    spans = [highlighted(text) for text in texts]
    rows = align(blocks[0], blocks[1])
    names = [{block.name for block in side} for side in blocks]
    parts = ['<div class="side-by-side">', _header(left, right)]
    for row in rows:
        parts.append('<div class="sbs-row">')
        changed = _changed(row)
        for side, block in enumerate(row):
            alone = block is not None and block.name not in names[1 - side]
            parts.append(_cell(block, (left, right)[side], spans[side], changed[side], alone))
        parts.append("</div>")
    return "\n".join(parts + ["</div>"])


def blocks_of(text: str) -> List[Block]:
    """The blocks of a module, in order; every line of it is in one of them."""
    lines = text.splitlines()
    starts: List[Tuple[int, str]] = []
    for node in ast.parse(text).body:
        name = _name_of(node, first=not starts)
        if starts and starts[-1][1] == name:  # imports after imports, constants after constants
            continue
        starts.append((_start(node, lines), name))
    if not starts:
        return [Block("module", 1, lines)] if lines else []
    starts[0] = (1, starts[0][1])
    ends = [first - 1 for first, _ in starts[1:]] + [len(lines)]
    return [Block(name, first, _stripped(lines[first - 1 : last])) for (first, name), last in zip(starts, ends)]


def _name_of(node: ast.stmt, first: bool) -> str:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "imports"
    return "docstring" if first and isinstance(node, ast.Expr) else "module"


def _start(node: ast.stmt, lines: List[str]) -> int:
    """The first line of a statement, with its decorators and the comments right above it."""
    decorators = [one.lineno for one in getattr(node, "decorator_list", [])]
    first = min([node.lineno] + decorators)
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _stripped(lines: List[str]) -> List[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def align(left: List[Block], right: List[Block]) -> List[Row]:
    """Blocks of the same name beside each other, in the order of both files; what is between them fills the gaps."""
    matcher = difflib.SequenceMatcher(None, [block.name for block in left], [block.name for block in right], False)
    rows = []
    for kind, from_left, to_left, from_right, to_right in matcher.get_opcodes():
        ours, theirs = left[from_left:to_left], right[from_right:to_right]
        if kind != "equal":  # no pairs: each alone, the left file's first
            rows += [Row(block, None) for block in ours] + [Row(None, block) for block in theirs]
        else:
            rows += [Row(one, other) for one, other in zip(ours, theirs)]
    return rows


def _changed(row: Row) -> Tuple[List[bool], List[bool]]:
    """For each line of both sides, whether the other side lacks it."""
    left = row.left.lines if row.left else []
    right = row.right.lines if row.right else []
    if not (left and right):
        return [False] * len(left), [False] * len(right)
    ours, theirs = [True] * len(left), [True] * len(right)
    for found in difflib.SequenceMatcher(None, left, right, False).get_matching_blocks():
        for step in range(found.size):
            ours[found.a + step] = theirs[found.b + step] = False
    return ours, theirs


def _header(left: str, right: str) -> str:
    cells = "".join(f'<div class="sbs-file"><code>{html.escape(path)}</code></div>' for path in (left, right))
    return f'<div class="sbs-row sbs-files">{cells}</div>'


def _cell(block: Optional[Block], path: str, spans: Dict[int, str], changed: List[bool], alone: bool) -> str:
    if block is None:
        return '<div class="sbs-cell sbs-empty"></div>'
    side = path.split("/")[0]
    title = f'<span class="sbs-name">{side}: {html.escape(block.name)}{" (only here)" if alone else ""}</span>'
    body = "".join(_line(block.first + place, line, spans, changed[place]) for place, line in enumerate(block.lines))
    code = f'<div class="sbs-code">{body}</div>'
    if block.name == "imports":
        code = f"<details><summary>{title}, {len(block.lines)} lines</summary>{code}</details>"
        title = ""
    return f'<div class="sbs-cell">{title}{code}</div>'


def _line(number: int, line: str, spans: Dict[int, str], changed: bool) -> str:
    """One line; where it is too long for its column, it continues four characters further in."""
    indent = len(line) - len(line.lstrip()) + 4
    kind = "sbs-line sbs-changed" if changed else "sbs-line"
    text = spans[number] if line.strip() else "&#8203;"  # an empty line has a line's height
    return (
        f'<div class="{kind}" style="--in:{indent}"><span class="sbs-number" data-line="{number}"></span>{text}</div>'
    )


def highlighted(text: str) -> Dict[int, str]:
    """Line number -> that line as HTML, with comments, strings, keywords and numbers in spans."""
    lines = text.splitlines()
    marks: Dict[int, List[Tuple[int, int, str]]] = {}
    for number, start, end, kind in _coloured(text, lines):
        marks.setdefault(number, []).append((start, end, kind))
    found = {}
    for number, line in enumerate(lines, 1):
        place, parts = 0, []
        for start, end, kind in marks.get(number, []):
            start = max(start, place)  # Python 3.12 places the parts of an f-string with {{ one column off
            parts += [html.escape(line[place:start]), f'<span class="{kind}">{html.escape(line[start:end])}</span>']
            place = max(place, end)
        found[number] = "".join(parts) + html.escape(line[place:])
    return found


def _coloured(text: str, lines: List[str]) -> Iterator[Tuple[int, int, int, str]]:
    """(line, first column, end column, class) of what has a colour, in the order of the text."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = _kind(token)
        if not kind:
            continue
        (first, start), (last, end) = token.start, token.end
        for number in range(first, last + 1):  # a docstring has many lines
            yield number, start if number == first else 0, end if number == last else len(lines[number - 1]), kind


def _kind(token: tokenize.TokenInfo) -> str:
    """The class of pygments that mkdocs-material colours."""
    if token.type == tokenize.COMMENT:
        return "c1 sbs-study" if "study:" in token.string else "c1"
    if token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith("FSTRING"):
        return "s"
    if token.type == tokenize.NUMBER:
        return "mi"
    return "k" if token.type == tokenize.NAME and keyword.iskeyword(token.string) else ""
