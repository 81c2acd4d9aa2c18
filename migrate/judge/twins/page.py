"""Contents of the report of `poets parity` on the twins, for the screen and all other output formats."""

from typing import List, Optional

from poets.migrate.judge.compare.coverage import coverage_line
from poets.migrate.judge.compare.fine_tuning import parts_of
from poets.migrate.judge.report.figures import number, share
from poets.migrate.judge.report.page import Case, Page
from poets.migrate.judge.twins import tables, verdict_words
from poets.migrate.judge.twins.comparison import TwinsVerdict
from poets.migrate.judge.twins.measure_side import Arrays
from poets.migrate.judge.twins.sections import sections_of

OWN = {"again": "asked again", "single": "one photo at a time", "export": "the exported network"}


def page_of(verdict: TwinsVerdict, arrays: Optional[Arrays] = None) -> Page:
    """The verdict in words and figures; with the measured ``arrays``, the screen draws both losses."""
    return Page(
        "poets parity",
        verdict.parity,
        verdict_words.reason(verdict),
        verdict_words.sides(verdict),
        verdict_words.subject(verdict),
        sections_of(verdict, arrays),
        cases(verdict),
        verdict_words.next_step(verdict),
        verdict.seconds,
        bool(verdict.inconclusive),
    )


def cases(verdict: TwinsVerdict) -> List[Case]:
    """A test case per part, in the order of the task."""
    wrong_labels = verdict.first_difference == "labels"
    found = [
        Case("labels", not wrong_labels, verdict.why if wrong_labels else "", f"{len(verdict.labels)} classes", "")
    ]
    found.extend(tables.difference_case(name, one) for name, one in verdict.stages.items())
    training = verdict.training
    parts = [
        ("losses", training.losses),
        ("final weights", training.weights),
        ("probabilities", training.probabilities),
    ]
    found.append(
        Case(
            "training",
            training.passed,
            "; ".join(f"{name} {one.why}" for name, one in parts if not one.passed),
            "; ".join((f"{name}: max {number(one.max_abs)}, allowed {number(one.tolerance)}") for name, one in parts),
            "",
        )
    )
    scored = verdict.accuracy
    if scored:
        found.append(
            Case(
                "accuracy",
                scored.passed,
                scored.why,
                "\n".join("{} {}".format(*row) for row in tables.accuracy(scored).rows)
                + f"\nsame on {share(scored.top1_agreement)}",
                "",
            )
        )
    else:
        found.append(Case("accuracy", True, "", "", "there are no test photos"))
    for side, own in verdict.own.items():
        for part in ("again", "single", "export"):
            found.append(Case(f"{side}: {OWN[part]}", not own.problem(part), own.problem(part), "", ""))
    if verdict.coverage:
        found.append(
            Case("coverage", not verdict.coverage.why, verdict.coverage.why, coverage_line(verdict.coverage), "")
        )
    if verdict.fine_tuning:
        found.extend(
            tables.difference_case("fine-tuning: " + name, one) for name, one in parts_of(verdict.fine_tuning).items()
        )
    return found + [tables.threshold_case(one) for one in verdict.judged]
