"""The house rules that a tool can check: no circles of files or folders, rooms one can live in, files of one idea."""

import ast
from pathlib import Path
from typing import Dict, List, Set

import pytest

from poets.migrate.task.worker.start import project_root

ROOT = Path(project_root())
TOPS = ("poets", "legacy", "modern", "migrate")
MOST_FILES = 15  # in a folder
MOST_LINES = 300  # in a file


def module_of(path):
    """`poets.migrate.task.errors` of `migrate/task/errors.py`."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts if parts[0] == "poets" else ["poets"] + parts)


FILES = {module_of(path): path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))}
# where a process starts: nothing imports them, so they are part of no circle
STARTS = {module for module, path in FILES.items() if path.name == "__main__.py"}


def imported_names(path):
    """What a file imports, at its top or within a function: (module, name); no name for `import module`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def imports_of(module):
    """The modules of poets that a file imports."""
    pairs = list(imported_names(FILES[module]))
    found = {whole if whole in FILES else start for start, name in pairs for whole in [f"{start}.{name}"]}
    return {name for name in found if name in FILES and name != module}


IMPORTS = {module: imports_of(module) for module in FILES if module not in STARTS}


def folder_of(module):
    """The folder that a file lies in; the file of a folder itself, `__init__.py`, lies in that folder."""
    return str(FILES[module].parent.relative_to(ROOT))


def circles(graph):
    """Groups of nodes that reach each other, each sorted; by Tarjan's algorithm."""
    number: Dict[str, int] = {}
    low: Dict[str, int] = {}
    stack: List[str] = []
    found: List[List[str]] = []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in number:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], number[other])
        if low[node] == number[node]:
            group: List[str] = []
            while not group or group[-1] != node:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in number:
            visit(node)
    return found


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_no_circle_of_files():
    assert circles(IMPORTS) == []


def test_no_circle_of_folders():
    graph: Dict[str, Set[str]] = {folder_of(module): set() for module in FILES}
    for module, imported in IMPORTS.items():
        graph[folder_of(module)] |= {folder_of(other) for other in imported} - {folder_of(module)}
    assert circles(graph) == []


def test_a_folder_holds_few_files():
    counts: Dict[str, int] = {}
    for module in FILES:
        counts[folder_of(module)] = counts.get(folder_of(module), 0) + 1
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


@pytest.mark.parametrize("top", TOPS + ("parity_tests",))
def test_a_file_is_short(top):
    long = {}
    for path in sorted((ROOT / top).rglob("*.py")):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > MOST_LINES:
            long[str(path.relative_to(ROOT))] = lines
    assert long == {}


def test_every_folder_says_what_belongs_there():
    silent = [
        module
        for module, path in FILES.items()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_nothing_that_is_installed_imports_the_tests():
    guilty = [
        module
        for module, path in FILES.items()
        if any("parity_tests" in f"{start}.{name}".split(".")[:2] for start, name in imported_names(path))
    ]
    assert guilty == [] and (ROOT / "parity_tests").is_dir()
