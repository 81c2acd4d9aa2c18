"""A network below a folder that anyone may write to is taken only if nobody else could have put it there."""

import os

import pytest

from parity_tests.fixtures.networks import tiny_archive
from poets.migrate.task.errors import BadInput
from poets.migrate.task.networks import ownership
from poets.migrate.task.networks.ownership import foreign_hand
from poets.migrate.task.networks.pretrained import find_network


@pytest.fixture
def open_folder(tmp_path):
    """A folder like /tmp, with a folder of one's own in it, like /tmp/imagenet."""
    folder = tmp_path / "tmp"
    own = folder / "imagenet"
    own.mkdir(parents=True)
    folder.chmod(0o1777)
    own.chmod(0o755)
    return own


def network(folder):
    found = tiny_archive.architecture()
    path = folder / found.model_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tiny_archive.graph())
    path.chmod(0o644)
    return found, path


def other_user(monkeypatch):
    """What is the user's own and root's seems to be another user's."""
    monkeypatch.setattr(ownership, "ROOT", -1)
    monkeypatch.setattr(os, "getuid", lambda: 54321)


def test_ones_own_network_is_taken(open_folder):
    found, path = network(open_folder)
    assert foreign_hand(str(path)) is None and find_network(found, str(open_folder)) == str(path)


def test_another_users_network_is_refused_with_what_to_do(open_folder, monkeypatch):
    found, path = network(open_folder)
    other_user(monkeypatch)
    with pytest.raises(BadInput, match="belongs to another user; delete it .* or name a folder of your own"):
        find_network(found, str(open_folder))


@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_network_that_others_may_change_is_refused(open_folder, which):
    found, path = network(open_folder)
    if which == "file":
        path.chmod(0o666)
    else:
        open_folder.chmod(0o777)
        path.chmod(0o666)
    with pytest.raises(BadInput, match="others may change it"):
        find_network(found, str(open_folder))


def test_another_users_archive_is_refused_unless_its_checksum_is_known(open_folder, monkeypatch, tmp_path):
    data = tiny_archive.tgz(tiny_archive.member(tiny_archive.architecture().model_file, tiny_archive.graph()))
    (open_folder / tiny_archive.NAME).write_bytes(data)
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))
    other_user(monkeypatch)
    with pytest.raises(BadInput, match="belongs to another user"):
        find_network(tiny_archive.architecture(), str(open_folder))
    import hashlib

    known = tiny_archive.architecture(sha256=hashlib.sha256(data).hexdigest())
    assert find_network(known, str(open_folder)).startswith(str(tmp_path / "cache"))


def test_a_folder_that_only_a_group_or_a_server_shares_is_the_users_choice(tmp_path, monkeypatch):
    path = tmp_path / "graph.pb"
    path.write_bytes(b"x")
    other_user(monkeypatch)
    monkeypatch.setattr(ownership, "_open_to_all", lambda folder: False)
    assert foreign_hand(str(path)) is None
