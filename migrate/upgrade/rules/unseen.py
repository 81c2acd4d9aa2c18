"""Uses of TensorFlow that static analysis cannot see: getattr, import by name, and passing the module on."""

import ast
from typing import Iterator, Optional

from poets.migrate.upgrade.program import names as known
from poets.migrate.upgrade.program.finding import ERROR, WARNING, ScriptFinding
from poets.migrate.upgrade.rules.bridge import Program
from poets.migrate.upgrade.rules.swaps import spot
from poets.migrate.upgrade.rules.uses import name_finding


def unseen_findings(program: Program) -> Iterator[ScriptFinding]:
    """Findings on hidden uses, at the call that hides them."""
    for call, _ in program.names.calls:
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        line, column = spot(program, call)
        if name in ("__import__", "import_module") and call.args:
            module = _constant(call.args[0])
            if module is not None and module.split(".")[0] == "tensorflow":
                yield ScriptFinding(
                    ERROR,
                    "unseen",
                    line,
                    column,
                    f"{name}({module!r})",
                    "TensorFlow is imported by name: its uses cannot be seen",
                    "import it by a statement",
                )
        for place, argument in enumerate(call.args):
            module = _module_at(program, argument)
            if module is not None and name in ("getattr", "hasattr") and place == 0 and len(call.args) > 1:
                yield from _by_name(call, name, module, line, column)
            elif module == "tf" and name not in ("reload", "isinstance"):
                yield ScriptFinding(
                    WARNING,
                    "unseen",
                    line,
                    column,
                    f"{name or 'call'}(tf)",
                    "the TensorFlow module is passed on: its uses there cannot be seen",
                    "import it where it is used",
                )


def _module_at(program: Program, node: ast.AST) -> Optional[str]:
    """The public TensorFlow module that an expression refers to, for example `tf.train`."""
    chain = program.names.chain_at(node)
    for dotted in program.names.means(chain) if chain else []:
        public = known.canonical(dotted)
        if public is not None and (public in known.table()["modules"] or known.needs_keras_2(public)):
            return public
    return None


def _by_name(call: ast.Call, name: str, module: str, line: int, column: int) -> Iterator[ScriptFinding]:
    attribute = _constant(call.args[1])
    if attribute is not None:
        asked_for = name == "hasattr" or len(call.args) > 2
        yield from name_finding(f"{module}.{attribute}", line, column, asked_for)
    elif known.has_lost(module):
        yield ScriptFinding(
            ERROR,
            "unseen",
            line,
            column,
            f"{name}({module}, ...)",
            "names of TensorFlow made while the program runs cannot be seen",
            "write the names out, in a dict",
        )


def _constant(node: ast.AST) -> Optional[str]:
    value = getattr(node, "s", None) if type(node).__name__ == "Str" else getattr(node, "value", None)
    return value if isinstance(value, str) else None
