"""Statements the bridge adds: one to switch off version 2's behaviour, and one to request Keras 2 if needed.

The call comes after the block of imports that contains TensorFlow's, in the same suite, so an `except ImportError`
around it keeps its meaning. If only functions import TensorFlow, each gets the call.
"""

import ast
from typing import Any, List, Optional, Sequence, Set

from poets.migrate.upgrade.program.imports import V1, end_of_statement
from poets.migrate.upgrade.program.scope import suites
from poets.migrate.upgrade.program.source import Edit, line_end_of
from poets.migrate.upgrade.rules.bridge import Program, is_root, is_tensorflow

IMPORTS = (ast.Import, ast.ImportFrom)
DISABLE = "disable_v2_behavior"
LEGACY_KERAS = "TF_USE_LEGACY_KERAS"


def switch_edits(program: Program, dropped: Set[int]) -> List[Edit]:
    """The call that switches off version 2's behaviour, after the imports that need it."""
    found = [
        one
        for one in program.names.imports
        if is_tensorflow(one)
        and id(one.node) not in dropped
        and one.module.split(".")[1:2] not in (["contrib"], ["examples"])
    ]
    top = [one for one in found if one.scope.kind == "module"]
    edits = []
    for one in top[:1] if top else found:
        scope = [each for each in found if each.scope is one.scope]
        alias = next((each for each in scope if is_root(program, each)), None)
        edits.append(_call_after(program, (alias or one).node, alias.bound if alias else None, dropped))
    return _once(edits)


def _once(edits: Sequence[Edit]) -> List[Edit]:
    seen: List[Edit] = []
    for edit in edits:
        if edit not in seen:
            seen.append(edit)
    return seen


def _call_after(program: Program, node: Any, alias: Optional[str], dropped: Set[int]) -> Edit:
    """``alias.disable_v2_behavior()`` after the block of imports that contains ``node``."""
    lines, blank = program.lines, program.blank
    calls = [f"{alias}.{DISABLE}()"] if alias else ["import " + V1, f"{V1}.{DISABLE}()"]
    start = lines.place(node.lineno, node.col_offset)
    line_start = lines.starts[node.lineno - 1]
    indent = lines.text[line_start:start]
    last = _last_of_block(program, node, dropped)
    end = end_of_statement(blank, lines.place(last.lineno, last.col_offset))
    rest = blank[end : lines.end_of_line(end)]
    if indent.strip(" \t\f") or rest.strip() or "\\" in rest:  # `try: import tensorflow as tf`; `import ...; f()`
        own = end_of_statement(blank, start)
        return Edit(own, own, "".join("; " + call for call in calls))
    place = lines.end_of_line(end)
    return Edit(place, place, "".join(line_end_of(lines.text) + indent.lstrip("\f") + call for call in calls))


def _last_of_block(program: Program, node: Any, dropped: Set[int]) -> Any:
    for block in suites(program.tree):
        if node in block:
            last = node
            for following in block[block.index(node) + 1 :]:
                if not isinstance(following, IMPORTS):
                    break
                last = last if id(following) in dropped else following
            return last
    return node


def keras_edits(program: Program) -> List[Edit]:
    """`os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")` before TensorFlow is first imported."""
    if LEGACY_KERAS in program.lines.text:
        return []
    first = min(
        (
            one.node
            for one in program.names.imports + program.names.stars
            if one.module.split(".")[0].startswith(("tensorflow", "keras"))
        ),
        key=lambda node: (node.lineno, node.col_offset),
    )
    lines = program.lines
    start, line_start = lines.place(first.lineno, first.col_offset), lines.starts[first.lineno - 1]
    known = any(
        one.module == "os"
        and one.bound == "os"
        and one.scope.kind == "module"
        and not one.guarded
        and one.node.lineno < first.lineno
        for one in program.names.imports
    )
    statements = ([] if known else ["import os"]) + [f'os.environ.setdefault("{LEGACY_KERAS}", "1")']
    indent = lines.text[line_start:start]
    if indent.strip(" \t\f"):
        return [Edit(start, start, "".join(one + "; " for one in statements))]
    return [Edit(start, start, "".join(one + line_end_of(lines.text) + indent.lstrip("\f") for one in statements))]


def half_way_edits(program: Program) -> List[Edit]:
    """`tf.compat.v1.disable_v2_behavior()` if compat.v1 is used by its long name, as tf_upgrade_v2 writes it."""
    top = [one for one in program.names.imports if one.scope.kind == "module"]
    alias = next((each for each in top if is_root(program, each)), None)
    if alias is None:
        return []
    return [_call_after(program, alias.node, alias.bound + ".compat.v1", set())]
