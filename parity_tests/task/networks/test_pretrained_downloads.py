"""Downloading a network, whatever the server and the connection do."""

import contextlib
import hashlib
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from parity_tests.fixtures.networks.tiny_archive import (
    ARCHIVE,
    COMPLETE,
    GRAPH,
    MODEL,
    NAME,
    architecture,
    found,
    names,
)
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.networks import pretrained
from poets.migrate.task.worker.start import project_root

ROOT = Path(project_root())


def test_a_read_only_empty_model_dir_downloads_into_the_cache(tmp_path, monkeypatch, server, cache):
    monkeypatch.setattr(pretrained, "_writable", lambda path: False)
    assert cache in found(tmp_path / "models").parents
    found(tmp_path / "models")
    assert server.asked == [None]


def test_download(tmp_path, server):
    seen = []
    known = architecture(hashlib.sha256(ARCHIVE).hexdigest(), len(ARCHIVE))
    path = pretrained.find_network(known, str(tmp_path / "m"), lambda done, total: seen.append((done, total)))
    assert Path(path).read_bytes() == GRAPH
    assert names(tmp_path / "m") == COMPLETE
    assert seen[-1] == (len(ARCHIVE), len(ARCHIVE))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_connection_that_drops_is_resumed(tmp_path, server):
    server.cut_after = len(ARCHIVE) // 3 + 1
    found(tmp_path)
    assert len(server.asked) == 3
    assert server.asked[1] == f"bytes={int(server.cut_after)}-"
    assert server.sent == len(ARCHIVE)


def test_a_server_without_ranges_starts_over(tmp_path, server):
    server.ranges, server.cut_after = False, 1000
    with pytest.raises(BrokenEnvironment, match="broke off after 1000 of"):
        found(tmp_path)
    server.cut_after = None
    found(tmp_path)
    assert names(tmp_path) == COMPLETE


def test_a_transfer_that_stays_cut_off_is_kept_and_continued(tmp_path, server):
    server.cut_after = 50
    with pytest.raises(BrokenEnvironment) as caught:
        found(tmp_path)
    assert "run again to resume" in str(caught.value)
    assert names(tmp_path) == [NAME + ".part", NAME + ".part.json"]
    kept, server.cut_after = (tmp_path / (NAME + ".part")).stat().st_size, None
    found(tmp_path)
    assert server.asked[-1] == f"bytes={int(kept)}-"
    assert names(tmp_path) == COMPLETE


def test_a_file_that_changed_on_the_server_starts_over(tmp_path, server):
    server.content, server.cut_after = b"\x1f\x8b" + bytes(len(ARCHIVE)), 50
    with pytest.raises(BrokenEnvironment):
        found(tmp_path)
    server.content, server.cut_after, server.etag = ARCHIVE, None, '"2"'
    found(tmp_path)


def test_a_part_longer_than_the_file_starts_over(tmp_path, server):
    (tmp_path / (NAME + ".part")).write_bytes(bytes(len(ARCHIVE) + 5))
    url = pretrained.download_urls(architecture())[0]
    (tmp_path / (NAME + ".part.json")).write_text(f'{{"url": "{url}", "validator": "\\"1\\""}}')
    found(tmp_path)
    assert len(server.asked) == 2


def test_a_part_of_another_file_is_noticed_by_its_checksum(tmp_path, server):
    (tmp_path / (NAME + ".part")).write_bytes(bytes(1000))
    url = pretrained.download_urls(architecture())[0]
    (tmp_path / (NAME + ".part.json")).write_text(f'{{"url": "{url}", "validator": "\\"1\\""}}')
    found(tmp_path, sha256=hashlib.sha256(ARCHIVE).hexdigest())
    assert server.asked == ["bytes=1000-", None]


@pytest.mark.parametrize(
    "known, reason",
    [
        ({"sha256": "0" * 64}, "checksum differs from the known one"),
        ({"size": 5}, f"the server offers {len(ARCHIVE)} bytes, but the known file has 5"),
    ],
)
def test_the_wrong_file_is_refused_and_not_kept(tmp_path, server, known, reason):
    with pytest.raises(BrokenEnvironment, match=reason):
        found(tmp_path, **known)
    assert names(tmp_path) == []


def test_a_login_page_is_named(tmp_path, server):
    server.content = b"<!DOCTYPE html><html>Please log in</html>"
    with pytest.raises(BrokenEnvironment, match="an HTML page"):
        found(tmp_path)


def test_a_missing_file_says_what_to_do_by_hand(tmp_path, server):
    server.status = 404
    with pytest.raises(BrokenEnvironment) as caught:
        found(tmp_path)
    message = str(caught.value)
    assert "404" in message
    assert pretrained.download_urls(architecture())[0] in message
    assert str(tmp_path / NAME) in message
    assert "\n" not in message


def test_offline(tmp_path, monkeypatch):
    with contextlib.closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("POETS_DOWNLOAD_BASE", f"http://127.0.0.1:{int(closed.getsockname()[1])}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(BrokenEnvironment, match="no connection.*by hand and put it at .*" + NAME) as caught:
            found(tmp_path)
    assert caught.value.exit_code == 3
    assert names(tmp_path) == []


def test_two_at_once_make_one_whole_file(tmp_path, server):
    server.block, server.pause = 8192, 0.005
    results = []
    threads = [threading.Thread(target=lambda: results.append(found(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [tmp_path / MODEL] * 4
    assert server.asked == [None]
    assert names(tmp_path) == COMPLETE


def test_killed_half_way_then_resumed(tmp_path, server):
    server.block, server.hold_at = 4096, len(ARCHIVE) // 2
    script = (
        "import sys; from parity_tests.fixtures.networks.tiny_archive import architecture, pretrained; "
        "pretrained.find_network(architecture(), sys.argv[1])"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=str(ROOT))
    part = tmp_path / (NAME + ".part")
    deadline = time.time() + 60
    while not (part.exists() and part.stat().st_size > 20000) and time.time() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = part.stat().st_size
    assert 20000 < kept < len(ARCHIVE)
    server.hold_at = None
    server.go_on.set()
    found(tmp_path)
    assert server.asked[-1] == f"bytes={int(kept)}-"
    assert names(tmp_path) == COMPLETE


def test_http_only_with_a_known_checksum(monkeypatch):
    monkeypatch.delenv("POETS_DOWNLOAD_BASE", raising=False)
    for scheme in ("http", "https"):
        url = f"{scheme}://example.invalid/models/{NAME}"
        tail = "example.invalid/models/" + NAME
        assert pretrained.download_urls(architecture(url=url)) == ["https://" + tail]
        assert pretrained.download_urls(architecture("0" * 64, url=url)) == ["https://" + tail, "http://" + tail]
    monkeypatch.setenv("POETS_DOWNLOAD_BASE", "https://mirror.invalid/tf/")
    assert pretrained.download_urls(architecture()) == ["https://mirror.invalid/tf/models/" + NAME]
    monkeypatch.setenv("POETS_DOWNLOAD_BASE", "ftp://mirror.invalid")
    with pytest.raises(BadInput, match="must begin with https:// or http://"):
        pretrained.download_urls(architecture())
