"""`poets parity A B` against ports of A that prepare photos otherwise: mean, deviation, channels and resize.

A port says in its metadata what becomes of a photo, which is changed here. What that does to the answers is measured in
a Session on A's own graph: each mutant that moves them by more than the published tolerances must be found, and the
others are named with their size.
"""

import json
import shutil

import pytest

from parity_tests.mutants.judged_models import Sorted, answers, effect, judging, photos_of, write_original
from poets.migrate import cli

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

MEAN = STD = 128.0  # label_image.py's, which the graph is run with
LEVELS = (1e-4, 1e-2, 0.1, 1.0, 5.0, 30.0)  # of a mean, in grey levels
SHARES = (1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1.0)  # of a standard deviation


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """The folder of the original graph, its labels, 30 photos and its port."""
    folder = write_original(tmp_path_factory.mktemp("models"))
    words = ["port", str(folder / "graph.pb"), "--to", "savedmodel", "--output", str(folder / "port"), "--quiet"]
    assert cli.main(words) == 0
    return folder


def one_channel(value, channel, by):
    """A mean or deviation per channel, with one of them changed."""
    found = [value] * 3
    found[channel] += by
    return tuple(found)


def mutants():
    """(name, fields of the preprocessing)."""
    for by in LEVELS:
        yield f"mean off by {by:g}", {"input_mean": MEAN + by}
        for channel, colour in enumerate(("red", "green", "blue")):
            yield f"mean of {colour} off by {by:g}", {"input_mean": one_channel(MEAN, channel, by)}
    for share in SHARES:
        yield f"std off by {share:g} of it", {"input_std": STD * (1 + share)}
        yield f"std of green off by {share:g} of it", {"input_std": one_channel(STD, 1, STD * share)}
    yield "BGR", {"channels": "bgr"}
    for resize in ("tf2", "tf1_crop", "tf2_crop"):
        yield f"resize {resize}", {"resize": resize}
    yield "0 to 1", {"input_mean": 0.0, "input_std": 255.0}
    yield "-1 to 1 by 127.5", {"input_mean": 127.5, "input_std": 127.5}
    yield "0 to 255", {"input_mean": 0.0, "input_std": 1.0}
    yield "Caffe's means", {"input_mean": (123.68, 116.779, 103.939), "input_std": 1.0}


def mutant_of(folder, number, changes):
    """The path of a copy of the port whose metadata are changed."""
    place = folder / f"mutant_{number}"
    shutil.copytree(str(folder / "port" / "savedmodel"), str(place))
    path = place / "assets" / "poets.json"
    metadata = json.loads(path.read_text())
    assert set(changes) <= set(metadata)
    path.write_text(json.dumps(dict(metadata, **changes)))
    return place


def test_no_mutant_of_the_preprocessing_above_the_tolerances_survives(original, capsys):
    photos = photos_of(original)
    ours = answers(original / "graph.pb", photos)
    found = Sorted()
    with judging(original, photos) as judged:
        assert judged(original / "port" / "savedmodel").passed
        for number, (name, changes) in enumerate(mutants()):
            theirs = answers(original / "graph.pb", photos, **changes)
            pair = judged(mutant_of(original, number, changes))
            found.add(name, pair, effect(ours, theirs))
            if "resize" in changes:  # both resize to the same size, so the stage is compared
                assert not pair.stages["resize"].passed
    with capsys.disabled():
        print(f"\npreprocessing mutants {found}")
    assert not found.survivors and not found.wrong
    assert len(found.killed) >= 20 and len(found.below) >= 5
