"""The contract that both twins implement, by its properties: no TensorFlow here."""

import hashlib
import io
import json
import os
import re
import tempfile

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from poets.migrate.task import stages
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import whole_file, whole_folder, write_text
from poets.migrate.task.networks import architectures
from poets.migrate.task.photos import bottleneck_cache
from poets.migrate.task.photos.distortions import Distortions, check_distortions, draw_distortions
from poets.migrate.task.photos.image_lists import ImageLists, Photo, of_split, read_image_lists, split_of
from poets.migrate.task.training.schedule import evaluation_steps, make_schedule
from poets.migrate.task.worker.protocol import BrokenFrame, Frame, read_frame, write_frame

NAMES = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1, max_size=20)
PERCENTAGES = st.integers(0, 49)


# Which photo goes to which split


@given(NAMES, NAMES, PERCENTAGES, PERCENTAGES)
def test_the_split_is_retrains_rule_to_the_letter(folder, name, testing, validation):
    path = f"photos/{folder}/{name}.jpg"
    assume("_nohash_" not in path)
    number = int(hashlib.sha1(path.encode("utf-8")).hexdigest(), 16) % 2**27
    percentage = number * (100.0 / (2**27 - 1))
    expected = "testing" if percentage < validation + testing else "training"
    assert split_of(path, testing, validation) == ("validation" if percentage < validation else expected)


@given(NAMES, NAMES, NAMES, PERCENTAGES, PERCENTAGES)
def test_near_copies_stay_together(folder, one, other, testing, validation):
    assume("\n" not in one + other)  # retrain.py's `.*` stops at a line's end, and so must ours
    splits = {split_of(f"p/{folder}/rose_nohash_{number}.jpg", testing, validation) for number in (one, other)}
    assert len(splits) == 1 and splits == {split_of(f"p/{folder}/rose", testing, validation)}


@given(NAMES, PERCENTAGES, PERCENTAGES, PERCENTAGES)
def test_a_larger_test_share_only_takes_from_training(name, validation, testing, more):
    before, after = (split_of("p/c/" + name, share, validation) for share in (testing, testing + more))
    assert before == after or (before, after) == ("training", "testing")


def test_photos_keep_their_split_as_others_come(tmp_path):
    def add(numbers):
        for kind in ("a", "b"):
            os.makedirs(str(tmp_path / kind), exist_ok=True)
            for number in numbers:
                (tmp_path / kind / (f"{int(number)}.jpg")).write_bytes(b"x")

    add(range(30))
    before = {photo.path: photo.split for photo in read_image_lists(str(tmp_path)).photos}
    add(range(30, 60))
    after = {photo.path: photo.split for photo in read_image_lists(str(tmp_path)).photos}
    assert len(after) == 120 and before.items() <= after.items()


# The training schedule


@st.composite
def image_lists(draw):
    """Two to five classes, each with photos in every split, in shuffled order."""
    classes = draw(st.integers(2, 5))
    photos = []
    for label in range(classes):
        for split in ("training", "testing", "validation"):
            count = draw(st.integers(1, 6))
            photos.extend(Photo(f"{label}/{split}{number}.jpg", label, split) for number in range(count))
    order = draw(st.permutations(range(len(photos))))
    return ImageLists("", [f"c{label}" for label in range(classes)], [photos[index] for index in order])


@settings(deadline=None)
@given(image_lists(), st.integers(0, 30), st.integers(1, 9), st.sampled_from([-1, 1, 7]), st.integers(0, 2**31 - 1))
def test_a_schedule_draws_each_batch_from_its_split(lists, steps, interval, batch, seed):
    schedule = make_schedule(lists, 4, steps, batch, batch, batch, 0.01, interval, seed)
    for split, rows in (("training", schedule.train), ("validation", schedule.validation), ("testing", schedule.test)):
        assert set(rows.ravel().tolist()) <= set(of_split(lists, split))
    assert len(schedule.train) == steps and len(schedule.validation) == len(evaluation_steps(steps, interval))
    if batch == -1:
        assert schedule.test.tolist() == of_split(lists, "testing")
    else:
        assert schedule.train.shape == (steps, batch) and schedule.test.shape == (batch,)
    assert schedule.weights.dtype == np.float32 and np.abs(schedule.weights).max() <= 0.002
    assert not schedule.biases.any()


@settings(deadline=None)
@given(image_lists(), st.integers(0, 2**31 - 1))
def test_one_seed_one_schedule(lists, seed):
    one, same = (make_schedule(lists, 3, 20, 5, seed=seed) for _ in range(2))
    assert all(np.array_equal(mine, yours) for mine, yours in zip(one, same))
    other = make_schedule(lists, 3, 20, 5, seed=(seed + 1) % 2**31)
    assert not np.array_equal(one.weights, other.weights)


def test_more_steps_change_neither_the_start_nor_the_test():
    """Each kind of draw has a stream of its own."""
    lists = ImageLists(
        "",
        ["a", "b"],
        [
            Photo(f"{index}", index % 2, split)
            for index, split in enumerate(["training"] * 20 + ["testing"] * 20 + ["validation"] * 20)
        ],
    )
    short, long = (make_schedule(lists, 3, steps, 5, test_batch_size=9, seed=4) for steps in (10, 50))
    assert np.array_equal(short.weights, long.weights) and np.array_equal(short.test, long.test)


def test_classes_are_drawn_alike_often_however_many_photos_they_have():
    labels = [0] * 190 + [1] * 10
    photos = [Photo(str(index), label, "training") for index, label in enumerate(labels)]
    lists = ImageLists("", ["many", "few"], photos)
    drawn = np.array(labels)[make_schedule(lists, 3, 200, 100, seed=0).train.ravel()]
    assert abs(drawn.mean() - 0.5) < 4 * 0.5 / np.sqrt(20000)  # four standard deviations


@given(st.integers(1, 300), st.integers(1, 50))
def test_evaluations(steps, interval):
    found = evaluation_steps(steps, interval)
    assert found[0] == 0 and found[-1] == steps - 1 and found == sorted(set(found))
    assert set(range(0, steps, interval)) | {steps - 1} == set(found)


# The bottleneck cache


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
        with pytest.raises(BadInput, match="a.txt .* it is computed anew"):
            bottleneck_cache.read_text_bottleneck(str(path), 3)


# Stages


@given(st.integers(0, 6), st.integers(0, 6))
def test_stages_between(start, end):
    names = (stages.ENCODED,) + stages.STAGES
    if start < end:
        assert stages.stages_between(names[start], names[end]) == list(names[start + 1 : end + 1])
    else:
        with pytest.raises(BadInput, match="does not come before"):
            stages.stages_between(names[start], names[end])


def test_unknown_stage():
    with pytest.raises(BadInput, match="unknown stage 'pool'; known: encoded, decode"):
        stages.stages_between("pool", "logits")


# The worker protocol

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


# The architecture table


def test_the_table():
    table = architectures.all_architectures()
    names = [architecture.name for architecture in table]
    assert len(names) == len(set(names)) == 34  # Inception v3, 32 MobileNets, the one that comes with poets
    assert names[-1] == architectures.EMBEDDED and sum(name.endswith("_quantized") for name in names) == 16
    for architecture in table:
        assert architectures.find_architecture(architecture.name.upper()) == architecture
        size = re.search("_(224|192|160|128)", architecture.name)
        assert not size or architecture.input_size == int(size.group(1))
    inception = architectures.find_architecture("inception_v3")
    assert (inception.input_tensor, inception.input_size, inception.bottleneck_size) == ("Mul:0", 299, 2048)
    assert (inception.input_mean, inception.input_std) == (128, 128)


@given(st.sampled_from([architecture.name for architecture in architectures.all_architectures()]), st.data())
def test_a_slip_of_the_finger_is_offered_the_right_name(name, data):
    at = data.draw(st.integers(0, len(name) - 1))
    slipped = name[:at] + name[at + 1 :]
    with pytest.raises(BadInput) as refusal:
        architectures.find_architecture(slipped)
    assert f"unknown architecture '{slipped}'; did you mean " in str(refusal.value)


def test_nothing_like_any():
    with pytest.raises(BadInput, match="known: inception_v3, mobilenet_<width>_<size>"):
        architectures.find_architecture("qqq")


# Files


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    write_text(str(path), "old")
    with pytest.raises(KeyError):
        with whole_file(str(path)) as temporary:
            with open(temporary, "w") as file:
                file.write("half")
            raise KeyError
    assert path.read_text() == "old" and os.listdir(str(path.parent)) == ["a.txt"]
    write_text(str(path), "new \u00e9")
    assert path.read_text(encoding="utf-8") == "new \u00e9" and os.listdir(str(path.parent)) == ["a.txt"]
    assert os.stat(str(path)).st_mode & 0o600 == 0o600


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "model"
    for content in ("one", "two"):
        with whole_folder(str(path)) as temporary:
            write_text(os.path.join(temporary, "inner", "file"), content)
        assert (path / "inner" / "file").read_text() == content and os.listdir(str(path.parent)) == ["model"]
    with pytest.raises(KeyError):
        with whole_folder(str(path)) as temporary:
            write_text(os.path.join(temporary, "other"), "half")
            raise KeyError
    assert os.listdir(str(path)) == ["inner"] and os.listdir(str(path.parent)) == ["model"]


# Distortions


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
