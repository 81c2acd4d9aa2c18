"""A curve in one line of text: its length, its order, its gaps."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from poets.migrate.judge.report.sparkline import ASCII, BLOCKS, GAP, bucket_means, span_of, sparkline

FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANY = st.lists(st.floats(), max_size=200)


@given(ANY, st.integers(1, 80), st.sampled_from([BLOCKS, ASCII]))
def test_a_line_is_never_longer_than_its_width_nor_than_the_series(values, width, marks):
    line = sparkline(values, width, marks=marks)
    assert len(line) == min(len(values), width)
    assert set(line) <= set(marks + GAP)


@given(st.lists(FINITE, min_size=2, max_size=60))
@example([5e-324, 5e-324, 0.0])
@example([-1.7e308, 0.0, 1.7e308])
def test_a_larger_value_never_has_a_lower_mark(values):
    marks = [BLOCKS.index(mark) for mark in sparkline(values, 60)]
    order = np.argsort(values, kind="stable")
    assert sorted(marks) == [marks[place] for place in order]
    if min(values) < max(values):
        assert (min(marks), max(marks)) == (0, len(BLOCKS) - 1)


@given(FINITE, st.integers(1, 60))
def test_a_constant_series_is_level(value, count):
    assert len(set(sparkline(np.full(count, value), 60))) == 1


@given(ANY)
def test_gaps_are_where_a_value_is_no_number(values):
    line = sparkline(values, 200)
    assert [mark == GAP for mark in line] == [not np.isfinite(value) for value in values]


def test_nothing_is_an_empty_line():
    assert sparkline(np.zeros(0), 60) == "" and span_of(np.zeros(0)) == (0.0, 0.0)


def test_values_beyond_the_span_take_the_outer_marks():
    assert sparkline(np.array([-5.0, 0.0, 1.0, 9.0]), span=(0.0, 1.0)) == "▁▁██"


def test_a_long_series_is_shown_by_means_of_neighbours():
    assert list(bucket_means(np.arange(6.0), 3)) == [0.5, 2.5, 4.5]
    assert sparkline(np.array([0.0, 0.0, 4.0, 4.0, np.nan, 4.0, 8.0, 8.0]), 4) == "▁▅ █"


@pytest.mark.parametrize("width", [1, 7, 60])
def test_two_curves_on_one_scale_can_be_compared(width):
    low, high = np.full(100, 0.1), np.full(100, 0.9)
    span = span_of(low, high)
    assert sparkline(low, width, span) == BLOCKS[0] * width and sparkline(high, width, span) == BLOCKS[-1] * width
