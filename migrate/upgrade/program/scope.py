"""Resolve which names of a program refer to TensorFlow, from scopes, imports and plain aliases, without running it."""

import ast
import sys
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
WITHIN_REACH = 6  # maximum depth of aliases of aliases; deeper means a cycle


class Chain(NamedTuple):
    name: ast.Name
    """Where it begins."""
    attributes: Tuple[str, ...]
    """The names after it, in order."""
    scope: "Scope"
    call: Optional[ast.Call]
    """The call whose function it is; None if it is not called."""
    whole: ast.expr
    """The expression that is all of it."""
    tested: bool
    """Whether it is in the test of an `if` or `assert`."""
    guarded: bool
    """Whether it is in a `try` or an `if`, whose other branch may work without it."""


class Imported(NamedTuple):
    node: Any
    """Ast.Import or ast.ImportFrom."""
    alias: ast.alias
    module: str
    """The imported module, dotted; `a` for `from a import b`."""
    bound: str
    """The name that it binds."""
    dotted: str
    """What the name refers to."""
    scope: "Scope"
    guarded: bool
    """As in Chain."""


class Scope:
    """A module, class, function or comprehension, and the bindings of its names."""

    def __init__(self, kind: str, parent: Optional["Scope"]) -> None:
        self.kind = kind
        self.parent = parent
        self.imports: Dict[str, List[str]] = {}
        self.aliases: Dict[str, List[Tuple[ast.expr, "Scope"]]] = {}
        self.others: Set[str] = set()
        self.elsewhere: Dict[str, "Scope"] = {}  # `global` and `nonlocal`

    def home(self, name: str) -> "Scope":
        """The scope that a binding made here belongs to."""
        return self.elsewhere.get(name, self)

    def binds(self, name: str) -> bool:
        """Whether the name is bound in this scope."""
        return name in self.imports or name in self.aliases or name in self.others

    def owner(self, name: str) -> Optional["Scope"]:
        """The scope that binds the name, seen from here; None for built-in and star-imported names."""
        scope: Optional[Scope] = self.home(name)
        first = True
        while scope is not None:
            if (first or scope.kind != "class") and scope.binds(name):
                return scope
            scope, first = scope.parent, False
        return None

    def module(self) -> "Scope":
        """The outermost scope."""
        return self if self.parent is None else self.parent.module()


class Names:
    """All imports, and all names and attribute chains, of a program."""

    def __init__(self, tree: ast.AST) -> None:
        self.imports: List[Imported] = []
        self.chains: List[Chain] = []
        self.calls: List[Tuple[ast.Call, Scope]] = []
        self.stars: List[Imported] = []
        self.top = Scope("module", None)
        self._call: Optional[ast.Call] = None
        self._tested = self._guarded = False
        self._children(tree, self.top)
        self._meant: Dict[int, List[str]] = {}
        self._by_node = {id(chain.whole): chain for chain in self.chains}

    def chain_at(self, node: ast.AST) -> Optional[Chain]:
        """The complete chain of a node."""
        return self._by_node.get(id(node))

    def means(self, chain: Chain) -> List[str]:
        """Every dotted name that a chain may refer to, starting from the imported module."""
        known = self._meant.get(id(chain))
        if known is None:
            known = self._meant[id(chain)] = self._meanings(chain)
        return known

    def _meanings(self, chain: Chain) -> List[str]:
        return [
            "".join([base] + ["." + one for one in chain.attributes])
            for base in self._bases(chain.scope, chain.name.id, 0)
        ]

    def _bases(self, scope: Scope, name: str, depth: int) -> List[str]:
        owner = scope.owner(name)
        if owner is None or depth > WITHIN_REACH:
            return []
        found = list(owner.imports.get(name, []))
        assigned = owner.aliases.get(name, [])
        if name not in owner.others and len(assigned) == 1 and not found:
            value, there = assigned[0]
            base, attributes = chain_of(value)
            if base is not None and (base.id != name or there is not owner):
                found += [
                    "".join([one] + ["." + attribute for attribute in attributes])
                    for one in self._bases(there, base.id, depth + 1)
                ]
        return found

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, FUNCTIONS):
            self._function(node, scope)
        elif isinstance(node, ast.Lambda):
            self._arguments(node.args, scope, Scope("function", scope), [node.body])
        elif isinstance(node, ast.ClassDef):
            scope.home(node.name).others.add(node.name)
            for each in node.decorator_list + node.bases + [one.value for one in node.keywords]:
                self._visit(each, scope)
            inner = Scope("class", scope)
            self._all(node.body, inner)
        elif isinstance(node, COMPREHENSIONS):
            self._children(node, Scope("comprehension", scope))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node, scope)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                scope.elsewhere[name] = (
                    scope.module()
                    if isinstance(node, ast.Global)
                    else (scope.parent and scope.parent.owner(name) or scope)
                )
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self._chain(node, scope)
        elif isinstance(node, ast.Call):
            self._called(node, scope)
        elif isinstance(node, ast.JoinedStr) and sys.version_info < (3, 8):
            self._children(placed_at(node), scope)
        else:
            self._statement(node, scope)

    def _statement(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            if chain_of(node.value)[0] is not None:
                name = node.targets[0].id
                scope.home(name).aliases.setdefault(name, []).append((node.value, scope))
                self._visit(node.value, scope)
                return
        if isinstance(node, (ast.If, ast.IfExp, ast.Assert, ast.While)):
            self._within(node.test, scope, tested=True)
            for child in ast.iter_child_nodes(node):
                if child is not node.test:
                    self._within(child, scope, guarded=asks_what_is_there(node.test))
            return
        if isinstance(node, ast.Try):
            for each in node.body + node.handlers:
                self._within(each, scope, guarded=any(map(catches_absence, node.handlers)))
            self._all(node.orelse + node.finalbody, scope)
            return
        if isinstance(node, ast.ExceptHandler) and node.name:
            scope.home(node.name).others.add(node.name)
        elif type(node).__name__ in ("MatchAs", "MatchStar", "MatchMapping"):  # Python 3.10's
            bound = getattr(node, "name", None) or getattr(node, "rest", None)
            scope.others.update([bound] if bound else [])
        self._children(node, scope)

    def _function(self, node: Any, scope: Scope) -> None:
        scope.home(node.name).others.add(node.name)
        for each in node.decorator_list + ([node.returns] if node.returns else []):
            self._visit(each, scope)
        self._arguments(node.args, scope, Scope("function", scope), node.body)

    def _arguments(self, arguments: ast.arguments, outer: Scope, inner: Scope, body: List[Any]) -> None:
        plain = list(getattr(arguments, "posonlyargs", [])) + arguments.args
        named = plain + arguments.kwonlyargs + [one for one in (arguments.vararg, arguments.kwarg) if one]
        defaults = dict(zip([one.arg for one in arguments.kwonlyargs], arguments.kw_defaults))
        defaults.update(zip([one.arg for one in reversed(plain)], reversed(arguments.defaults)))
        for one in named:
            default = defaults.get(one.arg)
            if default is not None and chain_of(default)[0] is not None:  # `def build(images, tf=tf)`
                inner.aliases.setdefault(one.arg, []).append((default, outer))
            else:
                inner.others.add(one.arg)
            if one.annotation:
                self._visit(one.annotation, outer)
        for default in arguments.defaults + [one for one in arguments.kw_defaults if one]:
            self._visit(default, outer)
        guarded, self._guarded = self._guarded, False
        self._all(body, inner)
        self._guarded = guarded

    def _import(self, node: Any, scope: Scope) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                module = "." * (node.level or 0) + (node.module or "")
                bound, dotted = alias.asname or alias.name, f"{module}.{alias.name}"
            else:
                module, bound = alias.name, alias.asname or alias.name.split(".")[0]
                dotted = alias.name if alias.asname else bound
            found = Imported(node, alias, module, bound, dotted, scope, self._guarded)
            if alias.name == "*":
                self.stars.append(found)
                continue
            self.imports.append(found)
            known = scope.home(bound).imports.setdefault(bound, [])
            if dotted not in known:
                known.append(dotted)

    def _chain(self, node: Any, scope: Scope) -> None:
        call, self._call = self._call, None
        name, attributes = chain_of(node)
        if name is None:
            self._children(node, scope)
        elif isinstance(name.ctx, ast.Load):
            self.chains.append(Chain(name, attributes, scope, call, node, self._tested, self._guarded))
        elif not attributes:
            scope.home(name.id).others.add(name.id)

    def _called(self, node: ast.Call, scope: Scope) -> None:
        self.calls.append((node, scope))
        self._call = node
        self._visit(node.func, scope)
        self._call = None
        self._all(list(node.args) + list(node.keywords), scope)

    def _within(self, node: ast.AST, scope: Scope, tested: bool = False, guarded: bool = False) -> None:
        before = self._tested, self._guarded
        self._tested, self._guarded = self._tested or tested, self._guarded or guarded
        self._visit(node, scope)
        self._tested, self._guarded = before

    def _children(self, node: ast.AST, scope: Scope) -> None:
        self._all(list(ast.iter_child_nodes(node)), scope)

    def _all(self, nodes: List[Any], scope: Scope) -> None:
        for node in nodes:
            self._visit(node, scope)


def asks_what_is_there(test: ast.AST) -> bool:
    """Whether a test checks a version or the presence of a name."""
    words = {getattr(node, "id", None) or getattr(node, "attr", None) for node in ast.walk(test)}
    return bool(
        words & {"hasattr", "__version__", "VERSION", "version_info", "PY2", "PY3", "LooseVersion", "StrictVersion"}
    )


def catches_absence(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` handles a missing name or module."""
    if handler.type is None:
        return True
    names = {getattr(node, "id", None) for node in ast.walk(handler.type)}
    return bool(names & {"ImportError", "ModuleNotFoundError", "AttributeError", "NameError", "Exception"})


def placed_at(node: Any) -> Any:
    """An f-string's nodes with corrected positions: before Python 3.8 they count from the brace."""
    inner: Any
    for inner in ast.walk(node):
        if hasattr(inner, "lineno"):
            inner.lineno, inner.col_offset = node.lineno, max(0, node.col_offset)
    return node


def chain_of(node: ast.AST) -> Tuple[Optional[ast.Name], Tuple[str, ...]]:
    """The name at the root of `a.b.c`, and its attributes; None if the root is not a name."""
    attributes: List[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node if isinstance(node, ast.Name) else None), tuple(reversed(attributes))


def suites(tree: ast.AST) -> Iterator[List[Any]]:
    """Every block of statements of a program."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block:
                yield block
