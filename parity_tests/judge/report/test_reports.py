"""One verdict in every report: the same figures, and nothing that a class name could break."""

import html
import io
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from parity_tests.fixtures import synthetic, tiny
from parity_tests.fixtures import twins_text as screen
from poets.migrate.judge.flags import REPORTS
from poets.migrate.judge.report import junit as report_junit
from poets.migrate.judge.report import markdown as report_markdown
from poets.migrate.judge.report import speed_lines
from poets.migrate.judge.report.figures import number, share, share_with_interval
from poets.migrate.judge.report.sparkline import Curves
from poets.migrate.judge.twins import command, record, verdict_words
from poets.migrate.judge.twins.page import page_of
from poets.migrate.task.errors import BadInput
from poets.migrate.task.printable import printable
from poets.migrate.task.stages import STAGES

pytest.importorskip("scipy")

CASES = ("agreeing", "differing", "hopeless")


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return synthetic.paint(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module", params=CASES)
def case(request, lists):
    return getattr(synthetic, request.param)(lists)


def figures(found):
    """What every report must show, from the JSON: words, each with the JSON's figures in them."""
    words = ["PARITY" if found["verdict"] == "parity" else "NO PARITY"]
    for one in list(found["stages"].values()) + [found["training"]["losses"], found["training"]["weights"]]:
        words.append(number(one["max_abs"]))
        words.append(number(one["tolerance"]))
    scored = found["accuracy"]
    words.extend(share_with_interval(scored[twin], scored[twin + "_interval"]) for twin in ("legacy", "modern"))
    return words + [share(scored["top1_agreement"])]


def check_all_hold(found, console, page, markdown, junit):
    """Every report's text has the JSON's figures, once what its format escapes is undone."""
    root = ElementTree.fromstring(junit.encode("utf-8"))
    texts = {
        "console": console,
        "html": html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<body>") :])),
        "markdown": re.sub(r"\\(.)", r"\1", markdown),
        "junit": "\n".join(list(root.itertext()) + [value for part in root.iter() for value in part.attrib.values()]),
    }
    for name, text in texts.items():
        missing = [words for words in figures(found) if words not in text]
        assert not missing, f"{name} lacks {missing}"
        assert ("NO PARITY" in text) == (found["verdict"] == "no parity"), name


def test_the_figures_are_the_same_in_every_report(case):
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    verdict = case.verdict
    found = json.loads(json.dumps(record.as_json(verdict), allow_nan=False))
    check_all_hold(
        found,
        screen.as_text(verdict, width=200),
        synthetic.as_html(*case),
        report_markdown.render(page_of(verdict)),
        report_junit.render(page_of(verdict)),
    )


@pytest.mark.tensorflow
def test_a_real_run_writes_them_all(tiny_task, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    files = {flag: tmp_path / ("report." + flag) for flag in REPORTS}
    flags = [word for flag, path in files.items() for word in ("--" + flag, str(path))]
    code, out, err = tiny.parity(
        tiny_task,
        "--rounds",
        "1",
        *flags,
    )
    assert code == 0, err
    written = {flag: path.read_text(encoding="utf-8") for flag, path in files.items()}
    found = json.loads(written["json"])
    check_all_hold(found, out, written["html"], written["markdown"], written["junit"])
    curves = [line.split()[1] for line in out.splitlines() if line.startswith(("  legacy ", "  modern "))][:2]
    assert len(curves[0]) == min(found["training"]["steps"], 60) and curves[0] == curves[1]
    assert written["svg"].startswith("<svg")
    assert len(found["speed"]["label_ms"]["sides"]["legacy"]["values"]) == 32  # 16 photos in each of 2 runs


@pytest.mark.parametrize("flag", REPORTS)
def test_a_report_that_could_not_be_written_is_said_before_any_work(flag, tmp_path):
    if flag == "html":
        pytest.importorskip("matplotlib")
        pytest.importorskip("jinja2")
    with pytest.raises(BadInput, match=f"--{flag}: .* is a folder already"):
        command.parity(command.make_parser().parse_args(["--" + flag, str(tmp_path)]))


def test_the_table_of_speed_is_the_consoles(case):
    text = " ".join(screen.as_text(case.verdict, width=200).split())
    for row in speed_lines.speed_table(case.verdict.speed).rows:
        assert " ".join(row) in text


def test_a_table_has_as_many_cells_as_columns_everywhere(case):
    for table in page_of(case.verdict).tables:
        assert table.rows and {len(row) for row in table.rows} == {len(table.columns)}, table.title


def test_junit_names_every_part_and_the_reasons_of_failures(case):
    root = ElementTree.fromstring(report_junit.render(page_of(case.verdict)).encode("utf-8"))
    cases = {found.get("name"): found for found in root.iter("testcase")}
    assert list(cases)[:1] == ["labels"] and set(case.verdict.stages) | {"training", "accuracy"} <= set(cases)
    for name, stage in case.verdict.stages.items():
        failure = cases[name].find("failure")
        assert (failure is None) == stage.passed
        assert failure is None or failure.get("message") == failure.text == stage.why
    for suite in [root] + list(root):
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == len(list(root.iter("failure")))
        assert suite.get("time") == "12.345"


def test_junit_says_that_there_was_nothing_to_test_on(lists):
    verdict = synthetic.agreeing(lists).verdict._replace(accuracy=None)
    root = ElementTree.fromstring(report_junit.render(page_of(verdict)).encode("utf-8"))
    assert root.get("skipped") == "1" and root.get("failures") == "0"
    skipped = root.find(".//testcase[@name='accuracy']/skipped")
    assert skipped is not None and skipped.get("message") == "there are no test photos"


def test_junit_puts_wrong_labels_on_labels(lists):
    verdict = synthetic.agreeing(lists).verdict._replace(
        parity=False, first_difference="labels", why=f"modern names the classes {', '.join(synthetic.LABELS)}"
    )
    text = report_junit.render(page_of(verdict))
    failure = ElementTree.fromstring(text.encode("utf-8")).find(".//testcase[@name='labels']/failure")
    assert failure is not None and failure.text == printable(verdict.why)
    assert "<b>&daisy" in failure.text and "\x07" not in text


def test_markdown_keeps_any_class_name_in_one_cell(lists):
    verdict = synthetic.agreeing(lists).verdict._replace(
        parity=False, first_difference="labels", why=f"modern names the classes {', '.join(synthetic.LABELS)}"
    )
    lines = report_markdown.render(page_of(verdict)).splitlines()
    assert lines[0] == "### poets parity"
    assert r"\<b\>\&daisy" in lines[2] and r"\| or not" in lines[2]
    tables = re.findall(r"(?:^\|.*\n)+", "\n".join(lines), re.MULTILINE)
    assert len(tables) >= 5
    for table in tables:
        rows = [re.split(r"(?<!\\)\|", row) for row in table.strip().split("\n")]
        assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("text", ["a|b", "a\nb", "`x`", "<script>", "[a](b)", "\\|", "~~a~~", "#1", "a*b*_c_"])
def test_markdown_escapes_what_it_would_read(text):
    escaped = report_markdown.escape(text)
    assert "\n" not in escaped
    assert re.sub(r"\\(.)", r"\1", escaped) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[|`<\[*_~#]", escaped)


def test_next_is_said_for_everything_that_can_be_first(lists):
    verdict = synthetic.differing(lists).verdict
    for first in ("labels", "training", "accuracy") + STAGES:
        assert verdict_words.next_step(verdict._replace(first_difference=first)).startswith("Next: ")


def curves(encoding, losses):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    Console(file=stream, width=80, color_system=None).print(Curves(losses))
    stream.flush()
    return raw.getvalue().decode(encoding).splitlines()


def test_the_console_draws_both_losses_on_one_scale():
    losses = {"legacy": np.linspace(2, 1, 300), "modern": np.linspace(2, 0, 300)}
    lines = curves("utf-8", losses)
    assert len(lines) == 2
    legacy, modern = (line.split()[1] for line in lines)
    assert len(legacy) == len(modern) == 60
    assert legacy[0] == modern[0] == "█" and legacy[-1] in "▄▅" and modern[-1] == "▁"
    assert lines[0].endswith(" to 1") and lines[1].endswith(" to 0")


@pytest.mark.parametrize("last", [0.39, 1.234e-5, 1.2e-30, 1e9, 1e30, np.inf])
def test_a_curve_with_its_last_loss_fits_80_columns(last):
    for line in curves("utf-8", {"legacy": np.array([2.0, last] * 99), "modern": np.full(300, last)}):
        assert len(line) <= 80


def test_a_console_without_blocks_gets_ascii_and_nan_is_a_gap():
    lines = curves("ascii", {"legacy": np.array([3.0, 1.0]), "modern": np.array([3.0, np.nan])})
    assert lines[0].split()[1] == "@." and lines[1].split()[1] == "@"


def test_no_steps_draw_nothing():
    assert [line.split() for line in curves("utf-8", {"legacy": np.zeros(0), "modern": np.zeros(0)})] == [
        ["legacy"],
        ["modern"],
    ]
