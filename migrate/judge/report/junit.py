"""The report as JUnit XML for build servers: `--junit FILE`."""

from xml.etree import ElementTree

from poets.migrate.judge.report.page import Case, Page, mark
from poets.migrate.task.printable import printable


def render(page: Page) -> str:
    """Write a test case per part of the comparison. Only the suite has a time: all parts are compared together."""
    found = page.cases
    counts = {
        "tests": len(found),
        "failures": sum(not case.passed for case in found),
        "errors": 0,
        "skipped": sum(bool(case.skipped) for case in found),
    }
    attributes = {name: str(count) for name, count in counts.items()}
    attributes["time"] = f"{page.seconds:.3f}"
    root = ElementTree.Element("testsuites", dict(attributes, name=page.title))
    suite = ElementTree.SubElement(root, "testsuite", dict(attributes, name=page.title))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in [("verdict", mark(page)), ("subject", page.subject)] + [
        ("interpreter", side) for side in page.sides
    ]:
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    for case in found:
        suite.append(element(case))
    for part in root.iter():
        part.tail = "\n"
    return printable('<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode"))


def element(case: Case) -> ElementTree.Element:
    """A test case as XML."""
    found = ElementTree.Element("testcase", {"classname": "poets.parity", "name": case.name})
    if case.skipped:
        ElementTree.SubElement(found, "skipped", {"message": case.skipped})
    if not case.passed:
        failure = ElementTree.SubElement(found, "failure", {"message": case.why, "type": "NoParity"})
        failure.text = case.why
    if case.output:
        ElementTree.SubElement(found, "system-out").text = case.output
    return found
