"""Fine-tuning without TensorFlow: its flags, what the plan draws, and when a network is said to have collapsed."""

import json

import numpy as np
import pytest

from poets.migrate.demo.embedded import flowers_folder
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import parse_retrain, training_settings_of
from poets.migrate.task.photos.survey import survey
from poets.migrate.task.training import fine_tuning
from poets.migrate.task.training.settings import FineTuning, fine_tuning_of

PLAIN = FineTuning(None, 5, 1e-4, 0.0, 8, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--fine_tune_batch_size", "0"], "--fine_tune_batch_size: '0' is neither auto nor 1 or more"),
        (["--fine_tune_batch_size", "all"], "--fine_tune_batch_size: 'all' is neither auto nor 1 or more"),
        (["--fine_tune_layers", "-1"], "--fine_tune_layers: -1 is below 0"),
        (["--fine_tune_steps", "0"], "--fine_tune_steps: 0 is below 1"),
        (["--fine_tune_rate", "nan"], "--fine_tune_rate: nan is not a number above 0"),
        (["--fine_tune_momentum", "1"], "--fine_tune_momentum: 1.0 is not 0 or more and below 1"),
        (["--dropout", "1.5"], "--dropout: 1.5 is not 0 or more and below 1"),
        (["--l2", "-1"], "--l2: -1.0 is not 0 or more"),
    ],
)
def test_values_that_cannot_be_used(flags, words):
    with pytest.raises(BadInput) as caught:
        fine_tuning_of(training_settings_of(parse_retrain("modern", ["--fine_tune"] + flags)))
    assert str(caught.value) == words
    with pytest.raises(BadInput) as caught:
        fine_tuning_of(training_settings_of(parse_retrain("modern", flags)))
    assert str(caught.value) == f"{flags[0]} requires --fine_tune"
    assert fine_tuning_of(training_settings_of(parse_retrain("modern", []))) is None


def test_the_plan_comes_from_the_seed_alone():
    known = survey(flowers_folder(), 10, 10, "fail", lambda message: None, "flowers")
    flags = parse_retrain("legacy", ["--fine_tune", "--random_seed", "3", "--random_crop", "10"])
    settings = training_settings_of(flags)
    plan, again = (fine_tuning.plan_of(PLAIN, settings, known.lists, 96) for _ in range(2))
    assert plan.train.shape == (5, 8) and plan.draws is not None and plan.draws.shape == (5, 8, 5)
    assert {known.lists.photos[index].split for index in plan.train.ravel()} == {"training"}
    np.testing.assert_array_equal(plan.train, again.train)
    settings = settings._replace(random_seed=4)
    assert not np.array_equal(plan.train, fine_tuning.plan_of(PLAIN, settings, known.lists, 96).train)


def test_dropout_leaves_out_its_share_and_keeps_the_mean():
    plan = fine_tuning.FineTuningPlan(PLAIN._replace(dropout=0.25), np.zeros((2, 400), np.int32), None, 7)
    masks = [fine_tuning.dropout_mask(plan, step, (400, 100)) for step in (0, 0, 1)]
    assert set(np.unique(masks[0])) == {np.float32(0), np.float32(1) / np.float32(0.75)}
    assert abs(np.mean(masks[0] == 0) - 0.25) < 0.01 and abs(masks[0].mean() - 1) < 0.01
    assert np.array_equal(masks[0], masks[1]) and not np.array_equal(masks[0], masks[2])
    assert (fine_tuning.dropout_mask(plan._replace(settings=PLAIN), 0, (2, 3)) == 1).all()


def test_smoothed_labels():
    found = fine_tuning.smoothed(np.eye(4, dtype=np.float32), 0.1)
    np.testing.assert_allclose(found, np.eye(4) * 0.9 + 0.025, atol=1e-7)


@pytest.mark.parametrize(
    "after, losses, moved, words",
    [
        (0.75, [1.0, 0.5], 0.1, ""),
        (0.70, [1.0, 1.5], 0.1, ""),
        (0.75, [0.01, 0.2], 0.1, ""),
        (0.25, [1.0, 0.5], 0.1, "75.0 % of the validation photos were right before, 25.0 % are now"),
        (0.75, [1.0, float("nan")], 0.1, "the loss became NaN or infinite at step 1"),
        (0.75, [0.1, 0.1, 0.1, 0.1, 30.0], 0.1, "the loss rose from 0.1 to 30; guessing gives 1.6"),
        (0.75, [1.0], 7e28, "its weights moved by up to 7e+28 times their size"),
        (0.75, [1.0], float("nan"), "its weights moved by up to nan times their size"),
    ],
)
def test_a_collapse_is_noticed(after, losses, moved, words):
    known = survey(flowers_folder(), 10, 10, "fail", lambda message: None, "flowers")
    truth = {
        split: np.array([photo.label for photo in known.lists.photos if photo.split == split])
        for split in ("validation", "testing")
    }

    def answers(right):
        return {
            split: np.eye(6)[np.where(np.arange(len(classes)) < round(right * len(classes)), classes, 5)]
            for split, classes in truth.items()
        }

    tuned = fine_tuning.conclude(known.lists, answers(0.75), answers(after), np.array(losses), (1, 28, 5), moved)
    assert tuned.collapse == words
    assert json.loads(json.dumps(tuned._asdict(), allow_nan=False))["test_after"] == tuned.test_after


def test_one_photo_of_few_is_no_collapse():
    known = survey(flowers_folder(), 10, 10, "fail", lambda message: None, "flowers")
    some = [photo for photo in known.lists.photos if photo.split == "validation"][:9]
    lists = known.lists._replace(photos=some)
    right = np.eye(5)[[photo.label for photo in some]]
    for wrong, words in ((2, ""), (3, "100.0 % of the validation photos were right before, 66.7 % are now")):
        after = np.array(right)
        after[:wrong] = np.roll(after[:wrong], 1, axis=1)
        none = np.zeros((0, 5))
        tuned = fine_tuning.conclude(
            lists,
            {"validation": right, "testing": none},
            {"validation": after, "testing": none},
            np.ones(3),
            (1, 1, 3),
            0.0,
        )
        assert tuned.collapse == words and tuned.test_before is None
