"""Which photo goes to which split: retrain.py's rule to the letter."""

import hashlib
import os

from hypothesis import assume, given
from hypothesis import strategies as st

from poets.migrate.task.photos.image_lists import read_image_lists, split_of

NAMES = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=20)
PERCENTAGES = st.integers(0, 49)


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
