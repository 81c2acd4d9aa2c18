"""The tables of names and advice against TensorFlow and the tree."""

import ast
import os

from parity_tests.fixtures.commands.upgrade import SCRIPTS, found
from poets.migrate.study.lesson import ORDER
from poets.migrate.task.worker.start import project_root
from poets.migrate.upgrade.program import names
from poets.migrate.upgrade.rules import advice, lessons


class TestTables:
    def test_every_advice_and_lesson_leads_to_files_that_are_there(self):
        files = {one[1] for one in advice.BY_NAME.values()}
        files |= {path for lesson in lessons.LESSONS for path in (lesson.legacy, lesson.modern)}
        assert [path for path in files if not os.path.exists(os.path.join(project_root(), path))] == []
        assert lessons.lesson_names() == list(ORDER)  # as `poets study` has them

    def test_every_name_that_version_2_lacks_is_found(self):
        removed = names.table()["removed"]
        assert len(removed) > 30
        for name in removed:
            text = f"import tensorflow as tf\nx = {name}.y\n"
            assert [one[3] for one in found(text, "error")] == [name + ".y"], name

    def test_what_stands_for_a_private_or_contrib_name_is_there(self):
        for _, (new_name, _) in advice.SAME.items():
            assert names.look_up("tf." + new_name).state != names.GONE, new_name
        for public in advice.PUBLIC_MODULES.values():
            assert names.look_up("tf." + public).state != names.GONE, public

    def test_the_scripts_are_python(self):
        for path in SCRIPTS.glob("*.py"):
            if path.name != "python2.py":
                ast.parse(path.read_bytes())
