"""Photos that are no ordinary files are named, not left out; turned ones are used as stored, with one warning."""

import io
import os
from typing import List

import pytest
from PIL import Image

from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.labels import find_photos
from poets.migrate.task.photos.exif import orientation
from poets.migrate.task.photos.survey import survey


def saved(kind="JPEG", turned=None):
    image, file = Image.new("RGB", (8, 6), (10, 200, 30)), io.BytesIO()
    exif = Image.Exif()
    if turned is not None:
        exif[0x0112] = turned
    image.save(file, kind, exif=exif)
    return file.getvalue()


@pytest.fixture
def photos(tmp_path):
    for name in ("a", "b"):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(3):
            (folder / f"{number}.jpg").write_bytes(saved())
    return tmp_path / "photos"


def put_odd(folder):
    (folder / "dangling.jpg").symlink_to("nowhere.jpg")
    (folder / "circle.jpg").symlink_to("circle.jpg")
    os.mkfifo(str(folder / "pipe.jpg"))
    return ("dangling.jpg", "circle.jpg", "pipe.jpg")


def test_the_survey_names_what_is_no_ordinary_file(photos):
    odd = put_odd(photos / "a")
    said: List[str] = []
    found = survey(str(photos), 0, 0, "skip", said.append)
    assert len(found.lists.photos) == 6 and len(found.bad) == 3
    for name in odd:
        assert [line for line in said if name in line and line.endswith("; skipped")]
    with pytest.raises(BadInput, match="dangling.jpg|circle.jpg|pipe.jpg"):
        survey(str(photos), 0, 0, "fail", said.append)


def test_label_names_what_is_no_ordinary_file(photos):
    odd = put_odd(photos / "a")
    said: List[str] = []
    assert len(find_photos([str(photos)], "skip", said.append)) == 6
    for name in odd:
        assert [line for line in said if name in line]


def test_a_link_in_the_place_of_a_folder_is_named(photos):
    (photos / "c").symlink_to("nowhere")
    (photos / "d").symlink_to("a")
    said: List[str] = []
    assert len(survey(str(photos), 0, 0, "skip", said.append).lists.photos) == 9  # a class may be a link
    assert [line for line in said if "'c' is a link that leads to nothing" in line]
    said.clear()
    assert len(find_photos([str(photos)], "skip", said.append)) == 6
    assert [line for line in said if line.startswith(str(photos / "d")) and "not followed" in line]


def test_turned_photos_get_one_warning(photos):
    for number, turned in enumerate((6, 3)):
        (photos / "a" / f"{number}.jpg").write_bytes(saved(turned=turned))
    (photos / "a" / "2.jpg").write_bytes(saved(turned=1))
    said: List[str] = []
    survey(str(photos), 0, 0, "fail", said.append)
    assert [line for line in said if line.startswith("2 photos are stored turned (EXIF orientation)")]
    said.clear()
    assert len(find_photos([str(photos)], "fail", said.append)) == 6
    assert len(said) == 1 and "0.jpg" in said[0]


@pytest.mark.parametrize("turned", range(1, 9))
def test_the_orientation_is_read(turned):
    assert orientation(saved(turned=turned)) == turned


def test_nonsense_is_upright():
    assert orientation(b"") == orientation(saved("PNG")) == orientation(saved()) == 1
    whole = saved(turned=6)
    for length in range(len(whole)):
        assert orientation(whole[:length]) in (1, 6)
    for place in range(60):
        assert 1 <= orientation(whole[:place] + b"\xff" + whole[place + 1 :]) <= 8


def test_label_goes_by_the_content_as_tensorflow_does(photos):
    (photos / "a" / "0.jpg").write_bytes(saved("PNG"))
    assert dict(find_photos([str(photos)], "fail", lambda line: None))[str(photos / "a" / "0.jpg")] == "png"
    with pytest.raises(BadInput, match="mislabelled"):
        survey(str(photos), 0, 0, "fail", lambda line: None)
