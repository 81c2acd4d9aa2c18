"""judge.measure.validity: when the runs are not to be believed, and why."""

from typing import Dict, List

import numpy as np
import pytest

from poets.migrate.judge.measure import validity

CALM = validity.Conditions(4, 10.0, 0.01, 0.01, 0.5, 0, 1.0)
UNKNOWN = validity.Conditions(4, 10.0, 0.01, None, None, None, None)
STEADY: Dict[str, Dict[str, List[float]]] = {
    "features /s": {"legacy": [100.0, 101.0, 99.0, 100.0] * 2, "modern": [300.0, 310.0, 305.0, 303.0] * 2},
    "training steps /s": {"legacy": [], "modern": []},
}


def test_a_calm_machine_is_valid_and_one_that_says_nothing_is_not():
    assert validity.reasons(CALM, STEADY) == []
    (reason,) = validity.reasons(UNKNOWN, STEADY)
    assert reason.startswith("unknown load")


@pytest.mark.parametrize(
    "change, word",
    [
        ({"runs": 2}, "too few samples: 2 runs per side; 4 or more are needed (--rounds 2)"),
        ({"other_load": 0.3}, "other load: other programs used 30 % of the machine"),
        ({"swapped_pages": 5000}, "swapping: 5000 pages"),
        ({"clock_change": 0.7}, "the processor's clock fell by 30 %"),
    ],
)
def test_each_condition_makes_it_invalid_with_its_reason(change, word):
    found = validity.reasons(CALM._replace(**change), STEADY)
    assert len(found) == 1 and found[0].startswith(word)


def test_drift_names_the_twin_the_metric_and_how_far():
    slowing = dict(STEADY["features /s"], modern=[300.0, 310.0, 300.0, 310.0, 240.0, 241.0, 242.0, 241.0])
    assert validity.reasons(CALM, {"features /s": slowing}) == [
        "drift: modern, features /s: -21 % in the second half of the runs"
    ]


def test_two_rounds_show_the_drift_of_both_sides_together_only():
    together = {"legacy": [100.0, 101.0, 80.0, 79.0], "modern": [300.0, 303.0, 240.0, 241.0]}
    assert validity.reasons(CALM, {"features /s": together}) == [
        "drift: both, features /s: -20 % in the second half of the runs"
    ]
    one_alone = dict(together, legacy=[100.0, 101.0, 100.0, 101.0])
    assert validity.reasons(CALM, {"features /s": one_alone}) == []


def test_noise_alone_is_seldom_called_drift():
    random = np.random.RandomState(0)
    trials = 2000
    called = sum(validity.drift(np.exp(random.normal(0, 0.3, 8)).tolist()) is not None for _ in range(trials))
    assert 0 < called / trials < 0.045  # 2 of 70 is 2.9 %


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0],
        [1.0, 1.0, 9.0, 9.0, 9.0],  # too few
        [100.0, 101.0, 102.0, 103.0, 108.0, 108.0, 109.0, 110.0],  # apart, but by less than 10 %
        [100.0, 100.0, 100.0, 150.0, 120.0, 180.0, 180.0, 180.0],  # by more, but they overlap
    ],
)
def test_what_may_be_noise_is_no_drift(values):
    assert validity.drift(values) is None
