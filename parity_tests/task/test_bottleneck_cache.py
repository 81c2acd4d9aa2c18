"""The bottleneck cache: filled to the same whatever was there, by keys of which every part counts."""

import tempfile

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos import bottleneck_cache


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 40),
    st.integers(1, 9),
    st.lists(st.integers(0, 39), max_size=20),
    st.lists(st.integers(0, 39), max_size=5),
)
def test_the_cache_fills_to_the_same_whatever_was_there(count, chunk, before, old_ones):
    """The values here depend on the batch, as a real network's last bits do: what was there before must not show."""
    keys = [f"{index:04}" for index in range(count)]

    def compute(chunks):
        for indices in chunks:
            yield np.array([[index, indices[0], len(indices)] for index in indices], np.float32)

    old = {index: np.full(3, -1, np.float32) for index in old_ones if index < count}
    expected = np.concatenate(list(compute([range(count)[at : at + chunk] for at in range(0, count, chunk)])))
    for index, vector in old.items():
        expected[index] = vector
    with tempfile.TemporaryDirectory() as folder:
        with bottleneck_cache.BottleneckCache(folder) as kept:
            for index in {index // chunk for index in before if index < count}:  # chunks that a killed run finished
                indices = list(range(count))[index * chunk : (index + 1) * chunk]
                kept.put({keys[place]: vector for place, vector in zip(indices, next(compute([indices])))})
            filled, _ = bottleneck_cache.fill(keys, kept, compute, chunk, old)
            assert np.array_equal(filled, expected)
            again, computed = bottleneck_cache.fill(keys, kept, compute, chunk, old)
            assert computed == 0 and np.array_equal(again, expected)


@given(st.lists(st.text(max_size=5), min_size=4, max_size=4), st.integers(0, 3), st.text(max_size=5))
def test_every_part_of_a_cache_key_counts(parts, place, other):
    assume(all("\n" not in part for part in parts + [other]) and parts[place] != other)
    changed = parts[:place] + [other] + parts[place + 1 :]
    assert bottleneck_cache.cache_key(*parts) != bottleneck_cache.cache_key(*changed)


def test_text_bottlenecks(tmp_path):
    path = tmp_path / "a.txt"
    assert bottleneck_cache.read_text_bottleneck(str(path), 3) is None
    path.write_text("1.5,-2e-3,0")
    np.testing.assert_array_equal(
        bottleneck_cache.read_text_bottleneck(str(path), 3), np.array([1.5, -2e-3, 0], np.float32)
    )
    for broken in ("1.5,2", "", "1,2,x", "1,2,nan", "1,2,3,4"):
        path.write_text(broken)
        with pytest.raises(BadInput, match="a.txt .* it is computed again"):
            bottleneck_cache.read_text_bottleneck(str(path), 3)
