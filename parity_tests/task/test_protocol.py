"""The worker protocol: frames come back as they went, and no damage breaks the reader."""

import io
import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from poets.migrate.task.worker.protocol import BrokenFrame, Frame, read_frame, write_frame

ARRAYS = st.dictionaries(
    st.text(max_size=8),
    st.tuples(st.sampled_from(["<f4", "<f8", "<i4", "|u1", "|b1"]), st.lists(st.integers(0, 3), max_size=3)).map(
        lambda made: np.arange(int(np.prod(made[1]))).reshape(made[1]).astype(made[0])
    ),
    max_size=3,
)
HEADERS = st.dictionaries(
    st.text(max_size=8).filter(lambda key: key != "arrays"),
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    max_size=3,
)


def framed(header, arrays):
    stream = io.BytesIO()
    write_frame(stream, header, arrays)
    return stream.getvalue()


@given(st.lists(st.tuples(HEADERS, ARRAYS), max_size=3))
def test_frames_come_back_as_they_went(frames):
    stream = io.BytesIO(b"".join(framed(*frame) for frame in frames))
    for header, arrays in frames:
        found = read_frame(stream)
        assert isinstance(found, Frame) and found.header == header and set(found.arrays) == set(arrays)
        for name, array in arrays.items():
            assert found.arrays[name].dtype == array.dtype and np.array_equal(found.arrays[name], array)
            assert found.arrays[name].shape == array.shape
    with pytest.raises(EOFError):
        read_frame(stream)


@given(HEADERS, ARRAYS, st.data())
def test_a_frame_cut_short_is_said_to_be(header, arrays, data):
    whole = framed(header, arrays)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(whole[:cut]))


@settings(max_examples=400)
@given(HEADERS, ARRAYS, st.data())
def test_a_damaged_frame_never_breaks_the_reader(header, arrays, data):
    damaged = bytearray(framed(header, arrays))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_frame(io.BytesIO(bytes(damaged)))
    except (BrokenFrame, EOFError):
        pass


@given(st.binary(max_size=200))
def test_noise_is_no_frame(noise):
    assume(not noise.startswith(b"PWK1"))
    with pytest.raises(BrokenFrame if noise else EOFError):
        read_frame(io.BytesIO(noise))


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"3",
        b"null",
        b'{"arrays": 3}',
        b'{"arrays": [3]}',
        b'{"arrays": [{"name": [], "bytes": 0}]}',
        b'{"arrays": [{"name": "a", "bytes": -1}]}',
        b'{"arrays": [{"name": "a", "bytes": 1e30}]}',
        b'{"arrays": [{"name": "a", "bytes": 9.5}]}',
        b'{"arrays": [{"name": "a", "bytes": "9"}]}',
        b"[" * 100000,
    ],
)
def test_headers_that_are_json_but_no_header(header):
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(b"PWK1" + len(header).to_bytes(4, "little") + header + b"\x93NUMPY"))


def test_no_pickle_travels():
    with pytest.raises(ValueError):
        framed({}, {"evil": np.array([object()])})
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}]), allow_pickle=True)
    payload = buffer.getvalue()
    header = json.dumps({"arrays": [{"name": "evil", "bytes": len(payload)}]}).encode("utf-8")
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(b"PWK1" + len(header).to_bytes(4, "little") + header + payload))
