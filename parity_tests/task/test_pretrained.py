"""poets.migrate.task.networks.pretrained: find, fetch and unpack a network, whatever the network and the archive do."""

import contextlib
import gzip
import hashlib
import io
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn

import numpy as np
import pytest

from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.networks import archives, pretrained
from poets.migrate.task.networks.architectures import find_architecture

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "tiny_frozen.tgz"
MODEL = "tiny/frozen_graph.pb"


def graph(payload=200000):
    """Bytes that have a GraphDef's outer structure: two nodes, the second one incompressible."""
    second = np.random.RandomState(3).bytes(payload)
    varint = bytes([payload & 0x7F | 0x80, payload >> 7 & 0x7F | 0x80, payload >> 14])
    return b"\x0a\x07\x0a\x05input" + b"\x0a" + varint + second + b"\x22\x00"


GRAPH = graph()


def member(name, data=b"x", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data) if kind == tarfile.REGTYPE else 0, kind, link
    return info, data


def tgz(*members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return file.getvalue()


ARCHIVE = tgz(member("tiny", kind=tarfile.DIRTYPE), member(MODEL, GRAPH), member("tiny/labels.txt", b"cat\n"))


def architecture(sha256=None, size=None, url="https://example.invalid/models/" + NAME):
    return find_architecture("mobilenet_0.25_128")._replace(
        name="tiny", data_url=url, model_file=MODEL, archive_sha256=sha256, archive_bytes=size
    )


class Server(ThreadingMixIn, HTTPServer):
    """A loopback server of one file whose faults are switched on by attributes."""

    daemon_threads = True
    content = ARCHIVE
    ranges = True
    etag = '"1"'
    cut_after = None  # bytes sent by each answer before the connection drops
    block = 1 << 16
    pause = 0.0  # seconds between blocks
    hold_at = None  # bytes after which it sends no more until `go_on`
    status = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.go_on = threading.Event()
        self.asked = []  # the Range header of each request
        self.sent = 0

    def handle_error(self, request, client_address):
        """A client that goes away is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, wanted = self.server, self.headers.get("Range")
        server.asked.append(wanted)
        if server.status != 200:
            return self.send_error(server.status)
        start = 0
        if wanted and server.ranges and self.headers.get("If-Range") == server.etag:
            start = int(wanted.split("=")[1].split("-")[0])
        if start >= len(server.content):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        self.send_header("ETag", server.etag)
        self.send_header("Content-Length", str(len(server.content) - start))
        self.end_headers()
        return self.send_body(server.content[start:][: server.cut_after])

    def send_body(self, data):
        for at in range(0, len(data), self.server.block):
            if self.server.hold_at is not None and at >= self.server.hold_at:
                self.server.go_on.wait(60)
            self.wfile.write(data[at : at + self.server.block])
            self.server.sent += len(data[at : at + self.server.block])
            time.sleep(self.server.pause)

    def log_message(self, *arguments):
        """Keep the test's output clean."""


@pytest.fixture
def server(monkeypatch, tmp_path):
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("POETS_DOWNLOAD_BASE", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def found(model_dir, **known):
    path = pretrained.find_network(architecture(**known), str(model_dir))
    assert Path(path).read_bytes() == GRAPH
    return Path(path)


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


COMPLETE = ["tiny/frozen_graph.pb", "tiny/labels.txt", NAME]


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


def test_a_read_only_empty_model_dir_downloads_into_the_cache(tmp_path, monkeypatch, server):
    monkeypatch.setattr(pretrained, "_writable", lambda path: False)
    assert tmp_path / "cache" in found(tmp_path / "models").parents
    found(tmp_path / "models")
    assert server.asked == [None]


def test_cache_dir(monkeypatch):
    monkeypatch.setenv("POETS_CACHE_DIR", "/a/b")
    assert pretrained.cache_dir() == "/a/b"
    monkeypatch.delenv("POETS_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert pretrained.cache_dir() == "/xdg/poets"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert pretrained.cache_dir() == os.path.expanduser("~/.cache/poets")


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
        ({"sha256": "0" * 64}, "checksum is not the known one"),
        ({"size": 5}, f"the server offers {len(ARCHIVE)} bytes, the file known has 5"),
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
        "import sys; from parity_tests.task.test_pretrained import architecture, pretrained; "
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
