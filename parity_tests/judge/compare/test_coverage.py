"""judge.compare.coverage: what photos could have shown, and when equal answers say nothing."""

from typing import Dict, Optional

import numpy as np
import pytest

from poets.migrate.judge.compare import coverage
from poets.migrate.judge.compare.lockstep import softmax
from poets.migrate.judge.compare.thresholds import Threshold, judge

ROWS = softmax(np.random.RandomState(0).normal(size=(300, 3))).astype(np.float32)
FEATURES = np.random.RandomState(1).normal(size=(300, 7)).astype(np.float32)
TELLING: Dict[str, Optional[float]] = {"channels": 0.1, "scale": 0.3, "resize": 0.01, "labels": 0.5}


def test_telling_photos_are_no_reason_to_doubt():
    found = coverage.coverage_of(ROWS, FEATURES, TELLING, [])
    assert not found.why and found.hidden == []
    assert found.rarest_fault == pytest.approx(0.00994, rel=1e-2)  # 1 in 100 would have been seen


@pytest.mark.parametrize(
    "rows, features, words",
    [
        (np.tile(ROWS[:1], (300, 1)), FEATURES, "the answers are the same for every photo"),
        (ROWS, np.zeros_like(FEATURES), "the features are the same for every photo"),
    ],
)
def test_constant_outputs_say_nothing(rows, features, words):
    assert coverage.coverage_of(rows, features, TELLING, []).why == words


def test_a_mistake_that_changes_nothing_is_named_unless_it_is_accepted():
    grey = dict(TELLING, channels=0.0)
    assert coverage.coverage_of(ROWS, FEATURES, grey, []).why == "these photos cannot show BGR for RGB"
    assert not coverage.coverage_of(ROWS, FEATURES, grey, ["channels"]).why
    assert not coverage.coverage_of(ROWS, FEATURES, dict(TELLING, resize=None), []).why


def test_a_limit_that_cannot_fail_is_named():
    wide = judge(Threshold("atol", "probabilities", 0.999, 0.0), "probabilities", [ROWS], [ROWS[::-1]])
    assert wide.passed and not wide.can_fail and "CANNOT FAIL" in wide.words
    assert "CANNOT FAIL" in coverage.coverage_of(ROWS, FEATURES, TELLING, [], judged=[wide]).why
    tight = judge(Threshold("max_mean", "probabilities", 0.01, 0.0), "probabilities", [ROWS], [ROWS])
    assert not coverage.coverage_of(ROWS, FEATURES, TELLING, [], judged=[wide, tight]).why


class Linear:
    """A worker whose model is linear in its pixels' channels: (p - 128) / 128, summed over the picture."""

    def __init__(self, photos):
        self.photos = photos

    def call(self, name, arrays=None, indices=(), after="", until=""):
        assert name == "stages"
        if after == "encoded":
            found = {}
            for place, index in enumerate(indices):
                photo = self.photos[index]
                small = photo[::2, ::2].astype(np.float32)
                found.update({f"decode/{place}": photo, f"resize/{place}": small})
                found[f"normalize/{place}"] = (small - 128) / 128
            return {}, found
        pixels = [arrays[str(place)] for place in range(len(indices))]
        if after == "resize":
            pixels = [(one - 128) / 128 for one in pixels]
        return {}, {"probabilities": softmax(np.stack([one.mean((0, 1)) * [1.0, 2.0, 3.0] for one in pixels]))}


def tried(photos):
    return coverage.try_mistakes(Linear(photos), range(len(photos)), lambda found: found["probabilities"])


def test_colour_photos_show_every_mistake_and_grey_ones_no_swapped_channels():
    random = np.random.RandomState(0)
    photos = [random.randint(0, 256, (8, 8, 3)).astype(np.uint8) for _ in range(5)]
    assert min(tried(photos).values()) > 1e-3
    grey = [np.repeat(photo[..., :1], 3, axis=2) for photo in photos]
    changes = tried(grey)
    assert changes["channels"] == 0 and changes["scale"] > 1e-3 and changes["resize"] > 1e-3


@pytest.mark.tensorflow
def test_the_other_resize_is_tf2s():
    tf = pytest.importorskip("tensorflow")
    photo = np.random.RandomState(0).randint(0, 256, (37, 53, 3)).astype(np.uint8)
    for size in ([20, 30], [96, 96], [37, 53]):
        theirs = tf.image.resize(photo, size).numpy()
        np.testing.assert_allclose(coverage.half_pixel_resize(photo, *size), theirs, atol=1e-3)
