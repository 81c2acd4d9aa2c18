"""No file stops `poets upgrade`: it is named, and the others go on; and nothing is written outside the folder."""

import json
import os

import pytest

from poets.migrate import cli

GOOD = "import tensorflow as tf\nx = tf.placeholder(tf.float32)\n"
ODD = {
    "rot13.py": "# coding: rot13\nimport tensorflow as tf\n",
    "hex.py": "# coding: hex\nimport tensorflow as tf\n",
    "punycode.py": "# coding: punycode\nimport tensorflow as tf\n",
    "undefined.py": "# coding: undefined\nimport tensorflow as tf\n",
    "unknown.py": "# coding: klingon\nimport tensorflow as tf\n",
    "numbers.ipynb": '{"cells": [1, "a", null], "nbformat": 4}',
    "no_text.ipynb": '{"cells": [{"cell_type": "code", "source": 7}], "nbformat": 4}',
    "lines_of_numbers.ipynb": '{"cells": [{"cell_type": "code", "source": [1, 2]}], "nbformat": 4}',
    "object.ipynb": '{"cells": {"a": 1}, "nbformat": 4}',
    "no_type.ipynb": '{"cells": [{"source": []}], "nbformat": 4}',
    "list.ipynb": "[]",
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_an_odd_file_is_named_and_the_others_go_on(tmp_path, capsys, name):
    (tmp_path / name).write_text(ODD[name])
    (tmp_path / "good.py").write_text(GOOD)
    assert cli.main(["upgrade", str(tmp_path), "--in-place", "-q"]) == 2
    err = capsys.readouterr().err
    assert [line for line in err.splitlines() if name in line] and "Traceback" not in err
    assert "compat.v1" in (tmp_path / "good.py").read_text()
    assert (tmp_path / name).read_text() == ODD[name]


def test_a_file_that_breaks_a_rule_of_ours_is_named_and_the_others_go_on(tmp_path, capsys, monkeypatch):
    from poets.migrate.upgrade.rewriting import files

    real = files.analyse

    def breaks(text):
        if "broken" in text:
            raise KeyError("a rule of ours")
        return real(text)

    monkeypatch.setattr(files, "analyse", breaks)
    (tmp_path / "a.py").write_text("broken = 1\n")
    (tmp_path / "b.py").write_text(GOOD)
    assert cli.main(["upgrade", str(tmp_path), "--in-place", "-q"]) == 2
    assert "a.py: cannot be analysed: KeyError" in capsys.readouterr().err
    assert "compat.v1" in (tmp_path / "b.py").read_text()


@pytest.mark.parametrize("folder", [False, True])
def test_in_place_does_not_follow_a_link_out_of_the_folder(tmp_path, capsys, folder):
    scripts, elsewhere = tmp_path / "scripts", tmp_path / "elsewhere"
    scripts.mkdir()
    elsewhere.mkdir()
    (elsewhere / "theirs.py").write_text(GOOD)
    (scripts / "ours.py").write_text(GOOD)
    (scripts / "link.py").symlink_to(os.path.join("..", "elsewhere", "theirs.py"))
    given = [str(scripts), str(elsewhere)] if folder else [str(scripts)]
    code = cli.main(["upgrade"] + given + ["--in-place", "-q"])
    if folder:  # given, so it is not outside
        assert code == 0 and "compat.v1" in (elsewhere / "theirs.py").read_text()
        return
    err = capsys.readouterr().err
    assert code == 2 and str(scripts / "link.py") in err and "out of the given folders" in err
    assert (elsewhere / "theirs.py").read_text() == (scripts / "ours.py").read_text() == GOOD


def test_thousands_of_changed_lines_are_counted_not_compared(tmp_path, capsys):
    lines = "".join(f"x{place} = tf.placeholder(tf.float32, name='{place % 7}')\n" for place in range(12000))
    changed = "".join(f"y{place} = tf.contrib.layers.xavier_initializer()\n" for place in range(12000))
    (tmp_path / "a.py").write_text("import tensorflow as tf\n" + lines + changed)
    cli.main(["upgrade", str(tmp_path), "--json", str(tmp_path / "report.json")])
    assert "lines to change" in capsys.readouterr().out
    assert json.loads((tmp_path / "report.json").read_text())
