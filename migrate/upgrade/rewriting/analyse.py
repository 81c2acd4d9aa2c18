"""Analyse and rewrite one program: its new text and its findings."""

from typing import Dict, List, NamedTuple, Set, Tuple

from poets.migrate.upgrade.program import names as known
from poets.migrate.upgrade.program.finding import ERROR, NOTE, WARNING, ScriptFinding
from poets.migrate.upgrade.program.imports import written
from poets.migrate.upgrade.program.source import Edit, apply_edits
from poets.migrate.upgrade.rules import bridge, lessons, other_packages, python2, switch, unseen, uses
from poets.migrate.upgrade.rules import swaps as equals
from poets.migrate.upgrade.rules.bridge import Program
from poets.migrate.upgrade.rules.lessons import RuleLesson
from poets.migrate.upgrade.rules.swaps import NameSwap, Use

NO_TENSORFLOW, BRIDGED, HALF_WAY = "no TensorFlow", "TensorFlow 1", "half way"
ALREADY, UNREADABLE = "TensorFlow 2", "not rewritten"


class Modern(NamedTuple):
    lesson: RuleLesson
    """The TF1 idiom that the program uses."""
    lines: List[Tuple[int, int]]
    """(cell, line)."""


class Analysis(NamedTuple):
    text: str
    """The new text; the old text if nothing changes."""
    edits: List[Edit]
    """The edits that made it."""
    state: str
    """One of the five words above, such as BRIDGED."""
    findings: List[ScriptFinding]
    modern: List[Modern]
    """What a rewrite in modern style would replace."""


SWITCHES = ("disable_v2_behavior", "disable_eager_execution", "enable_v2_behavior")
SESSION = ("tf.Session", "tf.InteractiveSession", "tf.placeholder", "tf.train.MonitoredTrainingSession")


def analyse(text: str) -> Analysis:
    """Analyse a program and rewrite it; no content of a program makes it raise."""
    try:
        program = bridge.parse(text)
    except SyntaxError as error:
        return Analysis(text, [], UNREADABLE, python2.syntax_findings(text, error), [])
    found = list(python2.name_findings(program.names, program.lines)) + list(other_packages.hub_findings(program))
    if not any(bridge.is_tensorflow(one) for one in program.names.imports + program.names.stars):
        found += list(other_packages.keras_findings(program)) + list(unseen.unseen_findings(program))
        return Analysis(text, [], NO_TENSORFLOW, in_order(found), modern_of(program, []))
    return _with_tensorflow(program, text, found)


def _with_tensorflow(program: Program, text: str, found: List[ScriptFinding]) -> Analysis:
    used = equals.uses_of(program)
    found += list(other_packages.keras_findings(program))
    state = state_of(program, used)
    if state == ALREADY:
        first = next(one.node for one in program.names.imports if bridge.is_tensorflow(one))
        line, column = equals.spot(program, first)
        found.append(
            ScriptFinding(
                NOTE,
                "already-v2",
                line,
                column,
                "tensorflow",
                "uses names that TensorFlow 1.15 did not have, or sets its behaviour itself: left unchanged",
                "nothing to do",
            )
        )
        found += list(uses.import_findings(program, set())) + list(uses.plain_findings(program, used))
        return Analysis(text, [], state, in_order(found), modern_of(program, used))
    swaps, dropped = equals.swaps_of(program, used)
    numpy_found, edits = other_packages.numpy_changes(program)
    found += numpy_found + list(uses.import_findings(program, dropped)) + list(unseen.unseen_findings(program))
    found += list(uses.use_findings(program, used, swaps)) + _unwritten(program)
    if bridge.has_v1(program.names):
        found += _v1_findings(program, used)
    edits += [swap.edit for swap in swaps] + _bridge_edits(program, used, swaps, dropped, state)
    try:
        new = apply_edits(text, edits)
        bridge.read(new)
    except (ValueError, SyntaxError) as error:  # better no change than a broken file
        found.append(
            ScriptFinding(
                ERROR,
                "unseen",
                1,
                1,
                "import",
                f"cannot be rewritten in this form: {error}",
                "write TensorFlow's imports one per line",
            )
        )
        return Analysis(text, [], UNREADABLE, in_order(found), modern_of(program, used))
    return Analysis(new, edits, state, in_order(found), modern_of(program, used))


def _bridge_edits(
    program: Program, used: List[Use], swaps: List[NameSwap], dropped: Set[int], state: str
) -> List[Edit]:
    if state == HALF_WAY:
        return switch.half_way_edits(program)
    edits = bridge.import_edits(program, dropped)
    if not bridge.has_v1(program.names) and not _switches(program, used):
        edits += switch.switch_edits(program, dropped)
    if wants_keras_2(program, used, swaps):
        edits += switch.keras_edits(program)
    return edits


def wants_keras_2(program: Program, used: List[Use], swaps: List[NameSwap]) -> bool:
    """Whether the program uses anything from Keras 2."""
    dotted = [use.dotted for use in used] + [swap.new for swap in swaps]
    dotted += [known.canonical(one.dotted) or "" for one in program.names.imports]
    dotted += [known.canonical(one.module) or "" for one in program.names.imports]
    dotted += [
        f"tf.{bridge.public_of(one.module, one.alias.name, program.kept)}"
        for one in program.names.imports
        if id(one.node) in program.moved
    ]
    return any(known.needs_keras_2(one) for one in dotted if one.startswith("tf."))


def state_of(program: Program, used: List[Use]) -> str:
    """How far a program that uses TensorFlow is already migrated."""
    raw = [dotted for chain in program.names.chains for dotted in program.names.means(chain)]
    if bridge.has_v1(program.names):
        return BRIDGED
    compat = [one for one in raw if one.startswith("tensorflow.compat.v1.")]
    if any(one.split(".")[-1] in SWITCHES for one in compat) or any(
        known.only_in_v2(use.dotted) for use in used if use.dotted.startswith("tf.") and not use.chain.guarded
    ):
        return ALREADY
    imported = [known.canonical(one.dotted) or "" for one in program.names.imports]
    if any(known.only_in_v2(one) for one in imported if one.startswith("tf.")):
        return ALREADY
    plain = [one for one in raw if one.startswith("tensorflow.") and one not in compat]
    if compat and not any(known.only_in_v1(known.canonical(one) or "") for one in plain):
        return HALF_WAY if any(known.canonical(one) in SESSION for one in compat) else ALREADY
    return BRIDGED


def _v1_findings(program: Program, used: List[Use]) -> List[ScriptFinding]:
    """Findings on a program that imports compat.v1 itself: its other use of `tensorflow`, and behaviour left on."""
    found = list(uses.plain_findings(program, used))
    session = next((use for use in used if use.dotted in SESSION), None)
    if session is not None and not _switches(program, used):
        line, column = equals.spot(program, session.chain.name)
        found.append(
            ScriptFinding(
                WARNING,
                "already-v2",
                line,
                column,
                session.dotted,
                "compat.v1 with version 2's behaviour on: outside of a `with tf.Graph().as_default():` it runs eagerly",
                "call disable_v2_behavior() after the import, unless what imports this file does",
            )
        )
    return found


def _switches(program: Program, used: List[Use]) -> bool:
    return any(use.dotted.split(".")[-1] in SWITCHES for use in used) or any(
        one.dotted.split(".")[-1] in SWITCHES for one in program.names.imports
    )


def _unwritten(program: Program) -> List[ScriptFinding]:
    found = []
    for one in program.names.imports:
        if bridge.is_tensorflow(one) and written(one.node, program.lines, program.blank) is None:
            line, column = equals.spot(program, one.node)
            found.append(
                ScriptFinding(
                    ERROR,
                    "unseen",
                    line,
                    column,
                    "import",
                    "an import written in a way that is not rewritten",
                    "write it on one line of its own",
                )
            )
    return found


def modern_of(program: Program, used: List[Use]) -> List[Modern]:
    """The uses in a program that lessons of modern style cover."""
    lines: Dict[str, List[Tuple[int, int]]] = {}
    dotted = [(use.chain.name, use.dotted) for use in used]
    dotted += [
        (chain.name, "hub" + one[len("tensorflow_hub") :])
        for chain in program.names.chains
        for one in program.names.means(chain)
        if one.startswith("tensorflow_hub.")
    ]
    for node, name in dotted:
        lesson = lessons.lesson_of(name)
        if lesson is not None:
            place = (0, node.lineno)
            known_lines = lines.setdefault(lesson.name, [])
            if place not in known_lines:
                known_lines.append(place)
    return [Modern(lesson, sorted(lines[lesson.name])) for lesson in lessons.LESSONS if lesson.name in lines]


def in_order(findings: List[ScriptFinding]) -> List[ScriptFinding]:
    """Sorted by place, without duplicates."""
    unique: List[ScriptFinding] = []
    for one in sorted(findings, key=lambda each: (each.line, each.column, each.rule, each.subject)):
        if one not in unique[-4:]:
            unique.append(one)
    return unique


def count(findings: List[ScriptFinding]) -> Dict[str, int]:
    """The number of findings per level."""
    levels = [one.level for one in findings]
    return {level: levels.count(level) for level in (ERROR, WARNING, NOTE)}
