"""What both twins of the beginner lab are given: batches, masks and initial weights from a seed; and their score."""

import numpy as np
import pytest

from parity_tests.fixtures.commands.lab import LAB
from poets.migrate.lab.record import score
from poets.migrate.lab.schedule import draw_mask, make_lab_schedule, parameters, steps_of
from poets.migrate.task.errors import BadInput


@pytest.mark.parametrize(
    "lab, count",
    [
        (LAB, 101770),
        (LAB._replace(hidden=512), 784 * 512 + 512 + 5130),
        (LAB._replace(layers="conv"), 160 + 4640 + 800 * 128 + 128 + 1290),
    ],
)
def test_parameters(lab, count):
    assert parameters(lab) == count


def test_every_epoch_takes_every_image_once_and_the_last_batch_is_smaller():
    lab = LAB._replace(epochs=2, hidden=4)
    schedule = make_lab_schedule(lab, 70, 1)
    steps = list(steps_of(schedule, lab))
    assert [len(rows) for rows, _ in steps] == [32, 32, 6] * 2 == [len(mask) for _, mask in steps]
    assert sorted(np.concatenate([rows for rows, _ in steps[:3]])) == list(range(70))
    assert not np.array_equal(steps[0][0], steps[3][0]) and not np.array_equal(steps[0][1], steps[1][1])


def test_masks_keep_the_mean_and_initial_weights_keep_to_glorots_limits():
    mask = draw_mask(7, 4000, LAB)
    assert set(np.unique(mask)) == {np.float32(0), np.float32(1.25)} and abs(mask.mean() - 1) < 0.005
    assert (draw_mask(7, 3, LAB._replace(dropout=0.0)) == 1).all()
    kernel = make_lab_schedule(LAB, 10, 0).weights[0]
    limit = np.sqrt(6 / (784 + 128))
    assert kernel.dtype == np.float32 and limit * 0.99 < np.abs(kernel).max() <= limit


def test_score():
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]], np.float32))
    loss, accuracy = score(logits, np.array([0, 2]))
    assert loss == pytest.approx(-(np.log(0.7) + np.log(0.3)) / 2, abs=1e-6) and accuracy == 0.5


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_numpy_does_not_take_is_refused(seed):
    with pytest.raises(BadInput):
        make_lab_schedule(LAB, 10, seed)
