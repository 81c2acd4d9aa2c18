"""What the doctor says about one thing."""

from typing import Any, Dict, Iterable, List, NamedTuple

OK = "ok"
UNKNOWN = "unknown"  # it could not be looked at: never the same as ok
WARNING = "warning"  # it works, but worse than it could, or was never tried
BROKEN = "broken"
STATES = (OK, UNKNOWN, WARNING, BROKEN)  # from best to worst


class Finding(NamedTuple):
    """One thing that was looked at."""

    subject: str  # `numpy`, `swap`
    state: str  # one of `STATES`
    found: str
    cure: str = ""  # one line: what to type, or to do; empty where there is nothing to do


def ok(subject: str, found: str) -> Finding:
    """There is nothing to do about it."""
    return Finding(subject, OK, found)


def unknown(subject: str, found: str, cure: str = "") -> Finding:
    """It could not be looked at."""
    return Finding(subject, UNKNOWN, found, cure)


def warning(subject: str, found: str, cure: str) -> Finding:
    """It works, but worse than it could, or was never tried."""
    return Finding(subject, WARNING, found, cure)


def broken(subject: str, found: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(subject, BROKEN, found, cure)


class Patient(NamedTuple):
    """What was looked at as a whole: this machine, or one Python."""

    name: str
    findings: List[Finding]
    facts: Dict[str, Any]  # what the findings were made of, for --json and -v
    place: str = ""  # where the cures are to be typed: `in that container`; empty for here


def worst(patients: Iterable[Patient]) -> str:
    """The worst state of all findings; `unknown` where there is none."""
    states = [finding.state for patient in patients for finding in patient.findings]
    return max(states, key=STATES.index) if states else UNKNOWN


def patient_as_json(patient: Patient) -> Dict[str, Any]:
    """A patient as JSON holds it; ``cure`` is null where there is nothing to do."""
    findings = [dict(finding._asdict(), cure=finding.cure or None) for finding in patient.findings]
    return {"name": patient.name, "state": worst([patient]), "findings": findings, "facts": patient.facts}
