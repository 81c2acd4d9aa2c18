"""`poets study --html`: one page that needs nothing else, whole in a browser on a desk and on a phone."""

import html.parser
import os
import re
from typing import List

import pytest

pytest.importorskip("jinja2")

from parity_tests.fixtures import browser  # noqa: E402
from poets.migrate.study import (
    command,  # noqa: E402
    homework,  # noqa: E402
    study_html,  # noqa: E402
)
from poets.migrate.study import lesson as lessons  # noqa: E402
from poets.migrate.task.errors import BrokenEnvironment  # noqa: E402

VOID = {"meta", "br", "hr"}


class Reader(html.parser.HTMLParser):
    """What a page holds; a tag that is closed in the wrong place is an error."""

    def __init__(self, text):
        super().__init__()
        self.open: List[str] = []
        self.ids: List[str] = []
        self.links: List[str] = []
        self.code, self.details = "", 0
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert tag not in ("script", "link", "iframe", "object", "img")
        assert not [name for name in given if name.startswith("on") or name == "src"]
        self.ids.extend([given["id"]] if "id" in given else [])
        self.links.extend([given["href"]] if "href" in given else [])
        self.details += tag == "details"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        if "pre" in self.open:
            self.code += text


@pytest.fixture(scope="module")
def page():
    return study_html.render(None)


def test_every_anchor_leads_somewhere_and_nothing_comes_from_outside(page):
    found = Reader(page)
    assert len(found.ids) == len(set(found.ids))
    assert found.links and all(link.startswith("#") and link[1:] in found.ids for link in found.links)
    assert {link[1:] for link in found.links} == set(lessons.names()) | {"homework"}
    assert "http://" not in page and "url(" not in page


def test_it_has_every_lesson_its_code_and_the_homework(page):
    found = Reader(page)
    for name in lessons.names():
        for one in lessons.read(name).breaks:
            assert one.code in found.code and one.outcome in found.code
    assert "return tf.squeeze(tf.image.resize_bilinear(batch, tf.stack(sides)), [0])" in found.code
    assert found.details == sum(len(lessons.read(name).questions) for name in lessons.names())
    assert all(f"question-{one.number}" in found.ids for one in homework.QUESTIONS)
    assert "study:" not in found.code
    assert "<code></code>" not in page  # as two backquotes of a docstring would give


def test_one_lesson_alone_a_step_and_the_questions(tmp_path, capsys):
    target = tmp_path / "page.html"
    for name, there in (("resize", "resize"), ("head", "head"), ("questions", "homework")):
        assert command.main([name, "--html", str(target)]) == 0
        ids = Reader(target.read_text(encoding="utf-8")).ids
        assert [one for one in ids if not one.startswith("question-")] == [there]
    assert f"written: {target}" in capsys.readouterr().err
    assert command.main(["resize", "--html", "-"]) == 0
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


def test_without_the_extra_it_is_said_what_to_install(without_jinja, capsys):
    with pytest.raises(BrokenEnvironment, match=r"No module named 'jinja2'.*install poets-migrate\[report\]"):
        study_html.check_installed()
    assert command.main(["--html", "page.html"]) == 3
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1 and not os.path.exists("page.html")


@pytest.mark.parametrize("width", [1200, 390])
def test_a_browser_shows_it_and_needs_no_sideways_scrolling(page, tmp_path, width):
    found = browser.measure(tmp_path, page, width)
    names = [heading.split(":")[0] for heading in found["headings"]]
    assert names == lessons.names() + ["questions"]
    assert found["wide"] <= found["view"] == width


COUNT = """<script>addEventListener("load", function () { document.title = JSON.stringify({
  side: Array.from(document.querySelectorAll(".twins")).filter(function (twins) {
    return twins.children[0].offsetTop === twins.children[1].offsetTop; }).length,
  all: document.querySelectorAll(".twins").length,
  lost: Array.from(document.querySelectorAll("a")).filter(function (link) {
    return !document.querySelector(link.getAttribute("href")); }).length }); });
</script>"""


@pytest.mark.parametrize("width, side_by_side", [(1400, True), (500, False)])
def test_the_twins_are_side_by_side_where_there_is_room(page, tmp_path, width, side_by_side):
    counted = re.sub(r"<meta http-equiv[^>]*>", COUNT, page)
    dom, _ = browser.browse(tmp_path, "page.html", counted, "--dump-dom", f"--window-size={int(width)},900")
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title is not None, dom
    found = title.group(1)
    [count] = [int(digits) for digits in re.findall(r'"all":(\d+)', found)]
    assert count > 30 and '"lost":0' in found
    assert '"side":%d,' % (count if side_by_side else 0) in found


def test_a_browser_finds_nothing_to_complain_of(page, tmp_path):
    dom, log = browser.browse(tmp_path, "page.html", page, "--dump-dom")
    assert "CONSOLE" not in log, log
    assert dom.count("<details") == page.count("<details")
