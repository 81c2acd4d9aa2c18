"""The commands of the ``console`` blocks of README.md and docs/ are run, page by page, as a reader would type them.

Each page has a folder of its own, with the files that it speaks of. What cannot be run on a plain machine without
network is named in `fixtures/commands/page_commands.py`, with the reason. The ``sh`` blocks are in test_readme.py.
"""

import os
import re
from collections import Counter

import pytest

from parity_tests.fixtures.commands import page_commands
from parity_tests.fixtures.commands.page_commands import COMMANDS, UNRUN, Shell, row_of, typed
from parity_tests.fixtures.commands.page_files import FILES, write_files
from parity_tests.project.pages import PAGES
from poets.migrate.task.worker.start import project_root

HEAVY = ("README.md", "docs/lab.md", "docs/judge.md", "docs/port.md")
LIGHT = ("docs/upgrade.md", "docs/trust.md", "docs/study.md", "docs/tx2.md")


def type_page(page, tmp_path):
    """Type a page's commands, in order; gives the folder."""
    (tmp_path / "folder").mkdir()
    shell = Shell(tmp_path / "folder", tmp_path / "programs")
    write_files(page, shell)
    for command in typed("console", page):
        shell.type(command)
    return shell.folder


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("page", HEAVY)
def test_the_long_commands_end_as_the_page_says(page, tmp_path):
    type_page(page, tmp_path)


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("page", LIGHT)
def test_the_commands_end_as_the_page_says(page, tmp_path):
    folder = type_page(page, tmp_path)
    if page == "docs/trust.md":
        assert (folder / "written.txt").read_text() == "!"  # the second command was allowed to
    if page == "docs/tx2.md":
        assert "VDD_IN 3177/3177" in (folder / "run.log").read_text()
    if page == "docs/upgrade.md":
        assert sorted(os.listdir(str(folder / "upgraded"))) == sorted(os.listdir(str(folder / "scripts")))


def test_every_command_is_run_or_named_with_what_it_needs():
    assert sorted(HEAVY + LIGHT) == sorted({command.page for command in typed("console")})
    assert set(FILES) <= set(HEAVY + LIGHT)
    named = Counter(row_of(command) for command in COMMANDS)
    assert [(row.pattern, named[row]) for row in UNRUN] == [(row.pattern, row.lines) for row in UNRUN]
    assert named[None] >= 55


def test_a_new_command_is_run_or_named():
    more = page_commands.commands_of(PAGES[0]._replace(text="```console\npoets new thing   # why\n```\n"))
    assert [(one.line, row_of(one)) for one in more] == [("poets new thing", None)]


def test_every_block_is_of_a_kind_that_is_run():
    for page in PAGES:
        fences = re.findall(r"^ *(```.*|~~~.*)$", page.text, re.MULTILINE)
        assert set(fences[0::2]) <= {"```sh", "```console", "```python"}, page.path
        assert set(fences[1::2]) <= {"```"}, page.path


def test_what_is_said_of_a_command_is_said_of_one_that_is_there():
    lines = {command.line for command in COMMANDS if row_of(command) is None}
    assert set(page_commands.UNTIL_CTRL_C) | set(page_commands.NOT_ZERO) <= lines
    for name in re.findall(r"\w+/(?:\w+/)?test_\w+\.py", "\n".join(row.why for row in UNRUN)):
        assert os.path.exists(os.path.join(project_root(), "parity_tests", name)), name
