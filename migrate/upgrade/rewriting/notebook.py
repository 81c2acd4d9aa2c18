"""Notebooks: analyse their code cells as one program, and edit the JSON in place."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.task.errors import BadInput
from poets.migrate.upgrade.program.finding import NOTE, ScriptFinding
from poets.migrate.upgrade.program.source import Edit, apply_edits
from poets.migrate.upgrade.rewriting.analyse import Analysis, analyse
from poets.migrate.upgrade.rules import python2
from poets.migrate.upgrade.rules.bridge import parse

BETWEEN = "\n0\n"  # a statement between cells: a block of imports ends with its cell
PYTHON_MAGICS = ("time", "timeit", "capture", "prun", "tensorflow_version")
MAGIC = re.compile(r"^([ \t]*)([%!?][^\r\n]*|[^\r\n'\"#]*\?)[ \t]*$", re.MULTILINE)
ASSIGNED = re.compile(r"^([ \t]*[\w, .]+=[ \t]*)([!%][^\r\n]*)$", re.MULTILINE)
SPACE = re.compile(r"[ \t\r\n]*")


class Value(NamedTuple):
    value: Any
    """A dict of Values for an object, a list of Values for a list."""
    start: int
    """Index of its first character in the JSON text."""
    end: int
    """Index after its last character."""


class Cell(NamedTuple):
    number: int
    """From 1, as Jupyter counts all cells."""
    source: str
    """The code, as one text."""
    start: int
    """Position in the program of all cells."""
    json: Value
    """Its source."""


def values(text: str, place: int = 0) -> Value:
    """Parse JSON, with the position of each value.

    Raises:
        ValueError: it is not JSON.
    """
    start = place = SPACE.match(text, place).end()  # type: ignore[union-attr]
    opening = text[place : place + 1]
    if opening == '"':
        value, end = scanstring(text, place + 1, True)
        return Value(value, start, end)
    if opening not in ("{", "["):
        value, end = json.JSONDecoder().raw_decode(text, place)
        return Value(value, start, end)
    found: Any = {} if opening == "{" else []
    place = SPACE.match(text, place + 1).end()  # type: ignore[union-attr]
    while text[place : place + 1] not in ("}", "]"):
        name = None
        if opening == "{":
            key = values(text, place)
            name, place = key.value, text.index(":", key.end) + 1
        one = values(text, place)
        if name is None:
            found.append(one)
        else:
            found[name] = one
        place = SPACE.match(text, one.end).end()  # type: ignore[union-attr]
        if text[place : place + 1] == ",":
            place = SPACE.match(text, place + 1).end()  # type: ignore[union-attr]
        elif place >= len(text):
            raise ValueError("it ends too soon")
    return Value(found, start, place + 1)


def upgrade_notebook(path: str, text: str) -> Analysis:
    """A notebook's new text and its findings.

    Raises:
        BadInput: it is not a notebook.
    """
    try:
        json.loads(text)
        book = values(text).value
        listed = [one for one in book["cells"].value if one.value["cell_type"].value]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadInput(f"{path}: not a notebook of format 4; open it in Jupyter and save it")
    if _language(book) not in ("python", None):
        return analyse("")._replace(text=text)
    cells, found = _cells(listed)
    program = BETWEEN.join(hidden(cell.source) for cell in cells)
    result = analyse(program)
    findings = [_placed(one, cells, program) for one in result.findings]
    edits = [edit for cell in cells for edit in _cell_edits(text, cell, result.edits)]
    modern = [one._replace(lines=[_cell_line(line, cells, program) for _, line in one.lines]) for one in result.modern]
    ordered = sorted(findings + found, key=lambda one: (one.cell, one.line, one.column))
    return Analysis(apply_edits(text, edits), edits, result.state, ordered, modern)


def _language(book: Dict[str, Value]) -> Optional[str]:
    for part, key in (("kernelspec", "language"), ("language_info", "name")):
        try:
            return str(book["metadata"].value[part].value[key].value).lower()
        except (KeyError, TypeError, AttributeError):
            continue
    return None


def _cells(listed: List[Value]) -> Tuple[List[Cell], List[ScriptFinding]]:
    """The code cells in Python, and findings on those that do not parse."""
    cells: List[Cell] = []
    found: List[ScriptFinding] = []
    start = 0
    for number, one in enumerate(listed, 1):
        cell = one.value
        if cell["cell_type"].value != "code" or "source" not in cell:
            continue
        lines = cell["source"].value
        source = lines if isinstance(lines, str) else "".join(line.value for line in lines)
        first = re.match(r"\s*%%(\w+)", source)
        if first and first.group(1) not in PYTHON_MAGICS:
            found.append(
                ScriptFinding(NOTE, "unseen", 1, 1, "%%" + first.group(1), "this cell is not analysed", "", "", number)
            )
            continue
        try:
            parse(hidden(source))
        except SyntaxError as error:
            found += [each._replace(cell=number) for each in python2.syntax_findings(hidden(source), error)]
            continue
        cells.append(Cell(number, source, start, cell["source"]))
        start += len(source) + len(BETWEEN)
    return cells, found


def hidden(source: str) -> str:
    """A cell's source, with each magic replaced by a harmless statement of the same length."""
    try:
        parse(source)
        return source  # here a line beginning with % may not be a magic
    except SyntaxError:
        pass

    def zero(found: Any) -> str:
        return found.group(1) + "0" + " " * (len(found.group()) - len(found.group(1)) - 1)

    return ASSIGNED.sub(zero, MAGIC.sub(zero, source))


def _placed(one: ScriptFinding, cells: List[Cell], program: str) -> ScriptFinding:
    number, line = _cell_line(one.line, cells, program)
    return one._replace(cell=number, line=line)


def _cell_line(line: int, cells: List[Cell], program: str) -> Tuple[int, int]:
    passed = 0
    for cell in cells:
        height = cell.source.count("\n") + 1
        if line <= passed + height:
            return cell.number, line - passed
        passed += height + 1
    return 0, line


def _cell_edits(text: str, cell: Cell, edits: List[Edit]) -> List[Edit]:
    """Edits of the notebook's text for one cell; unchanged lines are not rewritten."""
    end = cell.start + len(cell.source)
    own = [
        Edit(edit.start - cell.start, min(edit.end, end) - cell.start, edit.text)
        for edit in edits
        if cell.start <= edit.start <= end
    ]
    if not own:
        return []
    new = apply_edits(cell.source, own)
    span = text[cell.json.start : cell.json.end]
    ascii_only = len(span.encode("utf-8")) == len(span)
    if isinstance(cell.json.value, str):
        return [Edit(cell.json.start, cell.json.end, json.dumps(new, ensure_ascii=ascii_only))]
    raw = {one.value: text[one.start : one.end] for one in cell.json.value}
    lines = [raw.get(line, json.dumps(line, ensure_ascii=ascii_only)) for line in re.findall("[^\n]*\n|[^\n]+", new)]
    first, last = cell.json.value[0], cell.json.value[-1]
    lead = text[cell.json.start + 1 : first.start]
    between = "," + (lead or (" " if '": ' in text else ""))
    if last is not first:
        between = text[first.end : cell.json.value[1].start]
    return [Edit(cell.json.start, cell.json.end, "[" + lead + between.join(lines) + text[last.end : cell.json.end])]
