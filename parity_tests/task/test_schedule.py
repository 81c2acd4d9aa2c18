"""The training schedule: which photos each batch has, when is evaluated, and that a seed decides it all."""

from typing import List

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from poets.migrate.task.photos.image_lists import ImageLists, Photo, of_split
from poets.migrate.task.training.schedule import evaluation_steps, make_schedule


@st.composite
def image_lists(draw):
    """Two to five classes, each with photos in every split, in shuffled order."""
    classes = draw(st.integers(2, 5))
    photos: List[Photo] = []
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
    assert all(np.array_equal(getattr(one, name), getattr(same, name)) for name in one._fields)
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
