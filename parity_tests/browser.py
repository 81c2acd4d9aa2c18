"""A headless Chromium for tests of the HTML reports."""

import html
import json
import os
import re
import shutil
import subprocess

import pytest


def chromium():
    """A headless browser's command; a skip by name where there is none, a failure under POETS_REQUIRE_CHROMIUM=1."""
    found = os.environ.get("POETS_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if found is None and os.environ.get("POETS_REQUIRE_CHROMIUM") == "1":
        pytest.fail("no Chromium, and POETS_REQUIRE_CHROMIUM=1 allows no skip")
    if found is None:
        pytest.skip("no Chromium on the PATH, and POETS_CHROMIUM names none")
    return found


def browse(folder, name, text, *flags):
    """Open a page and give (its DOM, what the browser logged)."""
    (folder / name).write_text(text, encoding="utf-8")
    run = subprocess.run(
        [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--hide-scrollbars", "--enable-logging=stderr", "--user-data-dir=%s" % (folder / "profile")] + list(flags)
        + ["file://%s" % (folder / name)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert run.returncode == 0, run.stderr.decode("utf-8", "replace")
    return run.stdout.decode("utf-8"), run.stderr.decode("utf-8", "replace")


MEASURE = """<script>addEventListener("load", function () { parent.document.title = JSON.stringify({
  wide: document.documentElement.scrollWidth, view: innerWidth,
  broken: Array.from(document.images).filter(function (image) { return !image.naturalWidth; }).length,
  flat: Array.from(document.querySelectorAll("svg[role]")).filter(function (svg) {
    return svg.getBoundingClientRect().height < 50; }).length,
  headings: Array.from(document.querySelectorAll("h2")).map(function (part) { return part.textContent; }) }); });
</script>"""


def measure(folder, page, width):
    """What a browser makes of a page in a window of a width: its headings, how wide it is, what is broken or flat."""
    measured = re.sub(r"<meta http-equiv[^>]*>", MEASURE, page)
    # in a frame, as the browser's own window is 500 pixels wide at least
    frame = '<!DOCTYPE html><title></title><iframe style="width: %dpx; height: 900px; border: 0" srcdoc="%s"></iframe>'
    dom, _ = browse(folder, "measured.html", frame % (width, html.escape(measured)), "--dump-dom")
    return json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom).group(1)))
