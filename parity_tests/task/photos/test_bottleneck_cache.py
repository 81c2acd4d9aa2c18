"""The bottleneck cache: filled to the same whatever was there, by keys of which every part counts."""

import os
import sqlite3
import tempfile
from typing import List

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from poets.migrate.retraining.run import is_unchanged
from poets.migrate.task.cpu_level import cpu_level
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


def vectors(count, value=1.0):
    return {f"{place:04}": np.full(3, value + place, np.float32) for place in range(count)}


def edit(folder, statement, *values):
    database = sqlite3.connect(os.path.join(str(folder), bottleneck_cache.FILE_NAME))
    with database:
        database.execute(statement, values)
    database.close()


@pytest.mark.parametrize("row", [np.full(3, 7, "<f4").tobytes(), b"", b"abc", "text", 7, b"x" * 28, "another's"])
def test_a_row_that_does_not_fit_is_computed_again(tmp_path, row):
    with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
        kept.put(vectors(3))
    if row == "another's":
        edit(tmp_path, "UPDATE bottleneck SET vector = (SELECT vector FROM bottleneck WHERE key = '0001')")
    else:
        edit(tmp_path, "UPDATE bottleneck SET vector = ? WHERE key = '0000'", row)
    said: List[str] = []
    asked: List[List[int]] = []

    def compute(chunks):
        asked.extend(chunks)
        for indices in chunks:
            yield np.stack([vectors(3)[f"{place:04}"] for place in indices])

    with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
        found, _ = bottleneck_cache.fill(sorted(vectors(3)), kept, compute, 1, warn=said.append)
    assert np.array_equal(found, np.stack(list(vectors(3).values())))
    assert [0] in asked and len(said) == 1 and "do not fit their checksums" in said[0]
    with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
        assert len(kept.get(sorted(vectors(3)))) == 3 and kept.unfit == 0


def test_a_vector_with_a_nan_is_not_kept(tmp_path):
    with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
        kept.put({"a": np.array([1, np.nan], np.float32), "b": np.ones(2, np.float32)})
        assert sorted(kept.get(["a", "b"])) == ["b"]


def test_a_photo_that_changed_while_it_was_computed_is_not_kept(tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"before")
    digest = bottleneck_cache.sha256_of_file(str(photo))

    def compute(chunks):
        for _ in chunks:
            photo.write_bytes(b"after")
            yield np.ones((1, 3), np.float32)

    said: List[str] = []
    with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
        bottleneck_cache.fill(
            ["key"], kept, compute, 1, unchanged=lambda index: is_unchanged(str(photo), digest), warn=said.append
        )
        assert kept.get(["key"]) == {}
    assert len(said) == 1 and "1 photos changed" in said[0]
    photo.unlink()
    assert not is_unchanged(str(photo), digest)


def test_a_cache_that_another_run_holds_is_not_to_be_deleted(tmp_path):
    with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
        kept.put(vectors(1))
        other = sqlite3.connect(kept.path)
        other.execute("BEGIN IMMEDIATE")
        try:
            with bottleneck_cache.BottleneckCache(str(tmp_path), patience=0.1) as waits:
                with pytest.raises(BadInput, match="another run is using it; wait") as caught:
                    waits.put(vectors(2))
        finally:
            other.close()
    assert "delete" not in str(caught.value)


def test_a_damaged_page_is_named_with_the_right_advice(tmp_path):
    with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
        kept.put({f"{place:04}": np.ones(1000, np.float32) for place in range(50)})
        path = kept.path
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(BadInput, match="it is damaged; if no other run uses it, delete it") as caught:
        with bottleneck_cache.BottleneckCache(str(tmp_path)) as kept:
            kept.get([f"{place:04}" for place in range(50)])
    assert "\n" not in str(caught.value)


def test_the_key_knows_the_processor(tmp_path):
    info = tmp_path / "cpuinfo"
    info.write_text("processor : 0\nflags\t\t: fpu avx avx2 fma\n")
    assert cpu_level(str(info)).split()[1:] == ["avx", "fma", "avx2"]
    assert cpu_level(str(tmp_path / "none")).split()[1:] == []
