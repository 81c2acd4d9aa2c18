"""Findings on a program's imports and uses of TensorFlow, one by one."""

import ast
from typing import Iterator, List, Set

from poets.migrate.upgrade.program import names as known
from poets.migrate.upgrade.program.finding import ERROR, NOTE, WARNING, ScriptFinding
from poets.migrate.upgrade.program.scope import Chain, Imported
from poets.migrate.upgrade.rules import advice
from poets.migrate.upgrade.rules.bridge import Program, is_tensorflow, public_module, public_of
from poets.migrate.upgrade.rules.swaps import NameSwap, Use, spot


def import_findings(program: Program, dropped: Set[int]) -> Iterator[ScriptFinding]:
    """Findings on the import statements themselves."""
    for one in program.names.imports + program.names.stars:
        if not is_tensorflow(one) or id(one.node) in dropped:
            continue
        line, column = spot(program, one.node)
        whole = one.dotted if isinstance(one.node, ast.ImportFrom) else one.module
        subject = whole[:-2] if whole.endswith(".*") else whole
        parts = subject.split(".")
        if one.alias.name == "*":
            yield ScriptFinding(
                ERROR,
                "star-import",
                line,
                column,
                f"from {one.module} import *",
                "names from a star import cannot be told from others",
                "import tensorflow as tf and write tf. before its names",
            )
        if parts[1:2] == ["contrib"]:
            yield _gone(line, column, "tf." + ".".join(parts[1:]), one.guarded)
        elif parts[1:2] == ["examples"]:
            yield ScriptFinding(
                ERROR,
                "tutorials",
                line,
                column,
                subject,
                "removed in TensorFlow 2",
                *advice.advice_for("tf.examples"),
            )
        elif parts[1:2] == ["core"]:
            yield ScriptFinding(
                NOTE,
                "private-module",
                line,
                column,
                subject,
                "TensorFlow's protocol buffers, which are still there",
                "nothing to do",
            )
        elif parts[1:2] in (["python"], ["tools"], ["compiler"]):
            yield from _private_import(program, one, line, column, subject)
        elif known.canonical(subject):
            dotted = known.canonical(subject) or ""
            yield from name_finding(dotted, line, column, one.guarded) if dotted != "tf" else ()


def _private_import(program: Program, one: Imported, line: int, column: int, subject: str) -> Iterator[ScriptFinding]:
    module = one.module if isinstance(one.node, ast.ImportFrom) else subject
    target = public_module(subject, program.kept)
    if isinstance(one.node, ast.ImportFrom) and not target:
        target = public_module(module, program.kept) or public_of(module, one.alias.name, program.kept)
    if target and id(one.node) in program.moved:
        yield ScriptFinding(
            NOTE,
            "private-module",
            line,
            column,
            subject,
            f"not public; the same is in {target}",
            "nothing to do where it is rewritten",
        )
        return
    if isinstance(one.node, ast.Import) and not one.alias.asname and id(one.node) in program.moved:
        yield ScriptFinding(
            NOTE, "private-module", line, column, subject, "not public, and nothing of it is used", "nothing to do"
        )
        return
    gone = known.table()["private_gone"]
    if any(part in gone for part in (subject, module)):
        yield ScriptFinding(
            ERROR,
            "private-module",
            line,
            column,
            subject,
            f"TF {known.versions()['tf2']} does not have this module",
            advice.advice_for_private(subject),
        )
        return
    lost = None if known.is_package(module) else known.private(module)
    if lost is not None and one.alias.name in lost:
        yield ScriptFinding(
            ERROR,
            "private-module",
            line,
            column,
            subject,
            f"TF {known.versions()['tf2']}'s {module} does not have it",
            advice.advice_for_private(subject),
        )
    elif known.private(subject) is not None or lost is not None:
        yield ScriptFinding(
            WARNING,
            "private-module",
            line,
            column,
            subject,
            f"not TensorFlow's public interface; TF {known.versions()['tf2']} still has it, another may not",
            advice.advice_for_private(subject),
        )
    else:
        yield ScriptFinding(
            ERROR,
            "private-module",
            line,
            column,
            subject,
            f"not TensorFlow's public interface, and not known to be in TF {known.versions()['tf2']}",
            advice.advice_for_private(subject),
        )


def use_findings(program: Program, uses: List[Use], swaps: List[NameSwap]) -> Iterator[ScriptFinding]:
    """Findings on the uses; replaced ones get a note."""
    swapped = {id(swap.use.chain): swap for swap in swaps}
    for use in uses:
        line, column = spot(program, use.chain.name)
        swap = swapped.get(id(use.chain))
        if swap is not None:
            yield ScriptFinding(
                NOTE,
                "replaced",
                line,
                column,
                swap.old,
                f"replaced by {swap.new}, which does the same",
                "nothing to do",
            )
            if known.needs_keras_2(swap.new):
                yield from name_finding(swap.new, line, column, False)
        elif use.dotted.startswith("tf.contrib.") or use.dotted == "tf.contrib":
            yield _gone(line, column, use.dotted, use.chain.guarded)
        elif use.dotted.startswith("tensorflow.examples."):
            yield ScriptFinding(
                ERROR,
                "tutorials",
                line,
                column,
                use.dotted,
                "removed in TensorFlow 2",
                *advice.advice_for("tf.examples"),
            )
        elif use.dotted.startswith("tensorflow."):
            yield from _private_use(program, use, line, column)
        elif use.dotted.startswith("tf."):
            yield from name_finding(use.dotted, line, column, use.chain.guarded)
            yield from _argument_findings(use, line, column)
            yield from _version_finding(use, line, column)


def plain_findings(program: Program, uses: List[Use]) -> Iterator[ScriptFinding]:
    """Uses of version 1 in a program for TensorFlow 2, whose import stays unchanged."""
    for use in uses:
        line, column = spot(program, use.chain.name)
        if use.dotted.startswith("tf.contrib"):
            yield _gone(line, column, use.dotted, use.chain.guarded)
        elif (
            known.only_in_v1(use.dotted)
            and use.chain.attributes[:2] != ("compat", "v1")
            and not use.chain.guarded
            and not _imports_v1(program, use.chain)
        ):
            there = "tf.compat.v1" + use.dotted[2:]
            yield ScriptFinding(
                ERROR,
                "removed-name",
                line,
                column,
                use.dotted,
                f"TensorFlow 2 has it only as {there}",
                f"write {there}, or use its TensorFlow 2 replacement",
            )


def _imports_v1(program: Program, chain: Chain) -> bool:
    return any(dotted.startswith("tensorflow.compat.v1") for dotted in program.names.means(chain))


def _gone(line: int, column: int, dotted: str, guarded: bool) -> ScriptFinding:
    level = WARNING if guarded else ERROR
    shown = ".".join(dotted.split(".")[:5])
    return ScriptFinding(
        level, "contrib", line, column, shown, "TensorFlow 2 removed tf.contrib", *advice.advice_for(dotted)
    )


def name_finding(dotted: str, line: int, column: int, guarded: bool) -> Iterator[ScriptFinding]:
    """Findings on one name of the public API."""
    verdict = known.look_up(dotted)
    versions = known.versions()
    if verdict.state == known.GONE:
        said = f"TF {versions['tf2']}'s compat.v1 does not have {verdict.name}"
        if not verdict.was_there:
            said += f", nor had TF {versions['tf1']}"
        elif verdict.older:
            said += f"; TF {versions['older']} still had it"
        yield ScriptFinding(
            WARNING if guarded else ERROR, "removed-name", line, column, dotted, said, *advice.advice_for(verdict.name)
        )
    elif verdict.state == known.KERAS_2:
        yield ScriptFinding(
            WARNING,
            "keras-2",
            line,
            column,
            dotted,
            "comes from Keras, and Keras 3 has no version 1: runs with Keras 2, which TF_USE_LEGACY_KERAS=1 asks for",
            *advice.advice_for(dotted),
        )


def _private_use(program: Program, use: Use, line: int, column: int) -> Iterator[ScriptFinding]:
    parts = use.dotted.split(".")
    if len(parts) == len(use.chain.attributes) + 1 and parts[1] != "compat":  # tf.python.x: compat.v1 has no `python`
        yield ScriptFinding(
            ERROR,
            "private-module",
            line,
            column,
            ".".join(["tf"] + parts[1:4]),
            f"compat.v1 has no tf.{parts[1]}",
            advice.advice_for_private(use.dotted),
        )
        return
    for length in range(len(parts) - 1, 2, -1):
        lost = known.private(".".join(parts[:length]))
        if lost is not None and parts[length] in lost:
            yield ScriptFinding(
                ERROR,
                "private-module",
                line,
                column,
                ".".join(parts[: length + 1]),
                f"TF {known.versions()['tf2']} does not have it",
                advice.advice_for_private(use.dotted),
            )
            return


def _argument_findings(use: Use, line: int, column: int) -> Iterator[ScriptFinding]:
    if use.chain.call is None:
        return
    given = [one.arg for one in use.chain.call.keywords if one.arg]
    for name in known.lost_arguments(use.dotted, given):
        yield ScriptFinding(
            ERROR,
            "removed-argument",
            line,
            column,
            f"{use.dotted}({name}=)",
            f"TF {known.versions()['tf2']}'s compat.v1 no longer takes {name}",
            "leave it out, or look for its replacement",
            advice.advice_for(use.dotted).see,
        )


VERSIONS = ("tf.__version__", "tf.VERSION", "tf.version.VERSION")


def _version_finding(use: Use, line: int, column: int) -> Iterator[ScriptFinding]:
    if use.dotted in VERSIONS and use.chain.tested:
        yield ScriptFinding(
            WARNING,
            "version-check",
            line,
            column,
            use.dotted,
            f"a test of TensorFlow's version, which is now {known.versions()['tf2']}",
            "check that it takes the intended branch",
        )
