"""harness.statistics: equal to scipy's values, and as often wrong as promised."""

import builtins
import math

import numpy as np
import pytest
from hypothesis import given, strategies

from poets.migrate.judge.compare import statistics
from poets.migrate.task.errors import BrokenEnvironment

stats = pytest.importorskip("scipy.stats")

SHARES = strategies.lists(strategies.floats(0, 1), min_size=2, max_size=12)
COUNTS = strategies.integers(0, 200)


def without_scipy(monkeypatch):
    real = builtins.__import__

    def refusing(name, *arguments, **keywords):
        if name.split(".")[0] == "scipy":
            raise ImportError("No module named 'scipy'")
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", refusing)


@pytest.mark.parametrize("percentile, samples", [(50, 11), (90, 64), (95, 130), (99, 662)])
def test_percentiles_need_as_many_samples_as_in_mlperf(percentile, samples):
    assert statistics.samples_needed(percentile) == samples
    values = list(range(samples))
    assert statistics.percentile_if_enough(values, percentile) == np.percentile(values, percentile)
    assert statistics.percentile_if_enough(values[1:], percentile) is None


@pytest.mark.parametrize("degrees", list(range(1, 12)) + [29, 30, 199, 1000])
def test_students_quantile_is_scipys(degrees):
    assert statistics.student_quantile(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-9)


def test_mcnemars_p_value_by_hand():
    # 1 + 10 + 45 of the 2**10 ways to share ten pairs give the smaller side at most two of them.
    assert statistics.mcnemar(2, 8) == 2 * (1 + 10 + 45) / 2**10
    assert statistics.mcnemar(0, 0) == 1.0 and statistics.mcnemar(7, 7) == 1.0


@given(COUNTS, COUNTS)
def test_mcnemars_p_value_is_the_binomial_tail_and_symmetric(only_first, only_second):
    found = statistics.mcnemar(only_first, only_second)
    tail = stats.binom.cdf(min(only_first, only_second), only_first + only_second, 0.5)
    assert found == pytest.approx(min(1.0, 2 * tail), rel=1e-9)
    assert found == statistics.mcnemar(only_second, only_first)


def test_mcnemars_p_value_bears_many_photos():
    assert 0 < statistics.mcnemar(2000, 2200) < 0.01
    assert statistics.mcnemar(0, 5000) == 0.0  # smaller than any float


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")  # scipy's word on a side without variance
@given(SHARES, SHARES, strategies.floats(0.001, 0.5))
def test_equivalence_is_two_of_scipys_welch_tests(first, second, margin):
    if np.ptp(first) < 1e-3 and np.ptp(second) < 1e-3:
        return  # scipy has no answer to no variance
    found = statistics.equivalence(first, second, margin)
    above = stats.ttest_ind(np.add(second, margin), first, equal_var=False)
    below = stats.ttest_ind(np.subtract(second, margin), first, equal_var=False)
    expected = max(stats_one_sided(above, "greater"), stats_one_sided(below, "less"))
    assert found.p_value == pytest.approx(expected, rel=1e-6, abs=1e-9)


def stats_one_sided(tested, alternative):
    """The one-sided p-value of a two-sided t-test: scipy 1.5 has no `alternative`."""
    positive = tested.statistic > 0
    return tested.pvalue / 2 if positive == (alternative == "greater") else 1 - tested.pvalue / 2


@given(SHARES, SHARES, strategies.floats(0.001, 0.5))
def test_equivalence_is_symmetric_and_agrees_with_its_interval(first, second, margin):
    found = statistics.equivalence(first, second, margin)
    turned = statistics.equivalence(second, first, margin)
    assert found.p_value == pytest.approx(turned.p_value, rel=1e-9, abs=1e-12)
    assert found.difference == pytest.approx(-turned.difference, abs=1e-12)
    low, high = found.interval
    if abs(found.p_value - 0.05) > 1e-6 and (np.ptp(first) or np.ptp(second)):
        assert (found.p_value < 0.05) == (-margin < low and high < margin)


@pytest.mark.parametrize("spreads, counts", [((0.01, 0.01), (5, 5)), ((0.003, 0.02), (5, 8)), ((0.01, 0.0), (4, 4))])
def test_means_a_margin_apart_are_called_equivalent_in_one_case_of_twenty(spreads, counts):
    random = np.random.RandomState(3)
    trials, margin = 4000, 0.05
    wrong = 0
    for _ in range(trials):
        first = random.normal(0.8, spreads[0], counts[0])
        second = random.normal(0.8 + margin, spreads[1], counts[1])
        wrong += statistics.equivalence(first, second, margin).p_value < 0.05
    assert abs(wrong / trials - 0.05) < 4 * math.sqrt(0.05 * 0.95 / trials)  # four standard errors


def test_means_close_together_are_called_equivalent_once_there_are_enough_values():
    random = np.random.RandomState(0)
    first, second = random.normal(0.8, 0.01, 20).tolist(), random.normal(0.801, 0.01, 20).tolist()
    assert statistics.equivalence(first, second, 0.02).p_value < 0.001
    assert statistics.equivalence(first[:2], second[:2], 0.02).p_value > 0.05


@pytest.mark.parametrize("second, p_value", [(0.8, 0.0), (0.81, 0.0), (0.83, 1.0)])
def test_values_that_do_not_vary_are_equivalent_if_they_are_within_the_margin(second, p_value):
    found = statistics.equivalence([0.8] * 3, [second] * 3, 0.02)
    assert found.p_value == p_value and found.difference == pytest.approx(second - 0.8, abs=1e-12)


def test_without_scipy_equivalence_says_what_to_install(monkeypatch):
    without_scipy(monkeypatch)
    with pytest.raises(BrokenEnvironment, match=r"needs scipy: install poets-migrate\[stats\]"):
        statistics.equivalence([0.8, 0.9], [0.8, 0.9], 0.02)


def test_mann_whitney_is_scipys_and_missing_where_scipy_is(monkeypatch):
    first, second = [1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]
    assert statistics.mann_whitney(first, second) == stats.mannwhitneyu(first, second, alternative="two-sided").pvalue
    of_four, of_three = statistics.mann_whitney(first, second), statistics.mann_whitney(first[:3], second[:3])
    assert of_four is not None and of_three is not None and of_four < 0.05 < of_three
    assert statistics.mann_whitney([2.0] * 4, [2.0] * 4) == 1.0
    without_scipy(monkeypatch)
    assert statistics.mann_whitney(first, second) is None


def test_the_ratios_interval_is_the_t_interval_of_the_logarithms():
    pairs = [(10.0, 21.0), (11.0, 20.0), (9.0, 22.0), (10.0, 19.0)]
    found = statistics.ratio_interval(pairs)
    logs = np.log([second / first for first, second in pairs])
    low, high = stats.t.interval(0.95, 3, logs.mean(), stats.sem(logs))
    assert found is not None
    assert found.estimate == pytest.approx(stats.gmean([21 / 10, 20 / 11, 22 / 9, 19 / 10]))
    assert (found.pairs, found.low, found.high) == (4, pytest.approx(math.exp(low)), pytest.approx(math.exp(high)))
    assert statistics.ratio_interval(pairs[:1]) is None


@pytest.mark.parametrize("pairs", [2, 4, 10])
def test_the_ratios_interval_holds_the_true_ratio_in_19_cases_of_20(pairs):
    random = np.random.RandomState(pairs)
    trials, held = 4000, 0
    for _ in range(trials):
        noise = np.exp(random.normal(0, 0.1, (pairs, 2)))
        found = statistics.ratio_interval([(10 * first, 15 * second) for first, second in noise])
        assert found is not None
        held += found.low <= 1.5 <= found.high
    assert abs(held / trials - 0.95) < 4 * math.sqrt(0.05 * 0.95 / trials)


@given(SHARES.map(lambda values: [value + 0.01 for value in values]))
def test_exchanging_the_sides_turns_the_ratio_over(values):
    found = statistics.ratio_interval(list(zip(values, values[::-1])))
    turned = statistics.ratio_interval(list(zip(values[::-1], values)))
    assert found is not None and turned is not None
    assert found.estimate == pytest.approx(1 / turned.estimate) and found.low == pytest.approx(1 / turned.high)
