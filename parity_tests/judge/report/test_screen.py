"""The screen keeps to its lines, whatever there is to say; -v says the rest."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parity_tests.fixtures import synthetic
from poets.migrate.judge.report import screen
from poets.migrate.judge.report.page import BAD, Case, Line, Page, Section, Table, outcome
from poets.migrate.judge.twins.page import page_of

pytest.importorskip("scipy")

REASONS = [
    "too few samples: 2 runs per side; 4 or more are needed (--rounds 2)",
    "the processor's clock fell by 23 %: too hot, or saving power",
    "other load: other programs used 97 % of the machine",
    "swapping: 4711 pages went to disk or came back; memory is short",
    "drift: modern, label one photo, ms: +31 % in the second half of the runs",
]


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return synthetic.paint(tmp_path_factory.mktemp("photos"))


def lines_of(page, verbose=False):
    """The screen's lines, of which none may be wider than 80 columns."""
    lines = screen.as_text(page, verbose=verbose).split("\n")
    assert max(map(len, lines)) <= 80
    return lines


@pytest.mark.parametrize("count", range(len(REASONS) + 1))
@pytest.mark.parametrize(
    "why", ["0.975 apart", "modern names the classes " + ", ".join(map(str, range(300)))], ids=["short", "long"]
)
def test_a_verdict_with_everything_in_it_fits_one_screen(lists, count, why):
    case = synthetic.crowded(lists, REASONS[:count], why)
    lines = lines_of(page_of(case.verdict, case.arrays))
    assert len(lines) <= 33
    text = "\n".join(lines)
    for words in (
        "NO PARITY: first difference at bottleneck",
        "training in lockstep, 40 steps: FAIL",
        "thresholds",
        "accuracy on 12 test photos, with 95 % interval: FAIL",
        "fine-tuning in lockstep",
        "probabilities differ by",
        "no attribution",
        "free training",
        "speed",
        "quill",
        "-v shows all of it",
        "Next: ",
    ):
        assert words in text
    assert ("INVALID" in text) == bool(count)
    more = " ".join(" ".join(lines_of(page_of(case.verdict, case.arrays), verbose=True)).split())
    assert all(" ".join(reason.split()) in more for reason in REASONS[:count])


@pytest.mark.parametrize("count", range(2, len(REASONS) + 1))
def test_reasons_beyond_the_first_take_no_line(lists, count):
    verdict = synthetic.agreeing(lists).verdict
    verdict = verdict._replace(free_training=None, attribution=None)
    assert verdict.speed is not None
    speed = verdict.speed._replace(reasons=REASONS[:count])
    lines = lines_of(page_of(verdict._replace(speed=speed)))
    assert len(lines) <= 33
    assert f"{count - 1} more reasons (-v)" in " ".join(" ".join(lines).split())


CASES = [Case("stage", True, "", "", "")]
WORDS = st.text(max_size=120)
SHORT = st.text(max_size=30)
LONG = st.text(max_size=2000)
ROWS = st.lists(st.lists(SHORT, min_size=4, max_size=4), max_size=20)


@st.composite
def made_tables(draw):
    return Table(draw(SHORT), draw(st.lists(SHORT, min_size=4, max_size=4)), draw(ROWS), draw(st.lists(WORDS)))


@st.composite
def made_sections(draw):
    """Any section, but for curves, which have a test of their own."""
    lines = [Line(words, BAD) for words in draw(st.lists(WORDS, max_size=12))]
    return Section(
        draw(
            st.sampled_from([lines, lines[:1], [outcome("a part", False)] + lines, [outcome("a part", True)] + lines])
        ),
        draw(st.none() | WORDS.map(Line)),
        draw(st.none() | made_tables()),
        draw(st.none() | made_tables()),
        rank=draw(st.integers(0, 4)),
    )


@st.composite
def made_pages(draw):
    sides, sections = draw(st.lists(WORDS)), draw(st.lists(made_sections(), max_size=14))
    return Page(draw(SHORT), draw(st.booleans()), draw(LONG), sides, draw(WORDS), sections, CASES, draw(WORDS), 1.0)


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(made_pages())
def test_any_page_fits_one_screen(page):
    text = screen.as_text(page)
    assert text.count("\n") <= screen.LINES
    assert screen.as_text(page, verbose=True)


def test_what_failed_is_shown_whole_before_the_rest():
    def section(name, passed):
        return Section([outcome(name, passed)] + [Line(f"  {name} {place}") for place in range(10)])

    sections = [section("first", True), section("second", True), section("third", False)]
    text = screen.as_text(Page("poets parity", False, "", [], "", sections, CASES, "Next: look.", 1.0))
    assert "third 9" in text and "first 9" in text and "second 0" not in text and "second: ok" in text
    assert "-v shows all of it" in text


def test_a_long_table_shows_how_it_begins_and_ends():
    table = Table("Epochs", ["epoch", "loss"], [[str(epoch), "0.1"] for epoch in range(30)], [])
    page = Page("poets parity", True, "", [], "", [Section(on_screen=table)], CASES, "", 1.0)
    shown = [line.split()[0] for line in screen.as_text(page).splitlines() if line.endswith(("0.1", "..."))]
    assert shown == ["0", "1", "2", "3", "...", "25", "26", "27", "28", "29"]
    assert "17" in screen.as_text(page, verbose=True)
    assert "17" in screen.as_text(page._replace(cases=[]))  # a sweep is its table
