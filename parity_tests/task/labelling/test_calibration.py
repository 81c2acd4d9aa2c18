"""--calibrate's core: from labelled photos it finds what a network was trained on, or says that they cannot tell."""

import numpy as np
import pytest

from poets.migrate.demo.flowers import KINDS, paint_flower
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling import calibration
from poets.migrate.task.labelling.calibration import NORMALIZATIONS, calibrate, calibration_as_json
from poets.migrate.task.labelling.classes import columns_of
from poets.migrate.task.labelling.labelled_photos import LabelledPhotos, classes_of
from poets.migrate.task.photos.preprocessing import Preprocessing
from poets.migrate.task.photos.tf1_resize import resize

SIZE = 12
GUESS = Preprocessing(SIZE, SIZE, 1.0, 77.0, "a guess", guessed=True)
DECODED = [np.asarray(paint_flower(kind, 10 + number)) for number in range(24) for kind in sorted(KINDS)]
KINDS_OF = np.arange(len(DECODED)) % len(KINDS)


class Network:
    """Softmax regression on the mean colour of three stripes, trained on flowers that are prepared in one way."""

    def __init__(self, right, given):
        self.given = given
        features = self.features(right.normalize(np.stack([self.resized(photo, right) for photo in DECODED])))
        self.weights = np.linalg.lstsq(features, 6.0 * np.eye(len(KINDS))[KINDS_OF] - 3, rcond=None)[0]

    @staticmethod
    def resized(photo, given):
        return resize(photo, given.height, given.width, given.resize)

    @staticmethod
    def features(batch):
        stripes = [np.asarray(part).mean(axis=(1, 2)) for part in np.array_split(batch, 3, axis=1)]
        found = np.concatenate(stripes + [batch.std(axis=(1, 2))], axis=1)
        return np.concatenate([found, np.ones([len(found), 1])], axis=1)

    def decode(self, path, kind):
        return DECODED[int(path)]

    def run(self, batch):
        logits = self.features(batch) @ self.weights
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)


def found_for(right, given=GUESS, count=120, truth=KINDS_OF):
    network = Network(right, given)
    return calibrate(network, [(str(place), "jpeg") for place in range(count)], truth[:count], "flowers")


@pytest.mark.parametrize("channels", ["rgb", "bgr"])
@pytest.mark.parametrize("words, mean, std", NORMALIZATIONS, ids=[words for words, _, _ in NORMALIZATIONS])
def test_what_a_network_was_trained_on_is_found(words, mean, std, channels):
    turn = -1 if channels == "bgr" else 1
    mean, std = (one[::turn] if isinstance(one, tuple) else one for one in (mean, std))
    right = GUESS._replace(mean=mean, std=std, channels=channels, guessed=False)
    found = found_for(right)
    assert found.why_not == "" and found.chosen.channels == channels and not found.chosen.guessed
    assert "of flowers" in found.chosen.source
    apart = np.abs(found.chosen.normalize(np.full([1, 1, 3], 90.0)) - right.normalize(np.full([1, 1, 3], 90.0))).max()
    assert apart < 0.02 * max(1.0, np.abs(right.normalize(np.zeros([1, 1, 3]))).max())


def test_what_the_graph_says_is_kept_where_photos_do_not_speak_against_it():
    right = GUESS._replace(mean=127.5, std=127.5, source="the graph", guessed=False)
    found = found_for(right, right)
    assert found.chosen == right and found.tried[0].accuracy > 0.7


def test_what_the_graph_says_is_given_up_where_photos_speak_against_it():
    found = found_for(GUESS._replace(mean=0.0, std=255.0), GUESS._replace(mean=0.0, std=1.0, guessed=False))
    assert (found.chosen.mean, found.chosen.std) == (0.0, 255.0)


def test_photos_of_another_task_cannot_tell():
    wrong = np.random.RandomState(0).permutation(KINDS_OF)
    found = found_for(GUESS._replace(mean=0.0, std=255.0), truth=wrong)
    assert "none labels better than chance" in found.why_not and found.chosen == GUESS
    assert calibration_as_json(found)["cannot_tell"] == found.why_not


def test_few_photos_cannot_tell():
    found = found_for(GUESS._replace(mean=0.0, std=255.0), count=8)
    assert found.why_not == "8 photos are too few; give 10 or more" and found.chosen == GUESS


def test_a_network_of_one_channel_may_take_dark_digits_on_light():
    gray = Preprocessing(SIZE, SIZE, 0.0, 255.0, "a guess", "gray", guessed=True)
    tried = [one for _, one in calibration.candidates(gray)]
    assert {one.channels for one in tried} == {"gray"} and (255.0, -255.0) in [(one.mean, one.std) for one in tried]
    assert all(isinstance(one.mean, float) for one in tried)


def test_a_model_without_names_has_the_folders_in_alphabetical_order():
    photos = LabelledPhotos([["0", "jpeg", "tulips"], ["1", "jpeg", "daisy"]], "flowers")
    assert classes_of(photos, None, 2, "model.tflite").tolist() == [1, 0]
    assert classes_of(photos, ["0", "1"], None, "model.tflite").tolist() == [1, 0]
    with pytest.raises(BadInput, match="no labels, and flowers has 2 classes"):
        classes_of(photos, None, 3, "model.tflite")


def test_a_label_with_letters_beyond_ascii_is_its_folder():
    assert columns_of(["Löwenzahn", "Gänseblümchen"], ["g nsebl mchen", "l wenzahn"], "graph.pb") == [1, 0]
