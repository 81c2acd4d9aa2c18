"""How the beginner lab's twins are judged, on numbers made up: means, first differences, answers too far apart."""

import json

import numpy as np

from parity_tests.fixtures.commands.lab import LAB
from poets.migrate.judge.compare import difference
from poets.migrate.judge.lab import page
from poets.migrate.judge.lab.records import LabPart, LabVerdict, lab_verdict_as_json
from poets.migrate.judge.lab.run import apart, first_step, part
from poets.migrate.judge.lab.tolerances import LIMITS
from poets.migrate.judge.report import screen


def verdict_of(parts, accuracy=(0.9, 0.9), agreement=1.0, first=None):
    from poets.migrate.lab.record import Epoch

    sides = dict(zip(("legacy", "modern"), accuracy))
    problem = apart(sides, agreement, LIMITS["float32"])
    who = {"twin": "legacy", "python": "3.7.16", "tensorflow": "1.15.5", "keras": None}
    found = {"legacy": who, "modern": dict(who, twin="modern", tensorflow="2.21.0", keras="3.15.0")}
    curve = {side: [Epoch(0.5, 0.8, 0.4, right)] * 30 for side, right in sides.items()}
    return LabVerdict(
        not problem and all(one.difference.passed for one in parts),
        "digits",
        LAB,
        101770,
        400,
        100,
        390,
        parts,
        first,
        sides,
        agreement,
        problem,
        curve,
        found,
        {"legacy": 1.0, "modern": 2.0},
        3.0,
    )


def test_means_are_judged_where_training_itself_makes_differences_grow():
    ours, theirs = np.zeros(1000), np.zeros(1000)
    theirs[3] = 1.0
    found = part("losses", [[ours], [theirs]], 0.01, "mean").difference
    assert found.passed and found.max_abs == 1.0
    assert not part("losses", [[ours], [theirs]], 0.01, "max").difference.passed
    assert part("losses", [[ours], [theirs]], 1e-4, "mean").difference.why == "0.001 apart on average, 0.0001 allowed"
    for broken in ([np.full(1000, np.nan)], [np.zeros(999)]):
        assert not part("losses", [[ours], broken], 1.0, "mean").difference.passed
    assert first_step(ours, theirs, 1e-9) == 3 and first_step(ours, theirs, 1.0) is first_step(ours, ours, 0.0) is None
    assert first_step(ours, np.full(1000, np.nan), 1e-9) == 0


def test_answers_too_far_apart_are_no_parity_and_every_report_says_why():
    same_all = LabPart("final weights", difference.measure([np.zeros(3)], [np.zeros(3)], 0.1), "mean")
    verdict = verdict_of([same_all], accuracy=(0.9, 0.8))
    assert not verdict.parity and page.reason(verdict) == "accuracies are 10.0 points apart, 2.0 allowed"
    text = screen.as_text(page.page_of(verdict), verbose=True)
    assert "accuracies are 10.0 points apart" in text and max(map(len, text.splitlines())) <= 80
    assert len(screen.as_text(page.page_of(verdict)).splitlines()) <= screen.LINES  # of 30 epochs
    assert page.cases(verdict)[-1].why == verdict.answers
    assert "both predict the same digit on only 50.0 %" in verdict_of([same_all], agreement=0.5).answers
    assert json.loads(json.dumps(lab_verdict_as_json(verdict), allow_nan=False))["answers"] == verdict.answers
    assert verdict_of([same_all]).parity
