"""The doctor's finding about one subject."""

from typing import Any, Dict, Iterable, List, NamedTuple

OK = "ok"
UNKNOWN = "unknown"  # it could not be checked; never the same as ok
WARNING = "warning"  # it works, but worse than it could, or was never tried
BROKEN = "broken"
STATES = (OK, UNKNOWN, WARNING, BROKEN)  # from best to worst


class Finding(NamedTuple):
    """One checked subject."""

    subject: str
    """What was checked, such as `numpy` or `swap`."""
    state: str
    """One of `STATES`."""
    found: str
    """What was found, in words."""
    cure: str = ""
    """One line: what to type or do; empty if there is nothing to do."""


def ok(subject: str, found: str) -> Finding:
    """It is fine; there is nothing to do."""
    return Finding(subject, OK, found)


def unknown(subject: str, found: str, cure: str = "") -> Finding:
    """It could not be checked."""
    return Finding(subject, UNKNOWN, found, cure)


def warning(subject: str, found: str, cure: str) -> Finding:
    """It works, but worse than it could, or was never tried."""
    return Finding(subject, WARNING, found, cure)


def broken(subject: str, found: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(subject, BROKEN, found, cure)


class Patient(NamedTuple):
    """What was examined: this machine, or one Python."""

    name: str
    findings: List[Finding]
    facts: Dict[str, Any]
    """The facts behind the findings, for --json and -v."""
    place: str = ""
    """Where to type the cures: `in that container`; empty for this machine."""


def worst(patients: Iterable[Patient]) -> str:
    """The worst state of all findings; `unknown` if there are none."""
    states = [finding.state for patient in patients for finding in patient.findings]
    return max(states, key=STATES.index) if states else UNKNOWN


def patient_as_json(patient: Patient) -> Dict[str, Any]:
    """A patient as JSON; ``cure`` is null if there is nothing to do."""
    findings = [dict(finding._asdict(), cure=finding.cure or None) for finding in patient.findings]
    return {"name": patient.name, "state": worst([patient]), "findings": findings, "facts": patient.facts}
