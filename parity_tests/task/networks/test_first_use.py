"""Archives without a known checksum: trusted once, the same from then on, kept to their folder, refused for good."""

import hashlib
import threading

import pytest

from parity_tests.fixtures.networks.tiny_archive import (
    ARCHIVE,
    COMPLETE,
    GRAPH,
    MODEL,
    NAME,
    architecture,
    found,
    graph,
    member,
    names,
    tgz,
)
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.networks import downloads, first_use, pretrained
from poets.migrate.task.networks.architectures import find_architecture

OTHER = tgz(member(MODEL, graph(200001)))
URL = architecture().data_url


def test_another_archive_than_the_first_is_refused(tmp_path, server):
    found(tmp_path / "once")
    server.content = OTHER
    with pytest.raises(BrokenEnvironment, match="checksum differs from the known one"):
        found(tmp_path / "again")
    (tmp_path / "by hand").mkdir()
    (tmp_path / "by hand" / NAME).write_bytes(OTHER)
    with pytest.raises(BadInput, match="not the archive that was used first.*first_used.sha256") as caught:
        found(tmp_path / "by hand")
    assert names(tmp_path) == ["by hand/" + NAME] + ["once/" + name for name in COMPLETE]
    first, again = hashlib.sha256(ARCHIVE).hexdigest(), hashlib.sha256(OTHER).hexdigest()
    assert f"sha256 {again}, then it was {first}" in str(caught.value) and "\n" not in str(caught.value)
    with open(first_use.kept_in()) as file:
        assert file.read() == f"{first}  {URL}\n"
    open(first_use.kept_in(), "w").close()  # as the message says
    assert pretrained.find_network(architecture(), str(tmp_path / "by hand"))


def test_an_archive_that_proved_no_use_is_not_trusted(tmp_path):
    (tmp_path / NAME).write_bytes(tgz(member(MODEL, b"<html>")))
    with pytest.raises(BadInput, match="its tiny/frozen_graph.pb is an HTML page"):
        found(tmp_path)
    assert first_use.checksum(URL) is None and names(tmp_path) == [NAME]


def test_a_known_checksum_needs_no_memory(tmp_path):
    (tmp_path / NAME).write_bytes(ARCHIVE)
    found(tmp_path, sha256=hashlib.sha256(ARCHIVE).hexdigest())
    assert first_use.checksum(URL) is None


def test_many_at_once_agree(tmp_path):
    threads = [threading.Thread(target=first_use.keep, args=(URL, f"{index:064x}")) for index in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = first_use.checksum(URL)
    first_use.keep(URL, "f" * 64)
    assert kept is not None and len(kept) == 64 and first_use.checksum(URL) == kept


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "file" / "below"))
    (tmp_path / NAME).write_bytes(ARCHIVE)
    found(tmp_path)
    assert first_use.checksum(URL) is None


STRANGERS = ["other/frozen_graph.pb", "frozen_graph.pb", "tiny/below/labels.txt", "TINY/labels.txt", NAME]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_an_archive_writes_only_the_folder_of_its_network(tmp_path, stranger):
    (tmp_path / NAME).write_bytes(tgz(member(MODEL, GRAPH), member(stranger, GRAPH)))
    with pytest.raises(BadInput, match=f"its member '{stranger}' is none of the network's own folder tiny"):
        found(tmp_path)
    assert names(tmp_path) == [NAME]


def test_an_archive_without_a_folder_writes_only_what_is_its_own(tmp_path):
    flat = find_architecture("inception_v3")
    name = "inception-2015-12-05.tgz"
    own = [member(flat.model_file, GRAPH)] + [member(other) for other in flat.archive_others]
    (tmp_path / "notes.txt").write_bytes(b"mine")
    (tmp_path / name).write_bytes(tgz(*own + [member("notes.txt"), member("mobilenet_v1_1.0_224_frozen.tgz")]))
    assert pretrained.find_network(flat, str(tmp_path)) == str(tmp_path / flat.model_file)
    assert names(tmp_path) == sorted([flat.model_file, name, "notes.txt", *flat.archive_others])
    assert (tmp_path / "notes.txt").read_bytes() == b"mine"
    (tmp_path / flat.model_file).unlink()
    (tmp_path / name).write_bytes(tgz(*own + [member("mobilenet_v1_1.0_224/frozen_graph.pb", GRAPH)]))
    open(first_use.kept_in(), "w").close()
    with pytest.raises(BadInput, match="'mobilenet_v1_1.0_224/frozen_graph.pb' is none of the network's own files"):
        pretrained.find_network(flat, str(tmp_path))


REFUSED = {
    "a member elsewhere": tgz(member(MODEL, GRAPH), member("../evil")),
    "damaged": ARCHIVE[:9999] + bytes([ARCHIVE[9999] ^ 1]) + ARCHIVE[10000:],
    "no network": tgz(member("tiny/labels.txt")),
    "no graph": tgz(member(MODEL, b"\xff\xd8\xff\xe0")),
}


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_a_refused_download_is_removed_and_the_next_one_starts_anew(tmp_path, server, kind):
    server.content = REFUSED[kind]
    with pytest.raises(BadInput, match="it was downloaded just now and is removed"):
        found(tmp_path)
    assert names(tmp_path) == []
    server.content, server.etag = ARCHIVE, '"2"'
    found(tmp_path)
    assert names(tmp_path) == COMPLETE


def test_a_slow_server_meets_the_total_time_and_is_resumed(tmp_path, server, monkeypatch):
    monkeypatch.setattr(downloads, "TOTAL_SECONDS", 1)
    server.block, server.pause = 1000, 0.1
    with pytest.raises(BrokenEnvironment, match="it takes longer than 1 s; what has arrived is kept, run again"):
        found(tmp_path)
    kept = (tmp_path / (NAME + ".part")).stat().st_size
    assert 0 < kept < len(ARCHIVE)
    server.pause = 0.0
    found(tmp_path)
    assert server.asked[-1] == f"bytes={kept}-"


def test_an_endless_head_meets_the_total_time(tmp_path, server, monkeypatch):
    monkeypatch.setattr(downloads, "TOTAL_SECONDS", 1)
    server.slow_head = True
    with pytest.raises(BrokenEnvironment, match="it takes longer than 1 s"):
        found(tmp_path)
    assert names(tmp_path) == []
