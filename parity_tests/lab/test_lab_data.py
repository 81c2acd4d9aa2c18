"""The beginner lab's data: IDX files, .npz files, what is wrong with them, drawn digits."""

import gzip
import os
import struct
from typing import Any, Dict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parity_tests.fixtures import tiny
from poets.migrate.lab import digits as digits_module
from poets.migrate.lab.digits import ARRAYS, IDX_FILES, Digits, read_digits
from poets.migrate.lab.drawn_digits import draw_digits
from poets.migrate.lab.idx import read_idx
from poets.migrate.task.errors import BadInput

FEW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def idx_bytes(array):
    """An array as IDX."""
    return struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{int(array.ndim)}I", *array.shape) + array.tobytes()


def write_idx(folder, found, packed=True):
    """Write Digits as the four files."""
    for name, array in zip(IDX_FILES, found):
        data = idx_bytes(array.astype(np.uint8))
        with open(os.path.join(str(folder), name + (".gz" if packed else "")), "wb") as file:
            file.write(gzip.compress(data) if packed else data)


def same(one, other):
    return all(np.array_equal(ours, theirs) for ours, theirs in zip(one, other))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.booleans(), st.integers(0, 2**32 - 1))
@FEW
def test_idx_comes_back_as_it_was_written(tmp_path_factory, sizes, packed, seed):
    array = np.random.RandomState(seed).randint(256, size=sizes).astype(np.uint8)
    path = str(tmp_path_factory.getbasetemp() / "round-trip-idx")
    with open(path, "wb") as file:
        file.write(gzip.compress(idx_bytes(array)) if packed else idx_bytes(array))
    found = read_idx(path, len(sizes))
    assert found.dtype == np.uint8 and found.shape == tuple(sizes) and np.array_equal(found, array)


def damaged(data, draw):
    """Bytes with a piece cut off, changed or put in."""
    place = draw.draw(st.integers(0, len(data) - 1))
    piece = draw.draw(st.binary(max_size=8))
    return data[:place] + piece + data[place + draw.draw(st.integers(0, len(data))) :]


@given(st.data())
@FEW
def test_a_damaged_idx_file_is_one_clear_line(tmp_path_factory, draw):
    whole = idx_bytes(np.arange(60, dtype=np.uint8).reshape(3, 4, 5))
    packed = draw.draw(st.booleans())
    path = str(tmp_path_factory.getbasetemp() / "damaged-idx")
    with open(path, "wb") as file:
        file.write(damaged(gzip.compress(whole) if packed else whole, draw))
    try:
        assert read_idx(path, 3).ndim == 3  # some damage leaves a good file
    except BadInput as error:
        assert path in str(error) and len(str(error).splitlines()) == 1


@given(st.data())
@FEW
def test_a_damaged_npz_file_is_one_clear_line(data, tmp_path_factory, draw):
    path = str(tmp_path_factory.getbasetemp() / "damaged.npz")
    with open(path, "wb") as file:
        file.write(damaged(tiny.read_bytes(data), draw))
    try:
        assert read_digits(path).images.shape[1:] == (28, 28)
    except BadInput as error:
        assert path in str(error) and len(str(error).splitlines()) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_and_npz_say_the_same(drawn, data, tmp_path, packed):
    write_idx(tmp_path, drawn, packed)
    assert same(read_digits(str(tmp_path)), drawn) and same(read_digits(data), drawn)


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda whole: whole[:-1], "cut short: its sizes 3 x 4 x 5 need 76 bytes, but it has 75"),
        (lambda whole: whole + b"x", "too long: its sizes"),
        (lambda whole: whole[:9], "cut short: it ends after 9 bytes, within its sizes"),
        (lambda whole: b"\0\0\x0d" + whole[3:], "magic number 0x00000d03; an IDX file of 3 dimensions"),
        (lambda whole: b"<html><body>404</body></html>", "is not an IDX file but an HTML page"),
        (lambda whole: b"", "is not an IDX file but an empty file"),
        (lambda whole: gzip.compress(whole)[:-9], "its gzip archive is broken or cut short"),
        (lambda whole: whole[:4] + b"\0" * 4 + b"\xff" * 8, "is empty: its sizes are 0 x 4294967295"),
        (lambda whole: whole[:4] + b"\xff" * 12 + whole[16:], "cut short: its sizes 4294967295 x"),
    ],
)
def test_what_is_wrong_with_an_idx_file_is_said(tmp_path, change, words):
    path = tmp_path / "images"
    path.write_bytes(change(idx_bytes(np.zeros((3, 4, 5), np.uint8))))
    with pytest.raises(BadInput) as caught:
        read_idx(str(path), 3)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"x_train": np.zeros((5, 28, 27), np.uint8)}, "train images are 5 x 28 x 27; the lab takes N x 28 x 28"),
        ({"y_test": np.zeros(3, np.uint8)}, "2 test images, but labels [3]"),
        ({"y_train": np.full(5, 10)}, "train labels must be whole numbers 0 to 9; they are 10 to 10"),
        ({"x_test": np.zeros((2, 28, 28))}, "test images must be whole numbers 0 to 255; they are float64"),
        ({"y_test": None}, "has no array y_test; it has x_train"),
        ({"x_train": np.array([{}])}, "broken .npz file"),  # a pickle, which is never opened
    ],
)
def test_what_is_wrong_with_an_npz_file_is_said(tmp_path, changed, words):
    arrays = dict(
        zip(
            ARRAYS,
            (
                np.zeros((5, 28, 28), np.uint8),
                np.zeros(5, np.uint8),
                np.zeros((2, 28, 28), np.uint8),
                np.zeros(2, np.uint8),
            ),
        )
    )
    arrays.update(changed)
    path = str(tmp_path / "mnist.npz")
    kept: Dict[str, Any] = {name: array for name, array in arrays.items() if array is not None}
    np.savez(path, **kept)
    with pytest.raises(BadInput) as caught:
        read_digits(path)
    assert words in str(caught.value)


def test_keras_own_file_is_fetched_once_with_its_checksum(tmp_path, monkeypatch):
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path))
    asked = []

    def fetch(url, path, sha256, size, progress):
        asked.append((url, sha256, size))
        with open(path, "wb"):
            pass

    monkeypatch.setattr(digits_module, "fetch", fetch)
    assert digits_module.download() == digits_module.download() == str(tmp_path / "mnist.npz")
    assert len(asked) == 1 and asked[0][0].startswith("https://storage.googleapis.com/") and len(asked[0][1]) == 64


def test_digits_are_drawn_the_same_from_the_same_seed(drawn):
    assert same(draw_digits(20, 5, 3), draw_digits(20, 5, 3))
    assert not np.array_equal(draw_digits(20, 5, 3).images, draw_digits(20, 5, 4).images)
    assert np.bincount(np.concatenate([drawn.labels, drawn.test_labels])).tolist() == [50] * 10


def test_real_idx_files_are_read(fashion):
    found = read_digits(fashion)
    assert isinstance(found, Digits) and found.images.shape == (60000, 28, 28)
    assert np.bincount(found.test_labels).tolist() == [1000] * 10
