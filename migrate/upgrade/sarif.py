"""Write findings as SARIF 2.1.0, which code review tools show beside the lines."""

from typing import Any, Dict, List
from urllib.parse import quote

from poets.migrate.upgrade.program.finding import RULES, ScriptFinding
from poets.migrate.upgrade.rewriting.files import Upgraded
from poets.migrate.upgrade.screen import in_words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(upgraded: List[Upgraded]) -> Dict[str, Any]:
    """One run with all findings; files that could not be read become tool notifications."""
    from poets import __version__

    rules = [{"id": rule, "shortDescription": {"text": words}} for rule, words in RULES.items()]
    results = [_result(one.path, finding) for one in upgraded if one.result for finding in one.result.findings]
    unread = [
        {"level": "error", "message": {"text": one.trouble}, "locations": [_location(one.path)]}
        for one in upgraded
        if one.result is None
    ]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "poets upgrade", "semanticVersion": __version__, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": not unread, "toolExecutionNotifications": unread}],
                "results": results,
            }
        ],
    }


def _result(path: str, one: ScriptFinding) -> Dict[str, Any]:
    where = f" (cell {one.cell})" if one.cell else ""
    text = f"{one.subject}{where}: {in_words(one)}"
    location = _location(path)
    if not one.cell:  # a notebook's line numbers are not those of its cells
        location["physicalLocation"]["region"] = {"startLine": one.line, "startColumn": one.column}
    return {
        "ruleId": one.rule,
        "ruleIndex": list(RULES).index(one.rule),
        "level": one.level,
        "message": {"text": text},
        "locations": [location],
    }


def _location(path: str) -> Dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": quote(path.replace("\\", "/"))}}}
