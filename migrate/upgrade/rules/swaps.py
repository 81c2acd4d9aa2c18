"""Uses of TensorFlow in a program, and those with an exact replacement under another name."""

import re
from typing import Any, List, NamedTuple, Optional, Set, Tuple

from poets.migrate.upgrade.program import names as known
from poets.migrate.upgrade.program.scope import Chain
from poets.migrate.upgrade.program.source import Edit
from poets.migrate.upgrade.rules import advice
from poets.migrate.upgrade.rules.bridge import Program, can_be_dropped, is_root, is_tensorflow


class Use(NamedTuple):
    chain: Chain
    """Where the name is used."""
    dotted: str
    """`tf.train.Saver`, or `tensorflow.python...` for private names."""


class NameSwap(NamedTuple):
    use: Use
    old: str
    """The public name, such as `tf.train.Saver`."""
    new: str
    """Its replacement, written likewise."""
    edit: Edit
    """The edit that puts it in."""


def uses_of(program: Program) -> List[Use]:
    """All uses of names imported from TensorFlow, in the order of the text."""
    found = []
    moved = {(id(one.scope), one.bound) for one in program.names.imports if id(one.node) in program.moved}
    for chain in program.names.chains:
        for dotted in program.names.means(chain):
            if dotted.split(".")[0] == "tensorflow":
                public = known.canonical(dotted)
                if public is None and (id(chain.scope.owner(chain.name.id)), chain.name.id) in moved:
                    public = _public(program, dotted)
                found.append(Use(chain, public or dotted))
                break
    return sorted(found, key=lambda use: (use.chain.name.lineno, use.chain.name.col_offset))


def _public(program: Program, dotted: str) -> Optional[str]:
    """The public name of a use of a private module whose import is rewritten."""
    for module, public in advice.PUBLIC_MODULES.items():
        if dotted.startswith(module + ".") and module not in program.kept:
            return f"tf.{public}{dotted[len(module) :]}"
    return None


def span_of(program: Program, chain: Chain) -> Optional[Tuple[int, int]]:
    """The span of a chain in the text; None if brackets or an f-string hide it."""
    start = program.lines.place(chain.name.lineno, chain.name.col_offset)
    gap = r"(?:[ \t\f]|\\\r?\n|[\r\n])*"
    expression = (
        re.escape(chain.name.id) + "".join(gap + r"\." + gap + re.escape(one) for one in chain.attributes) + r"(?!\w)"
    )
    match = re.compile(expression).match(program.blank, start)
    return (match.start(), match.end()) if match else None


def swaps_of(program: Program, uses: List[Use]) -> Tuple[List[NameSwap], Set[int]]:
    """Uses with an exact replacement, and the import statements (by `id`) that are then unused."""
    root = next(
        (one.bound for one in program.names.imports if one.scope.kind == "module" and is_root(program, one)), None
    )
    if root is None:
        return [], set()
    swaps = [swap for swap in (_swap(program, use, root) for use in uses) if swap is not None]
    swapped = {id(swap.use.chain) for swap in swaps}
    direct = [swap for swap in swaps if swap.use.chain.name.id == root]
    dropped: Set[int] = set()
    for one in program.names.imports:
        if not is_tensorflow(one) or one.dotted.split(".")[1:2] not in (["contrib"], ["python"]):
            continue
        own = [use for use in uses if use.chain.name.id == one.bound and use.chain.scope.owner(one.bound) is one.scope]
        if (
            own
            and all(id(use.chain) in swapped for use in own)
            and len(one.node.names) == 1
            and can_be_dropped(program, one.node)
        ):
            dropped.add(id(one.node))
            direct += [swap for swap in swaps if any(swap.use is use for use in own) and swap not in direct]
    return direct, dropped


def _swap(program: Program, use: Use, root: str) -> Optional[NameSwap]:
    parts = use.dotted.split(".")
    for length in range(len(parts), 1, -1):
        old = ".".join(parts[:length])
        new, allowed = advice.same_as(old)
        if not new:
            continue
        span = span_of(program, use.chain)
        if span is None or not _may_be_called_so(use.chain, allowed) or not _root_is_free(use, root):
            return None
        text = ".".join([root, new] + parts[length:])
        return NameSwap(use, old, "tf." + new, Edit(span[0], span[1], text))
    return None


def _may_be_called_so(chain: Chain, allowed: Any) -> bool:
    if allowed is None:
        return True
    call = chain.call
    return call is not None and not call.args and all(one.arg in allowed for one in call.keywords)


def _root_is_free(use: Use, root: str) -> bool:
    owner = use.chain.scope.owner(root)
    return owner is not None and owner.kind == "module"


def spot(program: Program, node: Any) -> Tuple[int, int]:
    """Line and column of a node, from 1, in characters."""
    position = program.lines.position(program.lines.place(node.lineno, node.col_offset))
    return position.line, position.column
