"""Read functions from the twins' files, and extract the notes marked `study:`."""

import ast
import functools
import importlib.util
import io
import os
import tokenize
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from poets.migrate.task.errors import BrokenEnvironment

LIBRARY = "migrate/tensorflow_library"  # TensorFlow code shared by both twins and the ports
OF_LIBRARY = {
    "legacy": ("version1", "session_resources"),
    "modern": (
        "version2",
        "keras_device",
        "keras_in_parts",
        "each_batch",
        "hub_layer",
        "network_module",
        "opened_models",
        "older_readers",
        "signatures",
    ),
}
PACKAGES = {"legacy": "poets.legacy", "modern": "poets.modern", LIBRARY: "poets.migrate.tensorflow_library"}
MARK = "study:"


class Note(NamedTuple):
    line: int
    """Line number in the file."""
    text: str
    """One paragraph."""


class SourcePart(NamedTuple):
    twin: str
    """`legacy` or `modern`: the style of the file."""
    file: str
    """`legacy/head.py`."""
    name: str
    """`Head.train_step`."""
    first: int
    """First line, decorators included."""
    last: int
    """Last line."""
    hidden: Dict[int, str]
    """Lines that are not shown: "note" (extracted), "more" (rest of a docstring)."""
    code: int
    """Number of lines of code, without blank lines, comments and docstrings."""
    notes: List[Note]
    """The notes marked `study:` in it."""


class File(NamedTuple):
    twin: str
    file: str
    """`legacy/head.py`."""
    lines: List[str]
    """The file's lines; line 1 is lines[0]."""
    tokens: List[Any]
    """Of Python's tokenizer."""
    parts: Dict[str, SourcePart]
    """Every function, class, method and assigned name; "" is the whole file."""
    top: List[str]
    """Functions and classes at the top level."""
    code: int
    """Number of lines of code, as in SourcePart."""


def folder_of(twin: str) -> str:
    """The folder of a twin's package, or of the library that both use; nothing is imported.

    Raises:
        BrokenEnvironment: it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGES[twin])
    if spec is None or not spec.submodule_search_locations:
        raise BrokenEnvironment(
            f"the package {PACKAGES[twin]} is missing; install poets again, or start it from its checkout"
        )
    return list(spec.submodule_search_locations)[0]


def modules_of(twin: str) -> List[str]:
    """Names of a twin's files, without `.py`, and of the library's files that only this twin's style uses."""
    own = [name[:-3] for name in os.listdir(folder_of(twin)) if name.endswith(".py") and name[0] != "_"]
    return sorted(own + list(OF_LIBRARY[twin]))


@functools.lru_cache(maxsize=None)
def read_file(twin: str, module: str) -> Optional[File]:
    """Read ``module`` of a twin; None if the twin has no such file."""
    folder = LIBRARY if module in OF_LIBRARY[twin] else twin
    path = os.path.join(folder_of(folder), module + ".py")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return parse(twin, f"{folder}/{module}.py", file.read())


def parse(twin: str, name: str, text: str) -> File:
    """Parse a Python file into its parts."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    lines = text.splitlines()
    docstrings = _docstring_rows(tokens)
    file = File(twin, name, lines, tokens, {}, [], len(_code_rows(tokens, docstrings)))
    tree = ast.parse(text)
    file.top.extend(node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))
    _add(file, "", 1, len(lines), docstrings)
    _add_parts(file, tree.body, "", docstrings)
    return file


def _add_parts(file: File, body: List[Any], prefix: str, docstrings: List[Tuple[int, int]]) -> None:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            first = min([node.lineno] + [one.lineno for one in node.decorator_list])
            _add(file, prefix + node.name, first, _last_row(file.tokens, node.lineno), docstrings)
            if isinstance(node, ast.ClassDef):
                _add_parts(file, node.body, node.name + ".", docstrings)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            _add(file, prefix + node.targets[0].id, node.lineno, _statement_end(file.tokens, node.lineno), docstrings)


def _add(file: File, name: str, first: int, last: int, docstrings: List[Tuple[int, int]]) -> None:
    inside = [rows for rows in docstrings if first <= rows[0] <= last]
    notes, hidden = _notes(file, first, last, inside)
    for start, end in inside:
        hidden.update((row, "more") for row in _beyond_first_paragraph(file.lines, start, end) if row not in hidden)
    code = [row for row in _code_rows(file.tokens, docstrings) if first <= row <= last]
    file.parts[name] = SourcePart(file.twin, file.file, name, first, last, hidden, len(code), notes)


def _last_row(tokens: List[Any], row: int) -> int:
    """The last line of the `def` or `class` at ``row``, or after it if decorators come first.

    Computed from tokens, because Python 3.6 and 3.7 lack `end_lineno`.
    """
    place = next(
        index
        for index, token in enumerate(tokens)
        if token.start[0] >= row and token.string in ("def", "class") and token.type == tokenize.NAME
    )
    rest = [token for token in tokens[place:] if token.type not in (tokenize.NL, tokenize.COMMENT)]
    last, depth = row, 0
    for token, after in zip(rest, rest[1:]):
        depth += (token.type == tokenize.INDENT) - (token.type == tokenize.DEDENT)
        if token.type == tokenize.NEWLINE:
            last = token.start[0]
        # its body follows on the same line, or has ended
        if depth == 0 and (
            token.type == tokenize.DEDENT or token.type == tokenize.NEWLINE and after.type != tokenize.INDENT
        ):
            break
    return last


def _statement_end(tokens: List[Any], row: int) -> int:
    return next(token.start[0] for token in tokens if token.type == tokenize.NEWLINE and token.start[0] >= row)


def _docstring_rows(tokens: List[Any]) -> List[Tuple[int, int]]:
    """(first line, last line) of every string that is a statement."""
    found = []
    before = tokenize.NEWLINE
    for token, after in zip(tokens, tokens[1:]):
        if token.type in (tokenize.NL, tokenize.COMMENT):
            continue
        starts = before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        if token.type == tokenize.STRING and starts and after.type == tokenize.NEWLINE:
            found.append((token.start[0], token.end[0]))
        before = token.type
    return found


def _code_rows(tokens: List[Any], docstrings: List[Tuple[int, int]]) -> List[int]:
    idle = (tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    strings = {row for start, end in docstrings for row in range(start, end + 1)}
    rows: Set[int] = set()
    for token in tokens:
        if token.type not in idle:
            rows.update(range(token.start[0], token.end[0] + 1))
    return sorted(rows - strings)


def _notes(file: File, first: int, last: int, docstrings: List[Tuple[int, int]]) -> Tuple[List[Note], Dict[int, str]]:
    """The notes in these lines, and the lines that are hidden."""
    notes: List[Note] = []
    hidden: Dict[int, str] = {}
    in_docstring = {row for start, end in docstrings for row in range(start, end + 1)}
    for row in range(first, last + 1):
        text = file.lines[row - 1].strip()
        if row in in_docstring and text.startswith(MARK):
            rows = _paragraph(file.lines, row, last)
            if not file.lines[row - 2].strip():
                hidden[row - 1] = "note"  # the blank line above
        elif text.startswith("# " + MARK):
            rows = _comment(file.lines, row, last)
        else:
            continue
        words = " ".join(file.lines[one - 1].strip().lstrip("# ").split('"""')[0] for one in rows)
        notes.append(Note(row, words[len(MARK) :].strip()))
        hidden.update((one, "note") for one in rows if '"""' not in file.lines[one - 1])
    return notes, hidden


def _paragraph(lines: List[str], row: int, last: int) -> List[int]:
    rows = []
    while row <= last and lines[row - 1].strip() not in ("", '"""'):
        rows.append(row)
        row += 1
    return rows


def _comment(lines: List[str], row: int, last: int) -> List[int]:
    rows = [row]
    while row < last and lines[row].strip().startswith("#") and not lines[row].strip().startswith("# " + MARK):
        row += 1
        rows.append(row)
    return rows


def _beyond_first_paragraph(lines: List[str], start: int, end: int) -> List[int]:
    """Lines of a docstring after its first paragraph, without its closing line."""
    blank = next((row for row in range(start, end) if not lines[row - 1].strip()), None)
    if blank is None:
        return []
    return list(range(blank, end if lines[end - 1].strip() == '"""' else end + 1))
