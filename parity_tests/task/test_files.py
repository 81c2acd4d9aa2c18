"""Files and folders are replaced whole or not at all."""

import os

import pytest

from poets.migrate.task.files import whole_file, whole_folder, write_text


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    write_text(str(path), "old")
    with pytest.raises(KeyError):
        with whole_file(str(path)) as temporary:
            with open(temporary, "w") as file:
                file.write("half")
            raise KeyError
    assert path.read_text() == "old" and os.listdir(str(path.parent)) == ["a.txt"]
    write_text(str(path), "new \u00e9")
    assert path.read_text(encoding="utf-8") == "new \u00e9" and os.listdir(str(path.parent)) == ["a.txt"]
    assert os.stat(str(path)).st_mode & 0o600 == 0o600


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "model"
    for content in ("one", "two"):
        with whole_folder(str(path)) as temporary:
            write_text(os.path.join(temporary, "inner", "file"), content)
        assert (path / "inner" / "file").read_text() == content and os.listdir(str(path.parent)) == ["model"]
    with pytest.raises(KeyError):
        with whole_folder(str(path)) as temporary:
            write_text(os.path.join(temporary, "other"), "half")
            raise KeyError
    assert os.listdir(str(path)) == ["inner"] and os.listdir(str(path.parent)) == ["model"]
