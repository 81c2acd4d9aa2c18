"""Distortions: every draw is a window of the photo, within the percentages given."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.distortions import Distortions, check_distortions, draw_distortions


@settings(deadline=None)
@given(
    st.booleans(),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 100),
    st.sampled_from([96, 128, 299]),
    st.integers(0, 2**31 - 1),
)
def test_every_draw_is_a_window_inside_the_enlarged_photo(flip, crop, scale, brightness, input_size, seed):
    distortions = Distortions(flip, crop, scale, brightness)
    check_distortions(distortions)
    draws = draw_distortions(distortions, 6, 5, input_size, seed)
    size, top, left, mirror, bright = np.moveaxis(draws, -1, 0)
    assert draws.shape == (6, 5, 5) and np.array_equal(draws[..., :4], np.floor(draws[..., :4]))
    assert (size >= input_size).all() and (size <= input_size * (1 + crop / 100.0) * (1 + scale / 100.0) + 1).all()
    for edge in (top, left):
        assert (edge >= 0).all() and (edge + input_size <= size).all()
    assert set(mirror.ravel()) <= ({0.0, 1.0} if flip else {0.0})
    assert (np.abs(bright - 1) <= brightness / 100.0 + 1e-12).all()
    assert np.array_equal(draws, draw_distortions(distortions, 6, 5, input_size, seed))


@pytest.mark.parametrize("wrong", [(-1, 0, 0), (0, 101, 0), (0, 0, 200)])
def test_distortions_beyond_a_percentage(wrong):
    with pytest.raises(BadInput, match="is not a percentage from 0 to 100"):
        check_distortions(Distortions(False, *wrong))
