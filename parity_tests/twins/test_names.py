"""Files whose names are not UTF-8, as an archive from another system leaves them."""

import os
import shutil
import sys

import pytest

from parity_tests.fixtures import tiny
from poets.migrate.cli import main

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="file names are any bytes on Linux only"),
]


@pytest.mark.parametrize("twin", tiny.TWINS)
def test_photos_whose_names_are_not_utf8(tiny_task, tmp_path, twin, capfd):
    shutil.copytree(str(tiny_task), str(tmp_path / "task"))
    folder = sorted(found for found in (tmp_path / "task" / "photos").iterdir() if found.is_dir())[0]
    photo = sorted(folder.glob("*.jpg"))[0]
    odd = os.path.join(os.fsencode(str(folder)), b"K\xf6nigskerze.jpg")
    os.rename(str(photo), odd)
    assert tiny.retrain(twin, tmp_path / "task", tmp_path / "out").code == 0
    graph = {"legacy": "graph.pb", "modern": "graph"}[twin]
    words = ["--labels", str(tmp_path / "out" / "labels.txt"), "--image", os.fsdecode(odd), "--twin", twin]
    assert main(["label", "--graph", str(tmp_path / "out" / graph)] + words) == 0
    assert "Traceback" not in capfd.readouterr().err
