"""Foreign text does nothing to a terminal, a report or a spreadsheet."""

import csv
import io

import pytest
from rich.console import Console

from poets.migrate import console
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.labels import Guess, Labelled, as_csv, as_text
from poets.migrate.task.printable import csv_cell, printable

TITLE = "\x1b]0;owned\x07"
HOSTILE = [TITLE, "\x1b[2J", "\x9b31m", "a\rb", "\x08\x08", "\u202ecod.exe", "\u2066x\u2069", "\x00", "\udcff", "\x7f"]
FINE = ["daisy", "Gänseblümchen", "ひなぎく", "وردة", "a\tb\nc", "🌼", "naïve – “quoted”"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_acts_is_replaced_and_the_rest_stays_visible(text):
    shown = printable(text)
    assert "\ufffd" in shown and len(shown) == len(text)
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in shown)
    assert shown.encode("utf-8").decode("utf-8") == shown == printable(shown)


@pytest.mark.parametrize("text", FINE)
def test_names_in_any_language_stay_as_they_are(text):
    assert printable(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_messages_and_results_and_screens_are_printable(text, capsys):
    def fails():
        raise BadInput(f"--graph: {text} is odd")

    assert console.run_command(fails) == 2
    console.warn(text)
    console.write_out("-", as_text([Labelled("a.jpg", [Guess(text, 0.5)])]))
    stream = io.StringIO()
    from rich.table import Table
    from rich.tree import Tree

    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    tree = Tree(text)
    tree.add(text)
    console.screen(stream).print(text, table, tree, markup=False)
    captured = capsys.readouterr()
    for shown in (captured.out, captured.err, stream.getvalue()):
        assert shown and text not in shown and "\x1b" not in shown and "\r" not in shown


def test_the_picture_of_a_report_is_printable():
    from poets.migrate.judge.report import screen
    from poets.migrate.judge.report.page import Page

    page = Page(f"poets {TITLE}", False, TITLE, [TITLE], TITLE, [], [], TITLE, 1.0)
    if hasattr(Console, "export_svg"):  # which rich beside TensorFlow 2.6 has not
        assert "\x1b" not in screen.as_svg(page) and "\x07" not in screen.as_svg(page)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_a_label_is_no_formula_to_a_spreadsheet(text):
    rows = list(csv.reader(io.StringIO(as_csv([Labelled(text, [Guess(text, 1e-9)])]))))
    assert rows[1] == ["'" + text, "1", "'" + text, "1e-09"]
    assert csv_cell("daisy") == "daisy"
