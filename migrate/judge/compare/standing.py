"""What stands of a run's verdict when its arrays are judged again: what no threshold decides, read from its report.

A side that disagrees with itself, photos that could not have shown a mistake, and stages whose arrays were not kept do
not become right by other thresholds.
"""

from typing import Any, Dict, Optional, Sequence

from poets.migrate.judge.compare.coverage import MISTAKES
from poets.migrate.task.errors import BadInput

ITSELF = "disagrees with itself"  # in the words of a pair of models


def difference_that_stands(report: Dict[str, Any], has_thresholds: bool) -> str:
    """Why the run is no parity whatever its arrays say; empty if nothing speaks against it.

    Args:
        report: a run's report.
        has_thresholds: whether thresholds are given now. Without any, a verdict that was reached without any stands.

    Raises:
        BadInput: the report is not one that was written.
    """
    try:
        for side, own in (report.get("own_answers") or {}).items():
            if not own["passed"]:
                return f"{side} disagrees with itself: {_of_itself(own)}"
        pairs = report.get("pairs") or []
        for pair in pairs:
            if ITSELF in (pair.get("why") or ""):
                return str(pair["why"])
        judged = report.get("judged") or [one for pair in pairs for one in pair.get("judged") or []]
        if report.get("verdict") == "no parity" and not has_thresholds and not judged:
            words = [str(pair["why"]) for pair in pairs if not pair["passed"]] or [str(report.get("why"))]
            where = report.get("first_difference")
            return f"the run found a difference{f' at {where}' if where else ''}: {words[0]}"
    except (AttributeError, KeyError, TypeError):
        raise _odd_report()
    return ""


def _of_itself(own: Dict[str, Any]) -> str:
    parts = dict({"asked again": own["again"], "one photo at a time": own["single"]}, **own["exported"])
    found = next((f"{name}: {part['why']}" for name, part in parts.items() if not part["passed"]), "")
    return found or str(own["labels"])


def doubt_that_stands(report: Dict[str, Any], accepted: Sequence[str]) -> str:
    """Why equal arrays of the run say nothing, in words; empty if its photos could show a difference.

    Args:
        report: a run's report; one without a coverage is of an earlier version.
        accepted: mistakes of MISTAKES that may stay hidden.

    Raises:
        BadInput: the report is not one that was written.
    """
    coverage: Optional[Dict[str, Any]] = report.get("coverage")
    if not coverage:
        return ""
    try:
        hidden = [MISTAKES[name] for name in coverage["hidden"] if name not in accepted]
        constant = [str(words) for words in coverage["constant"]]
    except (AttributeError, KeyError, TypeError):
        raise _odd_report()
    return "; ".join(constant) or (f"these photos cannot show {', '.join(hidden)}" if hidden else "")


def _odd_report() -> BadInput:
    return BadInput("RUN: its report.json is not as `poets parity --run_dir` wrote it; run it again")
