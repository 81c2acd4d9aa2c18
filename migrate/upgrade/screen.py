"""Show the findings: a section per file, then what a rewrite in modern style would replace."""

import collections
import difflib
from typing import Any, Dict, List, Tuple

from poets.migrate.upgrade.program import names
from poets.migrate.upgrade.program.finding import ERROR, LEVELS, NOTE, WARNING, ScriptFinding
from poets.migrate.upgrade.rewriting.analyse import ALREADY, BRIDGED, HALF_WAY, NO_TENSORFLOW, UNREADABLE, count
from poets.migrate.upgrade.rewriting.files import Upgraded, changed

STYLES = {ERROR: "bold red", WARNING: "bold yellow", NOTE: "dim"}
STATES = {
    NO_TENSORFLOW: "does not import TensorFlow",
    BRIDGED: "TensorFlow 1",
    HALF_WAY: "uses tf.compat.v1 by its long name",
    ALREADY: "written for TensorFlow 2",
    UNREADABLE: "left alone",
}
PLACES = 6  # places listed per finding; the JSON has all


def show(upgraded: List[Upgraded], console: Any, verbose: bool) -> None:
    """Print the findings on a rich Console.

    Args:
        verbose: bool, whether notes and files without findings are shown too.
    """
    from rich.text import Text

    for one in upgraded:
        if one.result is not None and (
            verbose or changed(one) or count(one.result.findings)[ERROR] or count(one.result.findings)[WARNING]
        ):
            heading = f"{one.path}: {STATES[one.result.state]}{_change_words(one)}"
            console.print(Text(heading, style="bold"), soft_wrap=True)
            for finding, spots in grouped(one.result.findings):
                if verbose or finding.level != NOTE:
                    _show_finding(finding, spots, console)
            console.print()
        elif one.result is None:
            console.print(Text("not read: " + one.trouble, style="bold red"), soft_wrap=True)
    _show_modern(upgraded, console)
    console.print(Text(conclusion(upgraded), style="bold"))


def _change_words(one: Upgraded) -> str:
    if not changed(one) or one.source is None or one.result is None:
        return ", nothing to change"
    # not by difflib.ndiff, whose time grows faster than the square of the lines
    new = collections.Counter(one.result.text.splitlines()) - collections.Counter(one.source.text.splitlines())
    number = sum(new.values())
    return f", {number} line{'' if number == 1 else 's'} to change"


def grouped(findings: List[ScriptFinding]) -> List[Tuple[ScriptFinding, str]]:
    """Merge findings with the same message, and list their places: `12:5, 40:9 tf.layers.dense; 13:5
    tf.add`."""
    same: Dict[Tuple[str, ...], Dict[str, List[ScriptFinding]]] = {}
    for one in findings:
        subjects = same.setdefault((one.level, one.rule, one.message, one.advice), {})
        subjects.setdefault(one.subject, []).append(one)
    shown = []
    for each in same.values():
        words = "; ".join(f"{_spots(places)} {subject}" for subject, places in each.items())
        shown.append((next(iter(each.values()))[0], words))
    return sorted(shown, key=lambda pair: -LEVELS.index(pair[0].level))


def _spots(places: List[ScriptFinding]) -> str:
    more = len(places) - PLACES
    return ", ".join(spot(one) for one in places[:PLACES]) + (f" and {more} more" if more > 0 else "")


def spot(one: ScriptFinding) -> str:
    """`12:5`; in a notebook `cell 3, 1:5`."""
    return f"{f'cell {one.cell}, ' if one.cell else ''}{one.line}:{one.column}"


def _show_finding(one: ScriptFinding, spots: str, console: Any) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(one.level, style=STYLES[one.level]).append("  " + spots, style="bold"), (0, 0, 0, 2)))
    console.print(Padding(Text(in_words(one)), (0, 0, 0, 4)))


def in_words(one: ScriptFinding) -> str:
    """What is wrong, and what to do."""
    return one.message + (". What to do: " + one.advice if one.advice else "") + _see(one)


def _see(one: ScriptFinding) -> str:
    return f" (see {one.see})" if one.see else ""


def _show_modern(upgraded: List[Upgraded], console: Any) -> None:
    from rich.padding import Padding
    from rich.text import Text

    lessons: Dict[str, Tuple[Any, List[str]]] = {}
    for one in upgraded:
        for modern in one.result.modern if one.result else []:
            places = ["cell {}, {}".format(*place) if place[0] else str(place[1]) for place in modern.lines]
            more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
            lessons.setdefault(modern.lesson.name, (modern.lesson, []))[1].append(
                f"{one.path}: {', '.join(places[:PLACES])}{more}"
            )
    if not lessons:
        return
    console.print(Text("What a rewrite in modern style would replace", style="bold"))
    for lesson, places in lessons.values():
        console.print(Padding(Text(lesson.words), (0, 0, 0, 2)))
        console.print(
            Padding(
                Text(f"{lesson.legacy} -> {lesson.modern}, poets study {lesson.name}; at {'; '.join(places)}"),
                (0, 0, 0, 4),
            )
        )
    console.print()


def conclusion(upgraded: List[Upgraded]) -> str:
    """Summary line for all files."""
    counts = totals(upgraded)
    unread = sum(one.result is None for one in upgraded)
    words = (
        "something must be fixed by hand"
        if counts[ERROR]
        else (
            "nothing must be fixed by hand, if the warnings hold"
            if counts[WARNING]
            else "nothing must be fixed by hand"
        )
    )
    if unread:
        words = f"{unread} not read"
    return (
        f"{len(upgraded)} file{_s(len(upgraded))}, {sum(map(changed, upgraded))} to change; {counts[ERROR]} "
        f"error{_s(counts[ERROR])}, {counts[WARNING]} warning{_s(counts[WARNING])}, {counts[NOTE]} "
        f"note{_s(counts[NOTE])}: {words} (compat.v1 as TF {names.versions()['tf2']} has it)"
    )


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def totals(upgraded: List[Upgraded]) -> Dict[str, int]:
    """The number of findings per level in all files."""
    return count([finding for one in upgraded if one.result for finding in one.result.findings])


def diff_of(one: Upgraded) -> str:
    """A unified diff of one file; empty if nothing changes."""
    if one.source is None or one.result is None:
        return ""
    lines = difflib.unified_diff(one.source.text.splitlines(True), one.result.text.splitlines(True), one.path, one.path)
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def show_diff(upgraded: List[Upgraded], console: Any) -> None:
    """All diffs, coloured if the terminal has colours."""
    from rich.text import Text

    colours = {"+": "green", "-": "red", "@": "cyan"}
    for one in upgraded:
        for line in diff_of(one).splitlines():
            console.print(Text(line, style=colours.get(line[:1], "")), soft_wrap=True)


def upgraded_as_json(upgraded: List[Upgraded]) -> Dict[str, Any]:
    """All findings as JSON, in the order of the files."""
    from poets import __version__

    return {
        "poets": __version__,
        "style": "bridge",
        "tensorflow": names.versions(),
        "counts": totals(upgraded),
        "conclusion": conclusion(upgraded),
        "files": [_file_json(one) for one in upgraded],
    }


def _file_json(one: Upgraded) -> Dict[str, Any]:
    if one.result is None:
        return {"path": one.path, "error": one.trouble}
    modern = [
        {
            "lesson": each.lesson.name,
            "legacy": each.lesson.legacy,
            "modern": each.lesson.modern,
            "lines": [{"cell": cell, "line": line} if cell else {"line": line} for cell, line in each.lines],
        }
        for each in one.result.modern
    ]
    findings = [
        {key: value for key, value in finding._asdict().items() if value or key not in ("cell", "see")}
        for finding in one.result.findings
    ]
    return {
        "path": one.path,
        "state": one.result.state,
        "changed": changed(one),
        "findings": findings,
        "modern": modern,
    }
