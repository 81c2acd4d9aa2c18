"""The doctor's report: a table per patient, then what to type; plain lines if rich is missing."""

from typing import Any, Dict, Iterable, List, Sequence, TextIO

from poets.migrate.doctor import finding
from poets.migrate.doctor.finding import Finding, Patient

STYLES = {finding.OK: "green", finding.UNKNOWN: "yellow", finding.WARNING: "bold yellow", finding.BROKEN: "bold red"}
WORDS = {
    finding.OK: "Nothing is wrong",
    finding.UNKNOWN: "No problem was found, but not everything could be checked",
    finding.WARNING: "Nothing is broken",
    finding.BROKEN: "Something is broken",
}


def show(patients: Sequence[Patient], stream: TextIO, verbose: bool = False) -> None:
    """Write all findings to ``stream``: as wide as the terminal, or 80 columns without one."""
    patients = [
        patient._replace(
            name=written(patient.name, stream),
            facts=written(patient.facts, stream),
            findings=[Finding(*(written(part, stream) for part in one)) for one in patient.findings],
        )
        for patient in patients
    ]
    try:
        from rich.console import Console
    except ImportError:  # its absence is reported as a finding
        stream.write("\n".join(plain_lines(patients, verbose)) + "\n")
        return
    console = Console(file=stream)
    render(patients, console if console.is_terminal else Console(file=stream, width=80, color_system=None), verbose)


def written(value: Any, stream: TextIO) -> Any:
    """Text, or texts in records and lists, with `?` for unprintable characters, as another Python may report anything.

    Python 3.6 writes only ASCII if LANG is not set, as in Docker.
    """
    if isinstance(value, dict):
        return {name: written(one, stream) for name, one in value.items()}
    if isinstance(value, list):
        return [written(one, stream) for one in value]
    if not isinstance(value, str):
        return value
    encoding = getattr(stream, "encoding", None) or "utf-8"
    shown = "".join(letter if letter.isprintable() else "?" for letter in value)
    return shown.encode(encoding, "replace").decode(encoding)


def render(patients: Sequence[Patient], console: Any, verbose: bool = False) -> None:
    """Print all findings on a rich Console."""
    from rich.text import Text

    for patient in patients:
        console.print(Text(patient.name, style="bold"))
        console.print(_table(patient))
        for line in _cures(patient) + (_details(patient) if verbose else []):
            console.print(Text(line), soft_wrap=True)  # a wrapped command cannot be copied
        console.print()
    console.print(Text(conclusion(patients), style=STYLES[finding.worst(patients)]))


def _table(patient: Patient) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=0, expand=True)  # rich 12 and 15 differ in padded widths
    table.add_column("state", width=10, no_wrap=True)
    table.add_column("subject", width=17, no_wrap=True)
    table.add_column("found", ratio=1, overflow="fold")
    for one in patient.findings:
        table.add_row(Text(one.state, style=STYLES[one.state]), Text(one.subject), Text(one.found))
    return table


def plain_lines(patients: Sequence[Patient], verbose: bool = False) -> List[str]:
    """Print all findings without rich."""
    lines = []
    for patient in patients:
        lines.append(patient.name)
        lines += [f"{one.state:<10}{one.subject:<17}{one.found}" for one in patient.findings]
        lines += _cures(patient) + (_details(patient) if verbose else []) + [""]
    return lines + [conclusion(patients)]


def conclusion(patients: Iterable[Patient]) -> str:
    """`Something is broken: 1 broken, 2 warnings, 0 unknown, 9 ok`."""
    counts = count(patients)
    worst = next((state for state in reversed(finding.STATES) if counts[state]), finding.UNKNOWN)
    warnings = counts[finding.WARNING]
    return (
        f"{WORDS[worst]}: {counts[finding.BROKEN]} broken, {warnings} warning{'' if warnings == 1 else 's'}, "
        f"{counts[finding.UNKNOWN]} unknown, {counts[finding.OK]} ok"
    )


def count(patients: Iterable[Patient]) -> Dict[str, int]:
    """The number of findings per state."""
    states = [one.state for patient in patients for one in patient.findings]
    return {state: states.count(state) for state in finding.STATES}


def trouble_line(patient: Patient, one: Finding) -> str:
    """A warning or an error in the form of --quiet."""
    word = "error" if one.state == finding.BROKEN else "warning"
    return f"{word}: {patient.name}: {one.subject}: {one.found}{'; ' + one.cure if one.cure else ''}"


def _cures(patient: Patient) -> List[str]:
    found = [one for one in patient.findings if one.cure]
    title = "What to do" + (" " + patient.place if patient.place else "")
    return (["", title] if found else []) + [f"  {one.subject}: {one.cure}" for one in found]


def _details(patient: Patient) -> List[str]:
    known = {name: value for name, value in patient.facts.items() if value not in (None, {}, [])}
    return (["", "Seen"] if known else []) + [f"  {name}: {_plain(known[name])}" for name in sorted(known)]


def _plain(value: Any) -> str:
    """Lists and records in one line, without quotes."""
    if isinstance(value, dict):
        return ", ".join(
            f"{name} {f'({_plain(one)})' if isinstance(one, dict) else one}" for name, one in sorted(value.items())
        )
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
