"""A cache of its own for each test, which may remember downloads, and a server to download from."""

import threading

import pytest

from parity_tests.fixtures.networks.archive_server import Server


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("POETS_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def server(monkeypatch):
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("POETS_DOWNLOAD_BASE", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield server
    server.go_on.set()
    server.shutdown()
    thread.join()
    server.server_close()
