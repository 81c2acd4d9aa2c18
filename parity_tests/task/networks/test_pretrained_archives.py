"""Finding a network that is here, packed or unpacked: evil, corrupt and wrong archives are refused."""

import gzip
import hashlib
import os
import shutil
import struct
import tarfile
from pathlib import Path

import pytest

from parity_tests.fixtures.networks.tiny_archive import ARCHIVE, COMPLETE, GRAPH, MODEL, NAME, found, member, names, tgz
from poets.migrate.task.cache_folder import cache_dir
from poets.migrate.task.errors import BadInput
from poets.migrate.task.networks import archives, pretrained
from poets.migrate.task.networks.architectures import find_architecture


def test_the_unpacked_file_is_used_first(tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / MODEL).write_bytes(GRAPH)
    (tmp_path / NAME).write_bytes(b"not looked at")
    assert found(tmp_path) == tmp_path / MODEL


def test_the_archive_is_unpacked_beside_itself(tmp_path):
    (tmp_path / NAME).write_bytes(ARCHIVE)
    assert found(tmp_path, sha256=hashlib.sha256(ARCHIVE).hexdigest()) == tmp_path / MODEL
    assert names(tmp_path) == COMPLETE


def test_a_read_only_model_dir_unpacks_into_the_cache(tmp_path, monkeypatch):
    folder, cache = tmp_path / "models", tmp_path / "cache"
    folder.mkdir()
    (folder / NAME).write_bytes(ARCHIVE)
    monkeypatch.setenv("POETS_CACHE_DIR", str(cache))
    # root writes through permission bits, so a chmod would prove nothing here
    monkeypatch.setattr(pretrained, "_writable", lambda path: path != str(folder))
    first = found(folder)
    assert cache in first.parents
    assert names(folder) == [NAME]
    assert found(folder) == first


def test_cache_dir(monkeypatch):
    monkeypatch.setenv("POETS_CACHE_DIR", "/a/b")
    assert cache_dir() == "/a/b"
    monkeypatch.delenv("POETS_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_dir() == "/xdg/poets"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_dir() == os.path.expanduser("~/.cache/poets")


EVIL = {
    "absolute": member("/tmp/evil"),
    "climbing": member("tiny/../../evil"),
    "backslashes": member("..\\evil"),
    "drive": member("C:/evil"),
    "symlink": member("tiny/link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
    "hard link": member("tiny/link", kind=tarfile.LNKTYPE, link="/etc/passwd"),
    "device": member("tiny/null", kind=tarfile.CHRTYPE),
    "pipe": member("tiny/pipe", kind=tarfile.FIFOTYPE),
}


@pytest.mark.parametrize("kind", sorted(EVIL))
def test_an_evil_member_leaves_nothing_behind(tmp_path, kind):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / NAME).write_bytes(tgz(member(MODEL, GRAPH), EVIL[kind]))
    with pytest.raises(BadInput, match="not safe to unpack.*member"):
        found(tmp_path / "m")
    assert names(tmp_path) == ["m/" + NAME]


def test_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 1 << 20)
    (tmp_path / NAME).write_bytes(tgz(member(MODEL, bytes(8 << 20))))
    with pytest.raises(BadInput, match="unpacks to more than"):
        found(tmp_path)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    (tmp_path / NAME).write_bytes(tgz(*[member(f"tiny/{index}") for index in range(5)]))
    with pytest.raises(BadInput, match="more than 3 members"):
        found(tmp_path)
    assert names(tmp_path) == [NAME]


CORRUPT = {
    "cut short": ARCHIVE[: len(ARCHIVE) // 2],
    "last byte missing": ARCHIVE[:-1],
    "a bit flipped": ARCHIVE[:9999] + bytes([ARCHIVE[9999] ^ 1]) + ARCHIVE[10000:],
    "checksum wrong": ARCHIVE[:-8] + struct.pack("<I", 1) + ARCHIVE[-4:],
    "a gzip of no tar": gzip.compress(b"hello" * 1000),
    "empty": b"",
    "web page": b"<html></html>",
    "no network inside": tgz(member("tiny/labels.txt")),
}


@pytest.mark.parametrize("kind", sorted(CORRUPT))
def test_a_corrupt_archive_is_bad_input_naming_it(tmp_path, kind):
    (tmp_path / NAME).write_bytes(CORRUPT[kind])
    with pytest.raises(BadInput) as caught:
        found(tmp_path)
    assert str(tmp_path / NAME) in str(caught.value)
    assert "delete" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == [NAME]


def test_an_archive_with_the_wrong_checksum_is_refused(tmp_path):
    (tmp_path / NAME).write_bytes(ARCHIVE)
    with pytest.raises(BadInput, match="not the official archive"):
        found(tmp_path, sha256="0" * 64)


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "an empty file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"<html>", "an HTML page"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (GRAPH[:-1000], "is cut short"),
        (GRAPH + b"\xff", f"is damaged at byte {len(GRAPH)}"),
        (b"\x08\x01\x12\x00", "of an unknown kind"),  # a SavedModel
    ],
)
def test_a_wrong_pb_is_named_as_what_it_is(tmp_path, content, reason):
    (tmp_path / "tiny").mkdir()
    (tmp_path / MODEL).write_bytes(content)
    with pytest.raises(BadInput, match=reason) as caught:
        found(tmp_path)
    assert str(tmp_path / MODEL) in str(caught.value)


@pytest.mark.shared
def test_the_real_archive_is_the_known_one(shared_data, tmp_path):
    known = find_architecture("mobilenet_0.25_128")
    shutil.copy(str(shared_data / "models" / "mobilenet_v1_0.25_128_frozen.tgz"), str(tmp_path))
    unpacked = Path(pretrained.find_network(known, str(tmp_path)))
    assert unpacked.read_bytes() == (shared_data / "models" / known.model_file).read_bytes()
    assert pretrained.find_network(known, str(shared_data / "models")) == str(shared_data / "models" / known.model_file)


@pytest.mark.shared
def test_real_files_that_only_claim_to_be_graphs(shared_data):
    reasons = {"a_photo.pb": "JPEG", "empty.pb": "empty", "lfs_pointer.pb": "LFS", "truncated_graph.pb": "cut short"}
    for name, reason in reasons.items():
        with pytest.raises(BadInput, match=reason):
            pretrained.check_network(str(shared_data / "graphs" / "broken" / name))
