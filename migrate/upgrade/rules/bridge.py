"""The bridge's imports: rewrite TensorFlow's imports to compat.v1, and private imports to public ones."""

import ast
import warnings
from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Set

from poets.migrate.upgrade.program import names as known
from poets.migrate.upgrade.program.imports import V1, Written, alias_edit, end_of_statement, module_edit, written
from poets.migrate.upgrade.program.scope import Imported, Names
from poets.migrate.upgrade.program.source import Edit, Lines, line_end_of, masked
from poets.migrate.upgrade.rules import advice

# by their roots; other modules below tensorflow. in a `from` import are in compat.v1 too
NOT_PUBLIC = ("contrib", "python", "examples", "compat", "core", "tools", "compiler")


class Program(NamedTuple):
    tree: ast.AST
    names: Names
    """Its imports, and the uses of the imported names."""
    lines: Lines
    """Maps the parser's positions to indices into the text."""
    blank: str
    """The text without strings and comments."""
    kept: FrozenSet[str]
    """Private modules that are left unchanged."""
    moved: FrozenSet[int]
    """`id` of the import statements that are rewritten."""


def parse(text: str) -> Program:
    """Parse a program.

    Raises:
        SyntaxError: it is not valid Python.
    """
    tree = read(text)
    names = Names(tree)
    program = Program(tree, names, Lines(text), masked(text), kept_private(names), frozenset())
    return program._replace(
        moved=frozenset(
            id(one.node) for one in names.imports if is_tensorflow(one) and statement_edits(program, one.node)
        )
    )


def read(text: str) -> ast.AST:
    """A program's syntax tree.

    Raises:
        SyntaxError: it is not valid Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on invalid escapes such as "\d", which are common in TF1 scripts
        try:
            return ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:  # null bytes; brackets a thousand deep
            raise SyntaxError(str(error) or "too deeply nested")


def is_tensorflow(one: Imported) -> bool:
    """Whether an import is TensorFlow's own, not a related package's."""
    return one.module.split(".")[0] == "tensorflow"


def kept_private(names: Names) -> FrozenSet[str]:
    """Private modules left unchanged, because the program uses more of them than their public counterpart has."""
    kept = set()
    for chain in names.chains:
        for dotted in names.means(chain):
            for module, public in advice.PUBLIC_MODULES.items() if dotted.startswith("tensorflow.python.") else ():
                if dotted.startswith(module + ".") and dotted[len(module) + 1 :].split(".")[0] not in known.table()[
                    "modules"
                ].get("tf." + public, known.table()["keras_2"].get("tf." + public, ())):
                    kept.add(module)
    return frozenset(kept)


def has_v1(names: Names) -> bool:
    """Whether a program imports compat.v1 itself; then its other `import tensorflow` is intentional."""
    return any((one.module + ".").startswith(V1 + ".") or one.dotted == V1 for one in names.imports)


def is_root(program: Program, one: Imported) -> bool:
    """Whether the rewritten import binds compat.v1 itself.

    `import tensorflow.a.b` binds `tensorflow`, which is version 2's API, unless it is rewritten to bind compat.v1.
    """
    dotted_alone = (
        isinstance(one.node, ast.Import)
        and "." in one.alias.name
        and not one.alias.asname
        and not stands_for_root(program, one.alias.name)
    )
    return one.dotted in ((V1,) if has_v1(program.names) else ("tensorflow", V1)) and not dotted_alone


def import_edits(program: Program, dropped: Set[int]) -> List[Edit]:
    """Edits of all import statements; those in ``dropped`` (by `id`) are removed."""
    edits: List[Edit] = []
    done = set()
    for one in program.names.imports + program.names.stars:
        if id(one.node) in done or not any(_names_tensorflow(alias, one) for alias in one.node.names):
            continue
        done.add(id(one.node))
        edits += [_drop(program, one.node)] if id(one.node) in dropped else statement_edits(program, one.node)
    return edits


def statement_edits(program: Program, node: Any) -> List[Edit]:
    """Edits of one import statement; empty if it stays."""
    parts = written(node, program.lines, program.blank)
    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    if parts is None or has_v1(program.names) and not any(one.startswith("tensorflow.python.") for one in modules):
        return []
    return _alias_edits(program, node, parts) if isinstance(node, ast.Import) else _from_edits(program, node, parts)


def _names_tensorflow(alias: ast.alias, one: Imported) -> bool:
    name = (one.node.module or "") if isinstance(one.node, ast.ImportFrom) else alias.name
    return name.split(".")[0] == "tensorflow" and not getattr(one.node, "level", 0)


def _alias_edits(program: Program, node: ast.Import, parts: Written) -> List[Edit]:
    edits = []
    for alias, span in zip(node.names, parts.aliases):
        target = public_module(alias.name, program.kept)
        if target and alias.asname:
            edits.append(alias_edit(program.blank, span, target, alias.asname))
        elif alias.asname is None and (alias.name == "tensorflow" or stands_for_root(program, alias.name)):
            edits.append(alias_edit(program.blank, span, V1, "tensorflow"))
    return edits


def stands_for_root(program: Program, module: str) -> bool:
    """Whether `import tensorflow.a.b` binds the `tensorflow` whose version 1 names the program uses."""
    parts = module.split(".")
    used = [
        chain.attributes[:1]
        for chain in program.names.chains
        if chain.name.id == "tensorflow" and chain.attributes[:1] != ("compat",)
    ]
    return (
        parts[0] == "tensorflow"
        and len(parts) > 1
        and bool(used)
        and not (parts[1] in NOT_PUBLIC and (parts[1],) in used)
    )


def public_module(module: str, kept: FrozenSet[str]) -> Optional[str]:
    """The compat.v1 module for a module of TensorFlow 1; None if there is none, or if it is compat.v1's already."""
    if module in advice.PUBLIC_MODULES and module not in kept:
        return f"{V1}.{advice.PUBLIC_MODULES[module]}"
    parts = module.split(".")
    if parts[0] != "tensorflow" or parts[1:2] and parts[1] in NOT_PUBLIC:
        return None
    return ".".join([V1] + parts[1:])


def _from_edits(program: Program, node: ast.ImportFrom, parts: Written) -> List[Edit]:
    module = node.module or ""
    if program.blank[parts.module : parts.module + len(module)] != module:
        return []
    whole = public_module(module, program.kept)
    if whole and not (module == "tensorflow" and all(alias.name in NOT_PUBLIC for alias in node.names)):
        return [module_edit(parts.module, module, whole)]
    targets = [public_of(module, alias.name, program.kept) for alias in node.names]
    folders = {target.rpartition(".")[0] if target else None for target in targets}
    if folders == {None}:
        return []
    if len(folders) > 1:
        return _split_edits(program, node, parts, targets)
    [folder] = folders
    edits = [module_edit(parts.module, module, ".".join([V1] + [part for part in (folder,) if part]))]
    for alias, span, target in zip(node.names, parts.aliases, targets):
        last = str(target).rpartition(".")[2]
        if last != alias.name:
            edits.append(alias_edit(program.blank, span, last, alias.asname or alias.name))
    return edits


def _split_edits(program: Program, node: ast.ImportFrom, parts: Written, targets: List[Optional[str]]) -> List[Edit]:
    """One statement per module that now has the names; empty if a comment between them would be lost."""
    lines = program.lines
    if lines.text[parts.start : parts.end] != program.blank[parts.start : parts.end]:
        return []
    groups: Dict[str, List[str]] = {}
    for alias, target in zip(node.names, targets):
        folder, _, last = target.rpartition(".") if target else (None, "", alias.name)
        place = str(node.module) if folder is None else ".".join([V1] + [part for part in (folder,) if part])
        bound = alias.asname or alias.name
        groups.setdefault(place, []).append(last if last == bound else f"{last} as {bound}")
    statements = [f"from {place} import {', '.join(names)}" for place, names in groups.items()]
    indent = lines.text[lines.starts[node.lineno - 1] : parts.start]
    between = "; " if indent.strip(" \t\f") else line_end_of(lines.text) + indent.lstrip("\f")
    return [Edit(parts.start, parts.end, between.join(statements))]


def public_of(module: str, name: str, kept: FrozenSet[str]) -> Optional[str]:
    """The public name, below `tf`, of what `from module import name` binds."""
    dotted = f"{module}.{name}"
    if dotted in advice.PUBLIC_MODULES and dotted not in kept:
        return advice.PUBLIC_MODULES[dotted]
    return known.public_name(dotted)


def _drop(program: Program, node: Any) -> Edit:
    lines = program.lines
    start = lines.place(node.lineno, node.col_offset)
    end = lines.end_of_line(end_of_statement(program.blank, start))
    following = lines.position(end).line
    return Edit(start, lines.starts[following] if following < len(lines.starts) else end, "")


def can_be_dropped(program: Program, node: Any) -> bool:
    """Whether a statement is alone on its line, at module level."""
    if node not in getattr(program.tree, "body", []) or node.col_offset:
        return False
    end = end_of_statement(program.blank, program.lines.place(node.lineno, node.col_offset))
    return not program.blank[end : program.lines.end_of_line(end)].strip()
