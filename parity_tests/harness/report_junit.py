"""The report as JUnit XML, which build servers show: `--junit FILE`."""

from typing import List
from typing import NamedTuple
from xml.etree import ElementTree

from parity_tests.harness import report_tables
from parity_tests.harness import verdict_words
from parity_tests.harness.formats import number
from parity_tests.harness.formats import printable
from parity_tests.harness.formats import share
from parity_tests.harness.parity import Verdict

Case = NamedTuple("Case", [
    ("name", str),
    ("passed", bool),
    ("why", str),  # of a failure
    ("output", str),
    ("skipped", str),  # why nothing was compared; empty where something was
])


def render(verdict: Verdict) -> str:
    """One test case for labels, every stage, training, accuracy and each of the user's thresholds.

    Only the whole has a time: the twins are compared in one go.
    """
    found = cases(verdict)
    counts = {"tests": len(found), "failures": sum(not case.passed for case in found), "errors": 0,
              "skipped": sum(bool(case.skipped) for case in found)}
    attributes = {name: str(count) for name, count in counts.items()}
    attributes["time"] = "%.3f" % verdict.seconds
    root = ElementTree.Element("testsuites", dict(attributes, name="poets parity"))
    suite = ElementTree.SubElement(root, "testsuite", dict(attributes, name="poets parity"))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in [("verdict", verdict_words.mark(verdict)), ("subject", verdict_words.subject(verdict))] + [
            ("interpreter", side) for side in verdict_words.sides(verdict)]:
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    for case in found:
        suite.append(element(case))
    for part in root.iter():
        part.tail = "\n"
    return printable('<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode"))


def cases(verdict: Verdict) -> List[Case]:
    """What is said of each part, in the order of the task."""
    wrong_labels = verdict.first_difference == "labels"
    found = [Case("labels", not wrong_labels, verdict.why if wrong_labels else "",
                  "%d classes" % len(verdict.labels), "")]
    found.extend(Case(name, one.passed, one.why, "max %s, mean %s, p99 %s, allowed %s, values %d" % (
        number(one.max_abs), number(one.mean_abs), number(one.p99_abs), number(one.tolerance), one.elements), "")
        for name, one in verdict.stages.items())
    training = verdict.training
    parts = [("losses", training.losses), ("final weights", training.weights),
             ("probabilities", training.probabilities)]
    found.append(Case("training", training.passed, "; ".join(
        "%s %s" % (name, one.why) for name, one in parts if not one.passed), "; ".join("%s: max %s, allowed %s" % (
            name, number(one.max_abs), number(one.tolerance)) for name, one in parts), ""))
    scored = verdict.accuracy
    if scored:
        found.append(Case("accuracy", scored.passed, "%d of %d test photos get another label" % (
            len(scored.disagreeing), scored.n), "\n".join(
                "%s %s" % tuple(row) for row in report_tables.accuracy(scored).rows)
            + "\nsame on %s" % share(scored.top1_agreement), ""))
    else:
        found.append(Case("accuracy", True, "", "", "there are no test photos"))
    found.extend(Case("threshold: %s %s" % (one.output, one.threshold.kind), one.passed, one.words, one.words, "")
                 for one in verdict.judged)
    return found


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
