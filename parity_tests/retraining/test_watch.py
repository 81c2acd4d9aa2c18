"""What both twins do between the steps of a training, on a run without TensorFlow."""

import contextlib
from typing import Any, List

import numpy as np
import pytest

from poets.migrate.retraining.network import TaskNetwork, undecodable
from poets.migrate.retraining.watch import Watch
from poets.migrate.task.photos.image_headers import BadPhoto
from poets.migrate.task.training.schedule import Schedule

STEPS, INTERVAL = 7, 3


class FakeRun:
    """As much of a `Run` as `Watch` asks for: 5 photos, whose bottlenecks are their numbers."""

    photos = [(f"{index}.jpg", "jpeg") for index in range(5)]
    one_hot = np.eye(5, dtype=np.float32)

    def __init__(self, distorted, store_every=0):
        self.distorted, self.store_every = distorted, store_every
        self.notes, self.advanced = [], []

        def check_pixels(photo):
            if photo[0] == "3.jpg":
                raise BadPhoto("3.jpg: damaged")

        self.task_network = TaskNetwork(
            "sha",
            1,
            0.0,
            1.0,
            width=1,
            compute_of_photos=lambda photos: iter([]),
            compute=lambda pixels: pixels,
            read_distorted=lambda photo, draw: np.array([int(photo[0][0]) + draw[0]]),
            check_pixels=check_pixels,
        )

    @contextlib.contextmanager
    def progress(self, work, steps):
        assert (work, steps) == ("training", STEPS)
        yield self.advanced.append

    def is_distorted(self):
        return self.distorted

    def draws(self, schedule):
        return np.arange(STEPS * 2 * 5, dtype=float).reshape(STEPS, 2, 5) * 100

    def batch(self, indices):
        return np.asarray(indices)[:, np.newaxis], self.one_hot[indices]

    def stored_at(self, step):
        return f"at_{step}" if self.store_every and step and step % self.store_every == 0 else ""

    def note(self, *found):
        self.notes.append(found)


def schedule_with(validation):
    none = np.zeros(0, np.int32)
    train = np.array([[step % 5, (step + 1) % 5] for step in range(STEPS)])
    return Schedule(np.zeros((1, 5)), np.zeros(5), train, validation, none, 0.1, INTERVAL)


def watching(run, schedule):
    """A Watch, and two lists: its evaluations as (curves, step, bottlenecks), and what it stored."""
    seen: List[Any] = []
    stored: List[str] = []

    def curves(name):
        def write_curves(step, batch):
            seen.append((name, step, batch[0].ravel().tolist()))
            return 0.5, 0.25

        return write_curves

    return Watch(run, schedule, curves("train"), curves("validation"), stored.append), seen, stored


def watched(run, schedule, ends):
    """`watching`, after a training that reports the steps ``ends``."""
    watch, seen, stored = watching(run, schedule)
    with watch.progress():
        for end in ends:
            watch.on_step(end)
    return watch, seen, stored


@pytest.mark.parametrize("ends", [range(STEPS), (0, 3, 6)], ids=["every step", "many steps per call"])
def test_it_evaluates_where_retrain_py_does_and_notes_each_evaluation(ends):
    run, validation = FakeRun(False), np.array([[0, 1], [2, 3], [4, 0]])
    watch, seen, stored = watched(run, schedule_with(validation), ends)
    assert seen == [
        ("train", 0, [0, 1]),
        ("validation", 0, [0, 1]),
        ("train", 3, [3, 4]),
        ("validation", 3, [2, 3]),
        ("train", 6, [1, 2]),
        ("validation", 6, [4, 0]),
    ]
    assert run.notes == [(step, 0.5, 0.25, 0.25, 2) for step in (0, 3, 6)]
    assert sum(run.advanced) == STEPS and not stored


def test_without_validation_photos_none_are_evaluated():
    run = FakeRun(False)
    _, seen, _ = watched(run, schedule_with(np.zeros((3, 0), np.int32)), range(STEPS))
    assert [name for name, _, _ in seen] == ["train"] * 3
    assert run.notes == [(step, 0.5, 0.25, None, 0) for step in (0, 3, 6)]


def test_networks_are_stored_on_the_way_and_keras_stops_for_it():
    run = FakeRun(False, store_every=2)
    watch, _, stored = watched(run, schedule_with(np.zeros((3, 0), np.int32)), range(STEPS))
    assert stored == ["at_2", "at_4", "at_6"] and watch.stop_every == 1
    assert watching(FakeRun(False), schedule_with(np.zeros((3, 0))))[0].stop_every == INTERVAL


def test_a_distorted_batch_is_evaluated_as_it_was_trained_on():
    run = FakeRun(True)
    schedule = schedule_with(np.zeros((3, 0), np.int32))
    watch, seen, _ = watching(run, schedule)
    trained_on = []
    with watch.progress():
        for step, (bottlenecks, one_hot) in enumerate(watch.distorted_batches()):
            np.testing.assert_array_equal(one_hot, run.one_hot[schedule.train[step]])
            trained_on.append(bottlenecks.ravel().tolist())
            watch.on_step(step)
        assert trained_on[1] == [1 + 1000, 2 + 1500]  # photos 1 and 2, each with its draw
        again = [bottlenecks.ravel().tolist() for bottlenecks, _ in watch.distorted_batches()]
    assert again == trained_on
    assert seen == [("train", step, trained_on[step]) for step in (0, 3, 6)]
    assert not watch._distorted  # what is not evaluated any more is not kept


def test_photos_that_do_not_decode_are_named():
    assert undecodable(FakeRun(False).task_network, FakeRun.photos) == {"3.jpg": "3.jpg: damaged"}
