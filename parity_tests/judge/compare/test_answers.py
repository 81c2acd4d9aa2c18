"""judge.compare.answers and accuracy: flat and saturated answers, and ties, excuse nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poets.migrate.judge.compare import accuracy, answers
from poets.migrate.judge.compare.difference import measure
from poets.migrate.judge.compare.lockstep import softmax
from poets.migrate.judge.compare.tolerances import STAGES


def head_answers(scale, seed, photos=200):
    """Probabilities of a final layer with random weights of this scale, on the same features for every seed."""
    features = np.random.RandomState(0).uniform(0, 6, (photos, 50))
    weights = np.random.RandomState(seed).normal(0, scale, (50, 5))
    return softmax(features @ weights).astype(np.float32)


def test_two_unrelated_flat_heads_have_no_parity():
    ours, theirs = head_answers(1e-6, 1), head_answers(1e-6, 2)
    gap = np.abs(ours - theirs).max()
    assert gap < STAGES["probabilities"]  # which an absolute tolerance lets through
    assert not measure([ours], [theirs], answers.tolerance_of("probabilities", ours)).passed
    scored = accuracy.compare(ours, theirs, ours.argmax(1), STAGES["probabilities"])
    assert scored.top1_agreement < 0.5 and not scored.passed


@given(st.sampled_from([1e-4, 1e-2, 0.1, 1.0]), st.integers(0, 50))
def test_rounding_alone_is_within_the_tolerance(scale, seed):
    """Features that are 1e-5 of their size apart, as TF 1.15.5's and 2.21's are."""
    random = np.random.RandomState(seed)
    features = random.uniform(0, 6, (60, 50)).astype(np.float32)
    noisy = (features * (1 + random.normal(0, 1e-6, features.shape))).astype(np.float32)
    weights = random.normal(0, scale, (50, 5)).astype(np.float32)
    for stage, make in (
        ("logits", lambda rows: rows @ weights),
        ("probabilities", lambda rows: softmax(rows @ weights)),
    ):
        ours, theirs = (np.asarray(make(rows), np.float32) for rows in (features, noisy))
        limit = answers.tolerance_of(stage, ours)
        assert np.abs(ours - theirs).max() <= max(limit, 5e-4 * np.abs(ours).max())


def test_wide_answers_keep_the_absolute_tolerance():
    assert answers.tolerance_of("probabilities", head_answers(1.0, 1)) == STAGES["probabilities"]


def test_logits_show_what_saturated_probabilities_hide():
    logits = np.random.RandomState(0).normal(0, 30, (40, 4))
    ours, theirs = (answers.logits_of(softmax(rows).astype(np.float32)) for rows in (logits, logits * 1.05))
    assert ours is not None and theirs is not None
    assert not measure([ours], [theirs], answers.logits_tolerance(ours)).passed
    assert measure([ours], [ours], answers.logits_tolerance(ours)).passed


@pytest.mark.parametrize("rows", [np.zeros((3, 4)), np.full((3, 4), 0.5), -np.ones((2, 2)), np.full((2, 2), np.nan)])
def test_what_is_no_softmax_has_no_logits(rows):
    assert answers.logits_of(rows.astype(np.float32)) is None


def tied(photos, flipped):
    """Two sides whose two best classes are equal but for a hair, and which name the first photos differently."""
    ours = np.tile(np.array([[0.5 + 1e-6, 0.5 - 1e-6]], np.float32), (photos, 1))
    theirs = ours.copy()
    theirs[:flipped] = theirs[:flipped, ::-1]
    return ours, theirs


@pytest.mark.parametrize(
    "photos, flipped, any_top1, passed",
    [
        (20, 1, False, True),
        (20, 2, False, False),
        (1000, 10, False, True),
        (1000, 11, False, False),
        (1000, 400, True, True),
        (1000, 501, True, False),
    ],
)
def test_ties_excuse_a_few_photos_and_never_most(photos, flipped, any_top1, passed):
    ours, theirs = tied(photos, flipped)
    found = accuracy.compare(ours, theirs, np.zeros(photos, int), 1e-4, any_top1)
    assert found.passed is passed and bool(found.why) is not passed
