"""`--html`: one page that needs nothing else, the same for the same run, and whole in a browser."""

import base64
import html
import html.parser
import io
import re
from typing import Dict, List
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from parity_tests.fixtures import browser, synthetic
from poets.migrate.judge.compare import confusion
from poets.migrate.judge.report import charts, html_page, thumbnails
from poets.migrate.judge.twins import command
from poets.migrate.task.errors import BrokenEnvironment

pytest.importorskip("scipy")
pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")

SECTIONS = [
    "Stages",
    "Training",
    "Thresholds",
    "Accuracy",
    "Attribution",
    "Free training",
    "Classes",
    "Speed",
    "Photos named differently",
    "Photos named differently after free training",
]
VOID = {"meta", "br", "img", "link", "hr", "input"}


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return synthetic.paint(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def differing(lists):
    return synthetic.differing(lists)


@pytest.fixture(scope="module")
def page(differing):
    return synthetic.as_html(*differing)


class Reader(html.parser.HTMLParser):
    """What a page holds; a tag that is closed in the wrong place is an error."""

    def __init__(self, text):
        super().__init__()
        self.open: List[str] = []
        self.ids: List[str] = []
        self.images: List[Dict[str, str]] = []
        self.links: List[str] = []
        self.headings: List[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), f"an attribute twice in {tag}"
        self.note(tag, given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.note(tag, dict(attributes))

    def note(self, tag, given):
        self.ids.extend([given["id"]] if "id" in given else [])
        self.links.extend(given[name] for name in ("src", "href", "xlink:href", "srcset", "data") if name in given)
        if tag == "img":
            self.images.append(given)
        assert tag not in ("script", "link", "iframe", "object")
        assert not [name for name in given if name.startswith("on")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open and self.open[-1] == "h2":
            self.headings.append(text)


def svgs(page):
    return re.findall(r"<svg.*?</svg>", page, re.DOTALL)


def test_the_page_has_every_section_and_closes_every_tag(page):
    found = Reader(page)
    assert page.startswith("<!DOCTYPE html>\n")
    assert found.headings == SECTIONS
    assert len(found.ids) == len(set(found.ids))


def test_the_page_needs_nothing_from_outside(page):
    for link in Reader(page).links:
        assert link.startswith(("data:", "#"))
    inside = re.sub(r'xmlns(:xlink)?="[^"]*"', "", page)
    assert "http" not in inside.replace("http-equiv", "") and "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_the_same_run_gives_the_same_page(differing, page):
    assert synthetic.as_html(*differing) == page


def test_every_picture_can_be_decoded_and_has_words(page):
    images = Reader(page).images
    assert images
    for image in images:
        kind, data = image["src"].split(",", 1)
        assert kind == "data:image/jpeg;base64" and image["alt"]
        with Image.open(io.BytesIO(base64.b64decode(data))) as photo:
            photo.load()
            assert max(photo.size) == thumbnails.SIDE
    drawn = svgs(page)
    assert len(drawn) == 7  # three stages with arrays, two of the losses, two metrics
    for svg in drawn:
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img" and root.get("aria-label") and "currentColor" in svg
        assert "#010203" not in svg


def test_class_names_and_paths_are_shown_and_not_read_as_html(page):
    assert "&lt;b&gt;&amp;daisy" in page and "<b>&daisy" not in page
    assert "photo &lt;" in page and "\x07" not in page
    assert re.search(r"legacy: [^<]*, \d+\.\d %<br>modern: [^<]*, \d+\.\d %", page)


def test_a_photo_that_cannot_be_read_is_named_all_the_same(differing):
    gone = differing.lists._replace(
        photos=[photo._replace(path=photo.path + ".gone") for photo in differing.lists.photos]
    )
    page = synthetic.as_html(differing.verdict._replace(free_training=None), differing.arrays, gone)
    assert "cannot be read here" in page and not Reader(page).images
    assert "co.jpg.gone" in page or "co.png.gone" in page


def test_many_photos_are_cut_and_counted(differing, monkeypatch):
    monkeypatch.setattr(html_page, "MOST_PHOTOS", 2)
    every = differing.verdict.accuracy._replace(disagreeing=list(range(synthetic.TEST)))
    page = synthetic.as_html(
        differing.verdict._replace(accuracy=every, free_training=None), differing.arrays, differing.lists
    )
    assert len(Reader(page).images) == 2 and f"And {synthetic.TEST - 2} more." in page


def test_agreeing_twins_have_no_photos_to_show(lists):
    page = synthetic.as_html(*synthetic.agreeing(lists))
    assert page.count("None: every photo is named alike.") == 2 and not Reader(page).images


def test_nan_is_counted_in_words_and_not_drawn(lists):
    page = synthetic.as_html(*synthetic.hopeless(lists))
    Reader(page)
    assert "144 differences are NaN or infinite" in page and "on 40 it is NaN or infinite" in page


def test_what_was_not_measured_has_no_section(differing):
    bare = differing.verdict._replace(accuracy=None, speed=None, free_training=None, attribution=None, judged=())
    assert Reader(synthetic.as_html(bare, differing.arrays, differing.lists)).headings == ["Stages", "Training"]


@pytest.mark.parametrize(
    "gaps, words",
    [
        ([0.0, 0.0], "100.0 % of 2 values are equal; 0.001 is allowed"),
        ([0.0, 1e-300], "50.0 % of 2 values are equal, the others differ by 1e-300 to 1e-300"),
        ([1.0], "0.0 % of 1 values are equal"),
        ([np.nan, np.inf], "2 differences are NaN or infinite"),
        ([], "of 0 values"),
    ],
)
def test_a_histogram_says_what_it_shows(gaps, words):
    found = charts.errors("logits", np.array(gaps, np.float64), 0.001)
    assert words in found.words
    assert bool(found.svg) == bool(np.isfinite(gaps).any() if gaps else False)


def test_a_single_step_that_differs_is_seen_among_thousands():
    curves = {"legacy": np.ones(4000), "modern": np.ones(4000)}
    assert charts.loss_gaps(curves).svg == ""
    curves["modern"][1234] = 1.5
    found = charts.loss_gaps(curves)
    assert "on 3999 of 4000 steps there is none" in found.words
    assert len(re.findall(r"<use [^>]*fill: ?%s" % charts.DIFFERING, found.svg)) == 1


def test_other_counts_of_steps_are_said():
    assert "other counts of steps" in charts.loss_gaps({"legacy": np.ones(3), "modern": np.ones(2)}).words


def test_confusions_count_the_answers():
    found = confusion.count(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), ["a", "b", "c"])
    assert found.counts.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert confusion.most_confused([found], 2) == [0, 1]
    few = confusion.only(found, [0, 2])
    assert few.labels == ["a", "c"] and few.counts.tolist() == [[1, 0], [1, 0]]


def test_without_the_extra_it_is_said_what_to_install(without_jinja):
    with pytest.raises(BrokenEnvironment, match=r"No module named 'jinja2'.*install poets-migrate\[report\]") as caught:
        html_page.check_installed()
    assert caught.value.exit_code == 3 and "\n" not in str(caught.value)
    with pytest.raises(BrokenEnvironment):  # before any photo is looked at
        command.parity(command.make_parser().parse_args(["--html", "report.html", "--image_dir", "nowhere"]))


@pytest.mark.parametrize("width", [1200, 390])
def test_a_browser_shows_every_section_and_picture_and_needs_no_sideways_scrolling(page, tmp_path, width):
    found = browser.measure(tmp_path, page, width)
    assert found["headings"] == SECTIONS
    assert found["broken"] == found["flat"] == 0
    assert found["wide"] <= found["view"] == width


def test_a_browser_finds_nothing_to_complain_of(page, tmp_path):
    dom, log = browser.browse(tmp_path, "page.html", page, "--dump-dom")
    assert "CONSOLE" not in log, log
    assert "NO PARITY" in dom and dom.count("<svg") == 7
    outside = page.replace("<main>", '<main><img src="http://127.0.0.1:9/a" alt="">')
    _, log = browser.browse(tmp_path, "refused.html", outside, "--dump-dom")
    assert "CONSOLE" in log and "Content Security Policy" in log  # so a complaint would have been seen


@pytest.mark.parametrize("scheme, light", [("0", False), ("1", True)])
def test_the_page_can_be_read_in_light_and_dark(page, tmp_path, scheme, light):
    picture = tmp_path / "page.png"
    browser.browse(
        tmp_path,
        "page.html",
        page,
        "--blink-settings=preferredColorScheme=" + scheme,
        "--window-size=1200,1600",
        f"--screenshot={picture}",
    )
    with Image.open(str(picture)) as shown:
        grey = np.asarray(shown.convert("L"), np.float64)
    assert (grey[-5:, :5].mean() > 128) == light
    contrast = np.abs(grey - grey[0, 0])
    assert contrast.max() > 180 and 0.005 < (contrast > 60).mean() < 0.5
